import type { Memory } from '../native-bindings/linux/memory.ts';
import type { Processes } from '../native-bindings/linux/processes.ts';
import type { Notifications } from '../native-bindings/linux/seccomp.ts';
import type { Intercepted, Reply } from './intercepted.ts';
import type { SyscallName } from './syscalls.ts';
import type { Threads } from './threads.ts';

/** A program may ask for any length: no read of its memory is longer. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The call that is being answered. One object serves one call after the other: thousands come in a second. */
export class Interception implements Intercepted {
  call: SyscallName = 'read';
  readonly args: number[] = [0, 0, 0, 0, 0, 0];
  thread = 0;
  readonly #id = new Uint32Array(2);
  readonly #notifications: Notifications;
  readonly #threads: Threads;
  readonly #memory: Memory;
  readonly #processes: Processes;
  readonly #copies = new Map<number, number>();

  constructor(notifications: Notifications, threads: Threads, memory: Memory, processes: Processes) {
    this.#notifications = notifications;
    this.#threads = threads;
    this.#memory = memory;
    this.#processes = processes;
  }

  begin(call: SyscallName): this {
    this.call = call;
    this.#notifications.copyId(this.#id);
    this.thread = this.#notifications.thread;
    for (let i = 0; i < 6; i++) this.args[i] = registerValue(this.#notifications.low(i), this.#notifications.high(i));
    return this;
  }

  /**
   * To be given once, and not where the reply is to come later. Whether the program gets it: a signal may have ended the call. The copies are closed before: what the
   * program closes next has to be closed then, so that it can bind the same port again.
   */
  reply(reply: Exclude<Reply, { readonly type: 'waits' }>): boolean {
    this.end();
    return this.#respond(reply).ret !== -1;
  }

  /** Whether a call is this one, made again by the same thread. */
  isAgain(other: Interception): boolean {
    return this.thread === other.thread && this.call === other.call && this.args.every((value, i) => value === other.args[i]);
  }

  /** Nothing is left of it here, whether it was answered or not. */
  end(): void {
    if (this.#copies.size === 0) return;
    for (const copy of this.#copies.values()) this.#processes.close(copy);
    this.#copies.clear();
  }

  get process(): number {
    return this.#threads.of(this.thread)?.process ?? this.thread;
  }

  descriptor(fd: number): number | undefined {
    const known = this.#copies.get(fd);
    if (known !== undefined) return known;
    const copy = this.#threads.copyDescriptor(this.thread, fd | 0);
    if (copy !== undefined) this.#copies.set(fd, copy);
    return copy;
  }

  read(address: number, bytes: number): Uint8Array {
    const read = this.#memory.read(this.thread, address, Math.min(bytes, MOST_BYTES));
    // Had the thread ended meanwhile, its id could be another's.
    return read.length === 0 || this.waits() ? read : new Uint8Array();
  }

  write(address: number, bytes: Uint8Array): boolean {
    return this.waits() && this.#memory.write(this.thread, address, bytes);
  }

  waits(): boolean {
    return this.#notifications.isValid(this.#id);
  }

  #respond(reply: Exclude<Reply, { readonly type: 'waits' }>) {
    switch (reply.type) {
      case 'continue':
        return this.#notifications.continue(this.#id);
      case 'returns':
        return this.#notifications.returns(this.#id, reply.ret);
      case 'fails':
        return this.#notifications.fails(this.#id, reply.errno);
    }
  }
}

/** A register, as a number that is exact for each address of a user and for each int: -1 is -1, whether its upper half says so or is 0. */
export function registerValue(low: number, high: number): number {
  const signed = high | 0;
  if (signed >= -0x10_0000 && signed < 0x10_0000) return signed * 2 ** 32 + low;
  // No address of a user, and none that this gives is one: of an int the lower half is what counts.
  return 2 ** 52 + low;
}
