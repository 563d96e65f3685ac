import { printable } from '../platforms/printable.ts';

const CLEAR = '\r\x1b[K';

/** One line on stderr that says how far a run is; nothing where stderr is no terminal. */
export class Progress {
  readonly #total: number | undefined;
  readonly #shown = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  readonly #running = new Set<string>();
  #done = 0;

  constructor(total: number | undefined) {
    this.#total = total;
  }

  start(id: string): void {
    this.#running.add(id);
    this.#draw();
  }

  done(id: string): void {
    this.#running.delete(id);
    this.#done++;
    this.#draw();
  }

  set(done: number): void {
    this.#done = done;
    this.#draw();
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) process.stderr.write(CLEAR);
  }

  #draw(): void {
    if (!this.#shown) return;
    const line = `${this.#done}${this.#total === undefined ? '' : `/${this.#total}`} ${[...this.#running].join(', ')}`;
    process.stderr.write(CLEAR + printable(line).slice(0, (process.stderr.columns ?? 80) - 1));
  }
}
