import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Processes } from '../native-bindings/linux/processes.ts';
import { sibling } from '../runner/sibling.ts';
import type { AnsweredBy } from './answerer.ts';
import type { SyscallName } from './syscalls.ts';

/** What the thread is started with. */
export interface AnsweringData {
  readonly answeredBy: AnsweredBy;
  /** What it is asked to do, at TELL, LOOK and END: it hears no messages. */
  readonly asked: Int32Array<SharedArrayBuffer>;
}

export const TELL = 0;
export const END = 1;
/** What it says there: it answers no more. */
export const ENDED = 2;
/** 1 until it has looked. */
export const LOOK = 3;
const MOST_END_MS = 1000;
const MOST_LOOK_MS = 1000;

/** Descriptors of this process: of the filter, and of what wakes the thread. */
export interface Listening {
  readonly listener: number;
  readonly wake: number;
}

/** What was done so far. */
export interface Told {
  /** Intercepted, of whatever kind. */
  readonly calls: number;
  /** io_uring_setup, each refused with ENOSYS. */
  readonly ioUring: number;
  /** Calls of another architecture: their processes were killed. */
  readonly foreign: number;
  /** The answerer threw, and the kernel made the call. */
  readonly faults: number;
  /** The answerer's own report. */
  readonly answers: unknown;
}

export type AnsweringMessage =
  | { readonly type: 'ready'; readonly intercepts: readonly SyscallName[] }
  | { readonly type: 'told'; readonly told: Told }
  | { readonly type: 'ended'; readonly told: Told }
  | { readonly type: 'foreign'; readonly process: number }
  | { readonly type: 'fault'; readonly text: string };

/** The thread that answers. */
export class Answering {
  readonly #thread: Worker;
  readonly #wake: number;
  readonly #asked = new Int32Array(new SharedArrayBuffer(16));

  /** @throws Error where it cannot be started */
  constructor(answeredBy: AnsweredBy, processes: Processes, onMessage: (message: AnsweringMessage) => void) {
    this.#wake = processes.eventfd().ret;
    this.#thread = new Worker(sibling(import.meta.url, 'answering-thread'), {
      workerData: { answeredBy, asked: this.#asked } satisfies AnsweringData,
    });
    this.#thread.on('message', onMessage);
    this.#thread.on('error', (error) => {
      throw error;
    });
  }

  begin(listener: number): void {
    this.#thread.postMessage({ listener, wake: this.#wake } satisfies Listening);
  }

  /** It answers with `told`. */
  tell(): void {
    this.#ask(TELL);
  }

  /** It answers with `ended`. */
  end(): void {
    this.#ask(END);
  }

  /** Returns when it has looked at what the program has open, or where that takes too long. */
  lookNow(): void {
    this.#ask(LOOK);
    Atomics.wait(this.#asked, LOOK, 1, MOST_LOOK_MS);
  }

  /** As `end`; returns when no call is answered any more, or where that takes too long. */
  endNow(): void {
    this.end();
    Atomics.wait(this.#asked, ENDED, 0, MOST_END_MS);
  }

  #ask(what: typeof TELL | typeof LOOK | typeof END): void {
    Atomics.store(this.#asked, what, 1);
    writeSync(this.#wake, new BigUint64Array([1n]));
  }
}
