import { randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsyncSync, lstatSync, openSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ENDING_SIGNALS } from '../platforms/signals.ts';

/** The file could not be written. The message names it and says why. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
  readonly code = 'SOCKATLAS_WRITE_FAILED';
}

const PAUSE_MS = 5;

/**
 * A file that is written atomically: under another name in the same folder, then renamed. Links are followed to the file that they name, and a file that is there keeps
 * its permissions. What is no regular file (a pipe, a device), or is already open in this process (/dev/stdout), is written directly.
 */
export class WholeFile {
  readonly path: string;
  readonly #fd: number;
  #temporary: { readonly path: string; readonly target: string } | undefined;
  #isOurs = true;

  /** Opens the file immediately, so that a path that cannot be written is reported before the work is done. @throws WriteFailed */
  constructor(path: string) {
    this.path = path;
    this.#fd = this.#try(() => this.#open());
  }

  /** @throws WriteFailed, after removing what was written */
  write(text: string): void {
    const bytes = Buffer.from(text);
    this.#try(() => {
      for (let written = 0; written < bytes.length; ) written += writeSome(this.#fd, bytes, written);
    });
  }

  /** Puts it in its place. @throws WriteFailed, after removing what was written */
  finish(): void {
    this.#try(() => {
      if (this.#temporary !== undefined) fsyncSync(this.#fd);
      if (this.#isOurs) closeSync(this.#fd);
      if (this.#temporary === undefined) return;
      renameSync(this.#temporary.path, this.#temporary.target);
      untrack(this.#temporary.path);
    });
  }

  /** Discards what was written; an existing file stays unchanged. */
  discard(): void {
    if (this.#isOurs) closeSync(this.#fd);
    this.#remove();
  }

  #open(): number {
    const there = statSync(this.path, { throwIfNoEntry: false });
    const isDirect = there?.isFile() === false;
    // Windows has names of devices and pipes that are in no folder.
    if (isDirect && process.platform === 'win32') return openSync(this.path, 'w');
    const target = followed(this.path);
    if (typeof target === 'number') {
      this.#isOurs = false;
      return target;
    }
    // Opening a FIFO that nobody reads would wait for a reader, for ever.
    if (isDirect) return openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#temporary = { path: join(dirname(target), `.sockatlas-${randomBytes(8).toString('hex')}.tmp`), target };
    track(this.#temporary.path);
    const fd = openSync(this.#temporary.path, 'wx', 0o644);
    if (there !== undefined) fchmodSync(fd, there.mode & 0o777);
    return fd;
  }

  #remove(): void {
    if (this.#temporary === undefined) return;
    rmSync(this.#temporary.path, { force: true });
    untrack(this.#temporary.path);
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#remove();
      const { code, message } = error as NodeJS.ErrnoException;
      throw new WriteFailed(`${this.path} could not be written: ${code === 'ENXIO' ? 'nobody reads from it; start its reader first' : message}`);
    }
  }
}

/** The file that a path names when every link is followed, whether it is there or not; of an open file of this process (/dev/stdout, /dev/fd/3) its descriptor. */
export function followed(path: string): string | number {
  const [folder, name] = [realpathSync.native(dirname(path)), basename(path)];
  if (folder === openFiles()) return Number(name);
  const file = join(folder, name);
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ? followed(resolve(folder, readlinkSync(file))) : file;
}

/** The folder of this process's open files; undefined where there is no /proc. */
function openFiles(): string | undefined {
  try {
    return realpathSync.native('/proc/self/fd');
  } catch {
    return undefined;
  }
}

/** Waits for the reader of a pipe that is full. */
function writeSome(fd: number, bytes: Uint8Array, from: number): number {
  try {
    return writeSync(fd, bytes, from);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}

/** The temporary files of this process. They go with it, whether it exits or is ended by a signal that nothing else listens for. */
const unfinished = new Set<string>();

function track(temporary: string): void {
  if (unfinished.size === 0) {
    process.on('exit', removeUnfinished);
    for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  }
  unfinished.add(temporary);
}

function untrack(temporary: string): void {
  if (!unfinished.delete(temporary) || unfinished.size > 0) return;
  process.off('exit', removeUnfinished);
  for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
}

function removeUnfinished(): void {
  for (const temporary of unfinished) rmSync(temporary, { force: true });
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeUnfinished();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
