import { performance } from 'node:perf_hooks';
import { linkOf, statOf } from './proc.ts';

/** A connection that its peer has reset. */
export interface ResetConnection {
  readonly process: number;
  readonly descriptor: number;
  /** As /proc names it: `socket:[1234]`. */
  readonly socket: string;
  /** ms from the call that saw the reset to now, or to when it was found closed; where its process has ended, to when it was last seen open. */
  readonly ms: number;
  /** As of the last look at the program's descriptors. */
  readonly isOpen: boolean;
  /** Calls on it since then. */
  readonly calls: number;
  /** In the busier of the last two seconds in which there was one. */
  readonly callsPerSecond: number;
}

/** Beyond so many the oldest are forgotten: a server may run for days. */
const MOST_CONNECTIONS = 100_000;

/** What the program does with the connections that were reset. */
export class ResetConnections {
  /** By the number that a socket has for its life. */
  readonly #all = new Map<number, Watched>();
  readonly #open = new Set<Watched>();

  /** Whether there are any whose closing is to be seen. */
  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  /** `copy` is a descriptor of it in this process. */
  countCall(cookie: number, copy: number, process: number, descriptor: number): void {
    let watched = this.#all.get(cookie);
    if (watched === undefined) {
      watched = new Watched(linkOf(`/proc/self/fd/${copy}`) ?? '');
      if (this.#all.size >= MOST_CONNECTIONS) this.#forgetOne();
      this.#all.set(cookie, watched);
    }
    watched.countCall(process, descriptor);
    this.#open.add(watched);
  }

  look(): void {
    for (const watched of this.#open) if (!watched.look()) this.#open.delete(watched);
  }

  /** The oldest that is closed; where all are open, the oldest. */
  #forgetOne(): void {
    for (const [cookie, watched] of this.#all) {
      if (this.#open.has(watched)) continue;
      this.#all.delete(cookie);
      return;
    }
    const [oldest] = this.#all;
    if (oldest === undefined) return;
    this.#all.delete(oldest[0]);
    this.#open.delete(oldest[1]);
  }

  told(): ResetConnection[] {
    return [...this.#all.values()].map((watched) => watched.told());
  }
}

class Watched {
  readonly #name: string;
  readonly #since = performance.now();
  #seenAt = this.#since;
  /** When nothing more was to be seen of it. */
  #overAt: number | undefined;
  #isOpen = true;
  #process = 0;
  #descriptor = 0;
  #calls = 0;
  #second = { begun: this.#since, calls: 0, before: 0 };

  constructor(name: string) {
    this.#name = name;
  }

  countCall(process: number, descriptor: number): void {
    const now = performance.now();
    this.#seenAt = now;
    this.#process = process;
    this.#descriptor = descriptor;
    this.#calls++;
    if (now - this.#second.begun >= 1000) this.#second = { begun: now, calls: 0, before: this.#second.calls };
    this.#second.calls++;
  }

  /** Whether there is more to see of it, by the descriptor that was used last. What becomes of it between the last look and its process's end nobody sees: it may be closed. */
  look(): boolean {
    if (linkOf(`/proc/${this.#process}/fd/${this.#descriptor}`) === this.#name) {
      this.#seenAt = performance.now();
      this.#overAt = undefined;
      this.#isOpen = true;
      return true;
    }
    this.#isOpen = hasEnded(this.#process);
    this.#overAt ??= this.#isOpen ? this.#seenAt : performance.now();
    return false;
  }

  told(): ResetConnection {
    return {
      process: this.#process,
      descriptor: this.#descriptor,
      socket: this.#name,
      ms: (this.#overAt ?? performance.now()) - this.#since,
      isOpen: this.#isOpen,
      calls: this.#calls,
      callsPerSecond: Math.max(this.#second.calls, this.#second.before),
    };
  }
}

function hasEnded(process: number): boolean {
  return (statOf(process)?.state ?? 'Z') === 'Z';
}
