import { parentPort, workerData } from 'node:worker_threads';
import { Memory } from '../native-bindings/linux/memory.ts';
import { Processes } from '../native-bindings/linux/processes.ts';
import { Notifications } from '../native-bindings/linux/seccomp.ts';
import { answererOf } from './answerer.ts';
import { type AnsweringData, type AnsweringMessage, END, type Listening, TELL, type Told } from './answering.ts';
import { Interception } from './interception.ts';
import { callOf } from './syscalls.ts';
import { processOf, Threads } from './threads.ts';

/** Answers the program's calls, one after the other, in a thread that does nothing else: while it waits for the next one it stands in a system call. */

const ENOSYS = 38;
const SIGKILL = 9;

const port = parentPort;
if (port === null) throw new Error('answering-thread is started by emulation/answering.ts, as a thread');
const say = (message: AnsweringMessage) => port.postMessage(message);

const { platform, intercepts, asked } = workerData as AnsweringData;
const answerer = answererOf(platform, intercepts);
const processes = new Processes();
const threads = new Threads(processes);
let calls = 0;
let ioUring = 0;
let foreign = 0;
let faults = 0;

port.once('message', (listening: Listening) => {
  answerAll(listening);
  say({ type: 'ended', told: told() });
});
say({ type: 'ready', intercepts: answerer.intercepts });

function told(): Told {
  return { calls, ioUring, foreign, faults, answers: answerer.told() };
}

function answerAll({ listener, wake }: Listening): void {
  const notifications = new Notifications(listener, wake);
  const interception = new Interception(notifications, threads, new Memory(), processes);
  for (;;) {
    const woken = notifications.wait();
    if (woken.notification && notifications.receive()) answerOne(notifications, interception);
    if (woken.hangup) notifications.ignoreListener();
    if (!woken.wake) continue;
    if (Atomics.exchange(asked, TELL, 0) === 1) say({ type: 'told', told: told() });
    if (Atomics.load(asked, END) === 1) return;
  }
}

function answerOne(notifications: Notifications, interception: Interception): void {
  calls++;
  const call = callOf(notifications.call, notifications.arch);
  if (call === undefined) {
    refuse(notifications);
    return;
  }
  if (call === 'io_uring_setup') {
    ioUring++;
    notifications.fails(ENOSYS);
    return;
  }
  try {
    const reply = answerer.answer(interception.begin(call));
    if (reply.type === 'continue') notifications.continue();
    else if (reply.type === 'returns') notifications.returns(reply.ret);
    else notifications.fails(reply.errno);
  } catch (error) {
    // The program need not suffer of a fault of ours.
    faults++;
    notifications.continue();
    if (faults === 1) say({ type: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    interception.end();
  }
}

/** Another architecture's calls have other numbers: none of them could be told from another. */
function refuse(notifications: Notifications): void {
  foreign++;
  const process = processOf(notifications.thread);
  if (process !== undefined && notifications.isValid()) {
    say({ type: 'foreign', process });
    processes.kill(process, SIGKILL);
  }
  notifications.fails(ENOSYS);
}
