import { writeFileSync } from 'node:fs';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

/** Writes a new file, and says what to do with it. Resolves to the exit code. @throws UsageError where it exists already, EnvironmentError where it cannot be written */
export async function writeSkeleton(file: string, text: string, next: string): Promise<number> {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} already exists and was not changed`);
    throw new EnvironmentError(`${file} could not be written: ${message}`);
  }
  say(`written to ${file}; ${next}`);
  return EXIT.conforms;
}

/** A file as a command line names it, so that it is not taken for the name of something that comes with sockatlas. */
export function asArgument(file: string): string {
  return /[\\/]/.test(file) ? file : `./${file}`;
}
