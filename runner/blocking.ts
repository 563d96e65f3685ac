import { Worker } from 'node:worker_threads';
import type { Answer, Call } from './calls.ts';
import { sibling } from './sibling.ts';

/** What a thread says: that it is about to make the call, and what the call answered. */
export type ThreadMessage = { readonly calling: true } | { readonly answer: Answer };

/** A call did not return within the watchdog's time. Its thread is lost, and with it the process that holds it. */
export class CallBlocked extends Error {
  override readonly name = 'CallBlocked';
  readonly us: number;
  constructor(us: number) {
    super(`the call had not returned after ${Math.round(us / 1000)} ms`);
    this.us = us;
  }
}

/** A call under way in a thread. */
export interface Pending {
  /** Resolves as soon as the thread is about to make the call; whether it then waits, only its duration tells. */
  readonly calling: Promise<void>;
  /** @throws CallBlocked */
  readonly answer: Promise<Answer>;
}

/**
 * Threads in which calls may block. A synchronous call in a thread of our own, since koffi's asynchronous ones run on libuv's pool of four: five
 * blocked calls would stop all file I/O of the process.
 */
export class BlockingThreads {
  readonly #idle: Worker[] = [];
  readonly #timeout: number;

  /** `timeout` in ms, for each call. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  start(call: Call): Pending {
    const thread = this.#idle.pop() ?? startThread();
    const begun = performance.now();
    let answered: (answer: Answer) => void = () => {};
    let failed: (error: Error) => void = () => {};
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      answered = resolve;
      failed = reject;
    });
    const timer = setTimeout(() => finish(() => failed(new CallBlocked((performance.now() - begun) * 1000))), this.#timeout);
    const onMessage = (message: ThreadMessage) => {
      if ('calling' in message) return called();
      finish(() => answered(message.answer));
      this.#idle.push(thread);
    };
    const onError = (error: Error) => finish(() => failed(error));
    const finish = (how: () => void) => {
      clearTimeout(timer);
      thread.off('message', onMessage).off('error', onError);
      called();
      how();
    };
    thread.on('message', onMessage).on('error', onError);
    thread.postMessage(call);
    return { calling, answer };
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()));
  }
}

function startThread(): Worker {
  const thread = new Worker(sibling(import.meta.url, 'blocking-thread'));
  thread.unref();
  return thread;
}
