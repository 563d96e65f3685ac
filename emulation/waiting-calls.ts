import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Notifications } from '../native-bindings/linux/seccomp.ts';
import { CONTINUE, type Reply, type Waiting } from './intercepted.ts';
import type { Interception } from './interception.ts';
import { PendingSignals } from './pending-signals.ts';

interface WaitingCall {
  readonly interception: Interception;
  waiting: Waiting;
}

const POLLFD_BYTES = 8;
/** ms between two looks whether a signal has come for one that waits. */
const LOOK_MS = 10;
const INTERRUPTED: Reply = { type: 'fails', errno: constants.errno.EINTR };
/** Calls that a signal has ended are forgotten beyond so many: threads may have ended with them. */
const MOST_ENDED = 1000;
/** What the thread waits for besides. */
const OWN_DESCRIPTORS = 2;

/** Calls that are answered later. */
export class WaitingCalls {
  readonly #notifications: Notifications;
  readonly #mostDescriptors: number;
  #calls: WaitingCall[] = [];
  /** Calls that a signal has ended, by the thread that has made no other since. */
  readonly #ended = new Map<number, Interception>();
  #looked = 0;
  #areDue = false;

  /** `mostDescriptors`: how many poll takes in this process (RLIMIT_NOFILE), however many are the same. */
  constructor(notifications: Notifications, mostDescriptors: number) {
    this.#notifications = notifications;
    this.#mostDescriptors = mostDescriptors;
  }

  /** Where there are more than can be waited for, the kernel makes the call. */
  add(interception: Interception, waiting: Waiting): void {
    const descriptors = this.#calls.reduce((sum, call) => sum + call.waiting.descriptors.length, waiting.descriptors.length) / POLLFD_BYTES;
    if (descriptors + OWN_DESCRIPTORS > this.#mostDescriptors) {
      interception.reply(CONTINUE);
      return;
    }
    this.#calls.push({ interception, waiting });
    this.#waitForAll();
  }

  /**
   * Whether a call is one that waited, made again since a signal has ended it: before Linux 5.19, where signals do that. The kernel makes it again by itself where the signal's handler asks for that (SA_RESTART), which
   * it never does of poll and its like (man 7 signal): it is for the supervisor to say EINTR, once. To be asked of each call, before it is answered.
   */
  isRestarted(interception: Interception): boolean {
    if (this.#calls.length === 0 && this.#ended.size === 0) return false;
    // A thread makes one call at a time: one that waited has ended.
    const waited = this.#calls.find((one) => one.interception.thread === interception.thread)?.interception;
    const ended = waited ?? this.#ended.get(interception.thread);
    if (ended === undefined) return false;
    this.#ended.delete(interception.thread);
    if (waited !== undefined) {
      waited.end();
      this.#calls = this.#calls.filter((one) => one.interception !== waited);
      this.#waitForAll();
    }
    return ended.isAgain(interception);
  }

  /** At the next look all of them are looked at. */
  areDue(): void {
    this.#areDue = true;
  }

  /** For how many ms nothing need be looked at, where no descriptor becomes ready; -1 for ever. */
  get ms(): number {
    if (this.#calls.length === 0) return -1;
    if (this.#areDue) return 0;
    const until = this.#calls.reduce((least, { waiting }) => Math.min(least, waiting.until), Number.POSITIVE_INFINITY);
    return Math.max(0, Math.min(LOOK_MS, Math.ceil(until - performance.now())));
  }

  /** Answers those that can be answered. To be called after each wait. `answer` must not throw. */
  look(answer: (again: () => Reply) => Reply): void {
    if (this.#calls.length === 0) return;
    const now = performance.now();
    const late = now - this.#looked >= LOOK_MS;
    if (late) this.#looked = now;
    const areDue = this.#areDue;
    this.#areDue = false;
    const pending = late ? new PendingSignals() : undefined;
    let at = 0;
    let changed = false;
    this.#calls = this.#calls.filter((call) => {
      const { interception, waiting } = call;
      const from = at;
      at += waiting.descriptors.length / POLLFD_BYTES;
      const isDue = areDue || now >= waiting.until || this.#notifications.isReady(from, at);
      if (!isDue && !late) return true;
      if (interception.waits()) {
        const isInterrupted = pending?.interrupt(interception.process, interception.thread) ?? false;
        if (!isDue && !isInterrupted) return true;
        const found = isDue ? answer(waiting.again) : undefined;
        const reply = isInterrupted && (found === undefined || found.type === 'waits') ? INTERRUPTED : (found as Reply);
        changed = true;
        if (reply.type === 'waits') {
          call.waiting = reply.waiting;
          return true;
        }
        if (!interception.reply(reply)) this.#lost(interception, reply);
      } else {
        this.#lost(interception);
      }
      changed = true;
      return false;
    });
    if (changed) this.#waitForAll();
  }

  /** A signal has ended it: what its answer took from the kernel is another call's. */
  #lost(interception: Interception, reply?: Reply): void {
    interception.end();
    if (this.#ended.size >= MOST_ENDED) this.#ended.clear();
    this.#ended.set(interception.thread, interception);
    if (reply?.type !== 'returns' || reply.lost === undefined) return;
    reply.lost();
    this.#areDue = true;
  }

  #waitForAll(): void {
    this.#notifications.alsoWaitFor(this.#calls.map(({ waiting }) => waiting.descriptors));
  }
}
