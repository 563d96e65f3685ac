import { performance } from 'node:perf_hooks';
import type { Notifications } from '../native-bindings/linux/seccomp.ts';
import type { Reply, Waiting } from './intercepted.ts';
import type { Interception } from './interception.ts';

interface WaitingCall {
  readonly interception: Interception;
  waiting: Waiting;
}

const POLLFD_BYTES = 8;
/** ms between two looks whether the calls still wait: a signal may have ended one. */
const LOOK_MS = 100;

/** Calls that are answered later. */
export class WaitingCalls {
  readonly #notifications: Notifications;
  #calls: WaitingCall[] = [];
  #looked = 0;

  constructor(notifications: Notifications) {
    this.#notifications = notifications;
  }

  add(interception: Interception, waiting: Waiting): void {
    this.#calls.push({ interception, waiting });
    this.#waitForAll();
  }

  /** For how many ms nothing need be looked at, where no descriptor becomes ready; -1 for ever. */
  get ms(): number {
    if (this.#calls.length === 0) return -1;
    const until = this.#calls.reduce((least, { waiting }) => Math.min(least, waiting.until), Number.POSITIVE_INFINITY);
    return Math.max(0, Math.min(LOOK_MS, Math.ceil(until - performance.now())));
  }

  /** Answers those that can be answered. To be called after each wait. `answer` must not throw. */
  look(answer: (again: () => Reply) => Reply): void {
    if (this.#calls.length === 0) return;
    const now = performance.now();
    const late = now - this.#looked >= LOOK_MS;
    if (late) this.#looked = now;
    let at = 0;
    let changed = false;
    this.#calls = this.#calls.filter((call) => {
      const { interception, waiting } = call;
      const from = at;
      at += waiting.descriptors.length / POLLFD_BYTES;
      const isDue = now >= waiting.until || this.#notifications.isReady(from, at);
      if (!isDue && !late) return true;
      if (interception.waits()) {
        if (!isDue) return true;
        const reply = answer(waiting.again);
        changed = true;
        if (reply.type === 'waits') {
          call.waiting = reply.waiting;
          return true;
        }
        interception.reply(reply);
      } else {
        interception.end();
      }
      changed = true;
      return false;
    });
    if (changed) this.#waitForAll();
  }

  #waitForAll(): void {
    this.#notifications.alsoWaitFor(this.#calls.map(({ waiting }) => waiting.descriptors));
  }
}
