/** How often a watchdog looks, at most, in ms. */
const TICK_MS = 250;
/** A process that has not run for so many ms was stopped: a busy machine keeps it waiting for less. */
const STOPPED_MS = 500;

/**
 * Calls `onSilence` once, after `ms` without a refresh. Time in which this process itself did not run (Ctrl-Z, a machine that slept) does not count, and what arrived
 * meanwhile is read before it is judged: Node runs timers first, and I/O after them.
 */
export class Watchdog {
  readonly #ms: number;
  readonly #onSilence: () => void;
  readonly #timer: NodeJS.Timeout;
  #silent = 0;
  #stopped = false;
  #looked = performance.now();

  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
    const tick = Math.max(1, Math.min(TICK_MS, ms / 10));
    this.#timer = setInterval(() => this.#look(tick), tick);
  }

  refresh(): void {
    this.#silent = 0;
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #look(tick: number): void {
    const now = performance.now();
    const passed = now - this.#looked;
    // Where it looks late, this process hardly ran: nor did the others that it waits for. After a stop they have all their time again.
    this.#silent = passed > Math.max(this.#ms, STOPPED_MS) ? 0 : this.#silent + Math.min(passed, tick);
    this.#looked = now;
    if (this.#silent < this.#ms) return;
    setImmediate(() => {
      if (this.#stopped || this.#silent < this.#ms) return;
      this.stop();
      this.#onSilence();
    });
  }
}
