import type { SyscallName } from './syscalls.ts';

/** A call of the program, before the kernel makes it. It is valid until `answer` returns: nothing of it may be kept. */
export interface Intercepted {
  readonly call: SyscallName;
  /** Six. Addresses as they are; of an int only the lower half of its register counts: `args[0] | 0`. */
  readonly args: readonly number[];
  /** The process' id. */
  readonly process: number;
  readonly thread: number;
  /** A copy of one of its descriptors in this process, the same for each call of one answer, closed when that ends; undefined where there is none (EBADF: the kernel says so itself). */
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
  | { readonly type: 'returns'; readonly ret: number }
  /** `errno` as Linux numbers it, positive: 104. */
  | { readonly type: 'fails'; readonly errno: number };

/** Decides what a call of the program is answered. It runs in the supervisor's thread: synchronous, and it must not throw. */
export interface Answerer {
  /** The calls that it wants to see; all others never leave the kernel. */
  readonly intercepts: readonly SyscallName[];
  answer(call: Intercepted): Reply;
  /** For the report: plain data. */
  told(): unknown;
}
