import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

/** The file could not be written. The message names it and says why. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
}

/**
 * A file that is written atomically: it is written under another name in the same folder, then renamed. A device or a pipe (/dev/stdout) is written
 * directly.
 */
export class WholeFile {
  readonly path: string;
  readonly #fd: number;
  readonly #temporary: string | undefined;

  /** Opens the file immediately, so that a path that cannot be written is reported before the work is done. @throws WriteFailed */
  constructor(path: string) {
    this.path = path;
    this.#temporary = isRegularOrAbsent(path) ? `${path}.${process.pid}.tmp` : undefined;
    this.#fd = this.#try(() => openSync(this.#temporary ?? path, 'w', 0o644));
  }

  /** @throws WriteFailed, after removing what was written */
  write(text: string): void {
    const bytes = Buffer.from(text);
    this.#try(() => {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#fd, bytes, written);
    });
  }

  /** Puts it in its place. @throws WriteFailed, after removing what was written */
  finish(): void {
    this.#try(() => {
      if (this.#temporary !== undefined) fsyncSync(this.#fd);
      closeSync(this.#fd);
      if (this.#temporary !== undefined) renameSync(this.#temporary, this.path);
    });
  }

  /** Discards what was written; an existing file stays unchanged. */
  discard(): void {
    closeSync(this.#fd);
    this.#remove();
  }

  #remove(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#remove();
      throw new WriteFailed(`${this.path} could not be written: ${(error as Error).message}`);
    }
  }
}

function isRegularOrAbsent(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}
