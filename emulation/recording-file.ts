import { openSync, writeSync } from 'node:fs';

/** As much is kept before it is written. */
const BUFFER_CHARACTERS = 65_536;

/** A file that grows by lines. What is not written yet is bounded, and written when somebody looks. */
export class RecordingFile {
  readonly #fd: number;
  #lines: string[] = [];
  #characters = 0;
  #count = 0;
  #failed: string | undefined;

  /** A file that is there, since who asks for the recording has created it, or a descriptor. @throws Error of the system */
  constructor(file: string | number) {
    this.#fd = typeof file === 'number' ? file : openSync(file, 'a');
  }

  get isPending(): boolean {
    return this.#characters > 0;
  }

  /** How many lines it has, and why there are no more. */
  get told(): RecordingTold {
    return { lines: this.#count, ...(this.#failed !== undefined && { failed: this.#failed }) };
  }

  add(line: string): void {
    if (this.#failed !== undefined) return;
    this.#lines.push(line);
    this.#characters += line.length + 1;
    this.#count++;
    if (this.#characters >= BUFFER_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#characters === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    const unwritten = this.#lines.length;
    this.#lines = [];
    this.#characters = 0;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      this.#failed = (error as Error).message;
      this.#count -= unwritten;
    }
  }
}

export interface RecordingTold {
  readonly lines: number;
  readonly failed?: string;
}
