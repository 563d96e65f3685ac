import { RunFileError } from '../platforms/file-errors.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { MAX_REASON } from '../results/atlas.ts';
import type { LeftOut, Sourced } from '../results/merge.ts';
import { readRuns } from '../results/read.ts';

/** The runs in files, each with the name that messages call its place, and the files that cannot be read. */
export function sourcedRuns(files: readonly string[]): { runs: Sourced[]; unreadable: LeftOut[] } {
  const runs: Sourced[] = [];
  const unreadable: LeftOut[] = [];
  for (const file of files) {
    const name = file === '-' ? 'stdin' : shownPath(file);
    try {
      const read = readRuns(file);
      for (const [i, run] of read.entries()) runs.push({ run, source: read.length === 1 ? name : `${name}#${i + 1}` });
    } catch (error) {
      if (!(error instanceof RunFileError)) throw error;
      unreadable.push({ source: name, reason: withoutFile(error.message, file === '-' ? 'stdin' : file) });
    }
  }
  return { runs, unreadable };
}

/** `line 3: the line is not JSON` of `run.jsonl:3: the line is not JSON`. */
function withoutFile(message: string, file: string): string {
  return (message.startsWith(`${file}:`) ? message.slice(file.length + 1).trimStart() : message).replace(/^(?=\d+: )/, 'line ').slice(0, MAX_REASON);
}
