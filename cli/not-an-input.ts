import { statSync } from 'node:fs';
import { UsageError } from './errors.ts';

/**
 * Refuses to write over what is read: a table would be replaced by its report. `inputs` are words of the command line: files, `./libmine.so:classify`, `@FILE`, and what is no file.
 *
 * @throws UsageError
 */
export function mustNotBeInput(option: '--out' | '--record', path: string | undefined, inputs: readonly (string | undefined)[]): void {
  const written = path === undefined ? undefined : identityOf(path);
  if (written === undefined) return;
  const words = inputs.flatMap((word) => (word === undefined ? [] : [word, word.replace(/^@/, ''), word.replace(/:[^:/\\]*$/, '')]));
  if (words.some((word) => identityOf(word) === written))
    throw new UsageError(`${option} ${path}: this file is read here, and would be overwritten; name another`);
}

/** Which file that is, by whatever path; undefined where there is none. A device or a pipe is not overwritten. */
function identityOf(path: string): string | undefined {
  const there = path === '' ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
  return there?.isFile() === true ? `${there.dev} ${there.ino}` : undefined;
}
