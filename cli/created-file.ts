import { constants, openSync } from 'node:fs';
import { followed, WriteFailed } from '../results/write.ts';

/**
 * Creates or empties a file that a child process is to write, and keeps it open, so that a pipe's reader does not see its end before. Gives its absolute path, or the
 * descriptor that it names (/dev/stdout): the child has the same.
 *
 * @throws WriteFailed
 */
export function createdFile(path: string): string | number {
  try {
    const target = followed(path);
    // Opening a FIFO that nobody reads would wait for a reader, for ever.
    if (typeof target === 'string') openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK, 0o644);
    return target;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new WriteFailed(`${path} could not be written: ${code === 'ENXIO' ? 'nobody reads from it; start its reader first' : message}`);
  }
}
