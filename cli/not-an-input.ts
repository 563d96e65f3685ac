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

/** Which file that is, by whatever path; undefined where there is none, or none that can be looked at. A device or a pipe is not overwritten. */
function identityOf(path: string): string | undefined {
  try {
    const there = statSync(path, { bigint: true });
    return there.isFile() ? `${there.dev} ${there.ino}` : undefined;
  } catch {
    // Whoever reads or writes it says what is wrong with it.
    return undefined;
  }
}
