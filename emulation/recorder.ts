import { release } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Connections } from '../native-bindings/linux/connections.ts';
import type { Answerer, Intercepted, Reply } from './intercepted.ts';
import type { Performed, Performer } from './performed.ts';
import { READINESS_CALLS } from './readiness.ts';
import type { RecordedCall, Unseen } from './recorded-call.ts';
import { readinessLine } from './recorded-readiness.ts';
import { socketCallLine } from './recorded-socket-call.ts';
import type { RecordingFile, RecordingTold } from './recording-file.ts';
import { isSocketCall, SOCKET_CALLS } from './socket-call.ts';
import type { SyscallName } from './syscalls.ts';

/** What an answerer that is recorded tells besides. */
export interface Recorded {
  readonly recording?: RecordingTold;
}

/**
 * Records what an answerer sees of sockets. A call that it leaves to the kernel is made here where it cannot wait, so that its answer is known; else it goes on unseen, and
 * the recording says why.
 */
export class Recorder implements Answerer {
  readonly intercepts: readonly SyscallName[];
  readonly #answerer: Answerer;
  readonly #connections: Connections;
  readonly #performer: Performer;
  readonly #file: RecordingFile;
  readonly #began = performance.now();

  constructor(answerer: Answerer, connections: Connections, performer: Performer, file: RecordingFile) {
    this.#answerer = answerer;
    this.#connections = connections;
    this.#performer = performer;
    this.#file = file;
    this.intercepts = [...new Set([...SOCKET_CALLS, ...answerer.intercepts])];
  }

  answer(call: Intercepted): Reply {
    if (READINESS_CALLS.includes(call.call)) return this.#readiness(call);
    if (!isSocketCall(call)) return this.#answerer.answer(call);
    const copy = call.descriptor((call.args[0] as number) | 0);
    const socket = copy === undefined ? undefined : this.#connections.cookie(copy);
    if (copy === undefined || socket === undefined) return this.#answerer.answer(call);
    const written = new Written(call);
    const reply = this.#answerer.answer(written);
    const performed = reply.type === 'continue' ? this.#perform(call, copy) : undefined;
    const isStream = this.#connections.protocol(copy) !== 'udp';
    this.#add(call, { socket, ...socketCallLine(call, { reply, performed, isStream, written: written.last, rule: this.#answerer.rule }) });
    return performed === undefined || typeof performed === 'string' ? reply : performed.reply;
  }

  get watches(): boolean {
    return this.#file.isPending || (this.#answerer.watches ?? false);
  }

  look(): void {
    this.#answerer.look?.();
    this.#file.flush();
  }

  told(): unknown {
    this.#file.flush();
    return { ...(this.#answerer.told() as object), recording: this.#file.told } satisfies Recorded;
  }

  #perform(call: Intercepted, copy: number): Performed | Unseen {
    // What was made here is answered: where a signal can end the call meanwhile, the program makes it again, and what was received is lost.
    if (!KEEPS_CALLS) return 'a signal may interrupt it';
    return this.#performer.perform(call, copy);
  }

  #readiness(call: Intercepted): Reply {
    const written = new Written(call);
    const record = (reply: Reply): Reply => {
      if (reply.type === 'waits') return { ...reply, waiting: { ...reply.waiting, again: () => record(reply.waiting.again()) } };
      this.#add(call, readinessLine(call, reply, written.all));
      return reply;
    };
    return record(this.#answerer.answer(written));
  }

  #add({ process, thread }: Intercepted, line: Omit<RecordedCall, 'at' | 'process' | 'thread'>): void {
    const at = Math.round((performance.now() - this.#began) * 1000);
    this.#file.add(JSON.stringify({ at, process, thread, ...line } satisfies RecordedCall));
  }
}

/** SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: a call that was seen stays until it is answered, whatever signals come but those that kill. Since Linux 5.19. */
const KEEPS_CALLS = isAtLeast(release(), [5, 19]);

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** A call that keeps what was written to the program, by address. */
class Written implements Intercepted {
  readonly all = new Map<number, Uint8Array>();
  readonly #call: Intercepted;

  constructor(call: Intercepted) {
    this.#call = call;
  }

  get last(): Uint8Array | undefined {
    return [...this.all.values()].at(-1);
  }

  get call(): SyscallName {
    return this.#call.call;
  }

  get args(): readonly number[] {
    return this.#call.args;
  }

  get process(): number {
    return this.#call.process;
  }

  get thread(): number {
    return this.#call.thread;
  }

  descriptor(fd: number): number | undefined {
    return this.#call.descriptor(fd);
  }

  read(address: number, bytes: number): Uint8Array {
    return this.#call.read(address, bytes);
  }

  write(address: number, bytes: Uint8Array): boolean {
    this.all.set(address, bytes);
    return this.#call.write(address, bytes);
  }

  waits(): boolean {
    return this.#call.waits();
  }
}
