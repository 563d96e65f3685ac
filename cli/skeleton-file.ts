import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

/** Writes a new file, and says what to do with it. Resolves to the exit code. @throws UsageError where it exists already, EnvironmentError where it cannot be written */
export async function writeSkeleton(file: string, text: string, next: string): Promise<number> {
  try {
    writeNew(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} already exists and was not changed`);
    throw new EnvironmentError(`${file} could not be written: ${message}`);
  }
  say(`written to ${file}; ${next}`);
  return EXIT.conforms;
}

/** Leaves no half of a file where the disk is full. */
function writeNew(file: string, text: string): void {
  const fd = openSync(file, 'wx');
  try {
    writeFileSync(fd, text);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** A file as a command line names it, so that it is not taken for an option, or for the name of something that comes with sockatlas. */
export function asArgument(file: string): string {
  return /[\\/]/.test(file) ? file : `./${file}`;
}
