import { Worker } from 'node:worker_threads';
import type { CallResult } from '../language/call.ts';
import type { Handle } from '../native-bindings/sockets.ts';
import type { SocketCall } from './calls.ts';
import { deferred } from './deferred.ts';
import { ENVIRONMENT_CODES, EnvironmentFailure } from './setup.ts';
import { sibling } from './sibling.ts';
import { Watchdog } from './watchdog.ts';

/** What a thread is asked. */
export interface ThreadRequest {
  readonly s: Handle;
  readonly call: SocketCall;
}

/** What a thread says: that it is about to make the call, and what the call answered. */
export type ThreadMessage = { readonly calling: true } | { readonly result: CallResult };

/** A call did not return within the watchdog's time. Its thread is lost, and with it the process that holds it. */
export class CallBlocked extends Error {
  override readonly name = 'CallBlocked';
  readonly ms: number;
  constructor(ms: number) {
    super(`the call did not return within ${ms} ms`);
    this.ms = ms;
  }
}

const THREAD_START_MS = 30_000;

/** A call under way in a thread. */
interface Pending {
  /** Resolves as soon as the thread is about to make the call; whether it then waits, only its duration tells. */
  readonly calling: Promise<void>;
  /** @throws CallBlocked */
  readonly result: Promise<CallResult>;
}

/**
 * Threads in which calls may block. A synchronous call in a thread of our own, since koffi's asynchronous ones run on libuv's pool of four: five
 * blocked calls would stop all file I/O of the process.
 */
export class BlockingThreads {
  readonly #idle: Worker[] = [];

  /** Makes a call in a thread; `timeout` in ms, from the call on. @throws EnvironmentFailure where the machine gives no thread */
  start(s: Handle, call: SocketCall, timeout: number): Pending {
    const thread = this.#idle.pop() ?? startThread();
    const result = deferred<CallResult>();
    const calling = deferred<void>();
    const finish = (how: () => void) => {
      watchdog.stop();
      thread.off('message', onMessage).off('error', onError);
      calling.resolve();
      how();
    };
    // A thread that starts slowly is no blocked call: the watchdog's time runs from the call on.
    let watchdog = new Watchdog(THREAD_START_MS, () => finish(() => result.reject(new EnvironmentFailure(`no thread started within ${THREAD_START_MS} ms`))));
    const onMessage = (message: ThreadMessage) => {
      if ('calling' in message) {
        watchdog.stop();
        watchdog = new Watchdog(timeout, () => finish(() => result.reject(new CallBlocked(timeout))));
        return calling.resolve();
      }
      finish(() => result.resolve(message.result));
      this.#idle.push(thread);
    };
    const onError = (error: NodeJS.ErrnoException) =>
      finish(() => result.reject(isRefusal(error) ? new EnvironmentFailure(`a thread: ${error.message}`) : error));
    thread.on('message', onMessage).on('error', onError);
    thread.postMessage({ s, call } satisfies ThreadRequest);
    return { calling: calling.promise, result: result.promise };
  }
}

/** The system gave no thread, memory or descriptor for it. */
function isRefusal({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('ERR_WORKER_') || ENVIRONMENT_CODES.has(code);
}

function startThread(): Worker {
  const thread = new Worker(sibling(import.meta.url, 'blocking-thread'));
  thread.unref();
  return thread;
}
