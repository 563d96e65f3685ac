/** A call of the program as a recording has it: a line. */
export interface RecordedCall {
  /** µs from the beginning of the recording to when it was answered. */
  readonly at: number;
  readonly process: number;
  readonly thread: number;
  /** Not of poll and its like, which have many. */
  readonly socket?: number;
  readonly descriptor?: number;
  /** As the run format has it. */
  readonly call: RecordedName;
  /** What the program called. */
  readonly syscall: string;
  readonly args: Readonly<Record<string, number | string | readonly string[]>>;
  readonly answered: 'kernel' | 'model' | 'unseen';
  /** Why it is unseen. */
  readonly why?: Unseen;
  readonly ret?: number;
  readonly code?: number;
  readonly name?: string;
  readonly out?: Readonly<Record<string, number>>;
  readonly token?: string;
  /** Of poll and its like: what was ready. */
  readonly ready?: readonly ReadyDescriptor[];
  /** The model's. */
  readonly rule?: string;
  /** How long it took, where it was made here. */
  readonly us?: number;
}

export type RecordedName = 'recv' | 'send' | 'getsockopt' | 'shutdown' | 'FIONREAD' | 'getpeername' | 'poll' | 'select' | 'epoll_wait';

export interface ReadyDescriptor {
  /** poll's and select's. */
  readonly descriptor?: number;
  /** epoll_wait's: what the program registered it with. */
  readonly data?: string;
  readonly token: string;
}

/** Why a call was left to the kernel, and its answer is not known. */
export const UNSEEN = [
  'it may wait',
  'a signal may interrupt it',
  'neither TCP nor UDP',
  'a vector or ancillary data',
  'its flags',
  'its address',
  'its length',
  'its memory',
  'not looked at',
] as const;
export type Unseen = (typeof UNSEEN)[number];
