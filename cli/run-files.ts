import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UsageError } from './errors.ts';
import { glob } from './glob.ts';

const MAX_FILES = 10_000;
/** A glob is looked for below the folder before its first wildcard. */
const WILDCARD = /[*?]/;

/**
 * The files that these words name: a file, all `.jsonl` files of a folder and of those below it, or those that a glob matches, for shells that leave globs as they are. Each once, in order.
 *
 * @throws UsageError for a word that names none
 */
export function runFiles(words: readonly string[]): string[] {
  const files = [...new Set(words.flatMap(named))];
  if (files.length > MAX_FILES) throw new UsageError(`${files.length} files; at most ${MAX_FILES} can be given at once`);
  return files;
}

function named(word: string): string[] {
  if (word === '') throw new UsageError('the name of a run file is empty');
  if (word === '-') return [word];
  const there = statSync(word, { throwIfNoEntry: false });
  if (there?.isDirectory()) return someOf(word, filesIn(word), `the folder ${word} has no .jsonl file`);
  if (there !== undefined || !WILDCARD.test(word)) return [word];
  const pattern = sep === '\\' ? word.replaceAll('\\', '/') : word;
  const fixed = pattern.slice(0, pattern.search(WILDCARD)).split('/').slice(0, -1).join('/');
  const folder = fixed === '' ? (pattern.startsWith('/') ? '/' : '.') : fixed;
  const matches = glob(pattern);
  const found = allIn(folder).filter((file) => matches(sep === '\\' ? file.replaceAll('\\', '/') : file));
  return someOf(word, found, `no file matches ${word}`);
}

function someOf(word: string, files: readonly string[], otherwise: string): string[] {
  if (files.length === 0) throw new UsageError(`${otherwise}; a run is written by sockatlas run --out run.jsonl (${JSON.stringify(word)})`);
  return [...files].sort();
}

function filesIn(folder: string): string[] {
  return allIn(folder).filter((file) => file.endsWith('.jsonl'));
}

/** Every file below a folder. Links to folders are not followed: they may lead round. @throws UsageError where it cannot be read */
function allIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => (entry.parentPath === '.' ? entry.name : join(entry.parentPath, entry.name)));
  } catch (error) {
    throw new UsageError(`${folder}: ${(error as Error).message}`);
  }
}
