import type { SyscallName } from './syscalls.ts';

/** A call of the program, before the kernel makes it. It is valid until it is answered: nothing of it may be kept longer. */
export interface Intercepted {
  readonly call: SyscallName;
  /** Six. Addresses as they are; of an int only the lower half of its register counts: `args[0] | 0`. */
  readonly args: readonly number[];
  /** The process' id. */
  readonly process: number;
  readonly thread: number;
  /** A copy of one of its descriptors in this process, the same each time, closed when the call is answered; undefined where there is none (EBADF: the kernel says so itself). */
  descriptor(fd: number): number | undefined;
  /** From its memory: as many bytes as could be read. A copy. */
  read(address: number, bytes: number): Uint8Array;
  /** Whether all was written. */
  write(address: number, bytes: Uint8Array): boolean;
  /** Whether the call still waits for its answer: a signal may have ended it. */
  waits(): boolean;
}

export type Reply =
  /** The kernel makes the call, unseen. */
  | { readonly type: 'continue' }
  | {
      readonly type: 'returns';
      readonly ret: number;
      /** Called where a signal has ended the call before: the program has not got what this took from the kernel. */
      readonly lost?: () => void;
    }
  /** `errno` as Linux numbers it, positive: 104. */
  | { readonly type: 'fails'; readonly errno: number }
  /** It is answered later. */
  | { readonly type: 'waits'; readonly waiting: Waiting };

export const CONTINUE = { type: 'continue' } as const satisfies Reply;

/** Of a call that waits for something, as poll does: when to look again. A signal may end it meanwhile. */
export interface Waiting {
  /** struct pollfd of each that tells it: descriptors that the call's `descriptor` gave, negative ones are passed over. */
  readonly descriptors: Uint8Array;
  /** When to look at the latest, as performance.now() counts: ms, or Infinity. */
  readonly until: number;
  again(): Reply;
}

/** Decides what a call of the program is answered. It runs in the supervisor's thread: synchronous, and it must not throw. */
export interface Answerer {
  /** The calls that it wants to see; all others never leave the kernel. */
  readonly intercepts: readonly SyscallName[];
  answer(call: Intercepted): Reply;
  /** The rule of its model that gave the last answer, where one did. */
  readonly rule?: string | undefined;
  /** Whether there is something to look at from time to time: then `look` is called, some times a second. */
  readonly watches?: boolean;
  look?(): void;
  /** For the report: plain data. */
  told(): unknown;
}
