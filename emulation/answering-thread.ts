import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { Memory } from '../native-bindings/linux/memory.ts';
import { Processes } from '../native-bindings/linux/processes.ts';
import { Notifications } from '../native-bindings/linux/seccomp.ts';
import { answererOf } from './answerer.ts';
import { type AnsweringData, type AnsweringMessage, END, ENDED, type Listening, LOOK, TELL, type Told } from './answering.ts';
import { STARTING } from './filter.ts';
import { CONTINUE, type Reply } from './intercepted.ts';
import { Interception } from './interception.ts';
import { callOf, type SyscallName } from './syscalls.ts';
import { processOf, Threads } from './threads.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** Answers the program's calls, one after the other, in a thread that does nothing else: while it waits for the next one it stands in a system call. */

const NO_SUCH_CALL: Reply = { type: 'fails', errno: constants.errno.ENOSYS };
const INTERRUPTED: Reply = { type: 'fails', errno: constants.errno.EINTR };
/** ms between two looks of the answerer. */
const LOOK_MS = 100;
/** A look takes at most one of so many ms. */
const LOOKS_SHARE = 20;
const { SIGKILL } = constants.signals;

const port = parentPort;
if (port === null) throw new Error('answering-thread is started by emulation/answering.ts, as a thread');
const say = (message: AnsweringMessage) => port.postMessage(message);

const { answeredBy, asked } = workerData as AnsweringData;
const answerer = answererOf(answeredBy);
const processes = new Processes();
const threads = new Threads(processes);
let calls = 0;
let ioUring = 0;
let foreign = 0;
let faults = 0;

port.once('message', (listening: Listening) => {
  answerAll(listening);
  Atomics.store(asked, ENDED, 1);
  Atomics.notify(asked, ENDED);
  say({ type: 'ended', told: told() });
});
say({ type: 'ready', intercepts: answerer.intercepts });

function told(): Told {
  return { calls, ioUring, foreign, faults, answers: answerer.told() };
}

function answerAll({ listener, wake }: Listening): void {
  const notifications = new Notifications(listener, wake);
  const memory = new Memory();
  const waiting = new WaitingCalls(notifications, processes.softFileLimit());
  const fresh = () => new Interception(notifications, threads, memory, processes);
  let interception = fresh();
  let nextLook = 0;
  for (;;) {
    const woken = notifications.wait(answerer.watches ? leastMs(waiting.ms, LOOK_MS) : waiting.ms);
    waiting.look(guarded);
    if (woken.notification && notifications.receive() && answerOne(notifications, interception, waiting) === 'waits') interception = fresh();
    if (woken.hangup) notifications.ignoreListener();
    const isAskedToLook = Atomics.load(asked, LOOK) === 1;
    const now = performance.now();
    if (isAskedToLook || (answerer.watches && now >= nextLook)) {
      answerer.look?.();
      const looked = performance.now();
      // With thousands of connections a look takes its time, in which nobody is answered.
      nextLook = looked + Math.max(LOOK_MS, (looked - now) * LOOKS_SHARE);
    }
    if (isAskedToLook) {
      Atomics.store(asked, LOOK, 0);
      Atomics.notify(asked, LOOK);
    }
    if (!woken.wake) continue;
    if (Atomics.exchange(asked, TELL, 0) === 1) say({ type: 'told', told: told() });
    if (Atomics.load(asked, END) === 1) return;
  }
}

/** What poll waits: -1 is for ever. */
function leastMs(one: number, other: number): number {
  return one === -1 ? other : Math.min(one, other);
}

function answerOne(notifications: Notifications, interception: Interception, waiting: WaitingCalls): Reply['type'] {
  calls++;
  const call = callOf(notifications.call, notifications.arch);
  // A name that every architecture has, for one that nobody knows here: it is refused.
  interception.begin(call ?? 'read');
  const reply = waiting.isRestarted(interception) ? INTERRUPTED : call === undefined ? refused(interception) : answerTo(call, interception);
  if (reply.type === 'waits') {
    waiting.add(interception, reply.waiting);
  } else if (!interception.reply(reply) && reply.type === 'returns' && reply.lost !== undefined) {
    reply.lost();
    waiting.areDue();
  }
  return reply.type;
}

function answerTo(call: SyscallName, interception: Interception): Reply {
  if (call === 'io_uring_setup') return refusedRing();
  if (STARTING.includes(call)) return CONTINUE;
  return guarded(() => answerer.answer(interception));
}

/** The program need not suffer of a fault of ours. */
function guarded(answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    faults++;
    if (faults === 1) say({ type: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return CONTINUE;
  }
}

function refusedRing(): Reply {
  ioUring++;
  return NO_SUCH_CALL;
}

/** Another architecture's calls have other numbers: none of them could be told from another. */
function refused(interception: Interception): Reply {
  foreign++;
  const process = processOf(interception.thread);
  if (process !== undefined && interception.waits()) {
    say({ type: 'foreign', process });
    processes.kill(process, SIGKILL);
  }
  return NO_SUCH_CALL;
}
