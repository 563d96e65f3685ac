import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../platforms/cache.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { serializeRun } from './lines.ts';
import type { Recorded } from './newest.ts';
import { readOwnRun, readRuns } from './read.ts';
import type { Run } from './schema.ts';
import { WholeFile } from './write.ts';

export { newestTraces, type Recorded } from './newest.ts';

/** The recorded runs that come with sockatlas, and the runs made on this machine. */

export const recordedFolder: string = join(packageRoot, 'results', 'runs');
const KEPT = 20;

/** The folder for runs that are kept automatically: SOCKATLAS_RUNS where it is set, else the user's cache. */
export function keptFolder(): string {
  return process.env.SOCKATLAS_RUNS || join(cacheFolder(), 'runs');
}

/** The name of a kept run: platform, start, and a part that no other run has, since two may start in the same millisecond. */
const KEPT_NAME = /^[a-z]+-[\w.-]+-(\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z-[0-9a-f]{8})\.jsonl$/;

/** The names of the runs that this process has kept. */
const justKept = new Set<string>();

/** Keeps a run, and the newest ones beside it; other files in the folder are not its business. Returns its path. @throws Error where the folder cannot be written */
export function keepRun(run: Run): string {
  const folder = keptFolder();
  makeFolder(folder);
  const path = join(folder, `${run.header.platform.name}-${run.header.started.replaceAll(':', '')}-${randomBytes(4).toString('hex')}.jsonl`);
  writeRun(path, run);
  justKept.add(basename(path));
  for (const name of keptBefore(folder).slice(0, -KEPT)) {
    try {
      rmSync(join(folder, name));
    } catch {
      // Another process was quicker, or it is not ours to remove: the run is kept all the same.
    }
  }
  return path;
}

/** The names of the kept runs that are there, the oldest first, then those of this process: a clock that went back makes them no older. */
function keptBefore(folder: string): string[] {
  const started = (name: string) => KEPT_NAME.exec(name)?.[1] ?? '';
  const age = (name: string) => `${justKept.has(name) ? 1 : 0}${started(name)}`;
  return readdirSync(folder)
    .filter((name) => KEPT_NAME.test(name))
    .sort((a, b) => age(a).localeCompare(age(b)));
}

/** Not mkdir's own `recursive`: in a folder like /proc, where nothing can be made, Node 20 tries for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path);
}

/** The file in `results/runs/` that holds the run of this platform. */
export function recordedPath({ header }: Pick<Run, 'header'>): string {
  return join(recordedFolder, `${header.platform.name}-${header.platform.arch}.jsonl`);
}

/** @throws WriteFailed */
export function writeRun(path: string, run: Run): void {
  const file = new WholeFile(path);
  file.write(serializeRun(run));
  file.finish();
}

let shipped: readonly Recorded[] | undefined;

/** The runs that come with sockatlas, the newest first; read once by a process. @throws RunFileError for one that is not whole */
export function shippedRuns(): readonly Recorded[] {
  shipped ??= newestFirst(runFiles(recordedFolder).map((file) => ({ run: readOwnRun(file), file })));
  return shipped;
}

/** The runs that come with sockatlas and those kept on this machine, the newest first. A kept file that cannot be read is told to `complain`. */
export function localRuns(complain: (message: string) => void): readonly Recorded[] {
  const kept = runFiles(keptFolder()).flatMap((file) => {
    try {
      return readRuns(file).map((run) => ({ run, file }));
    } catch (error) {
      complain((error as Error).message);
      return [];
    }
  });
  return newestFirst([...shippedRuns(), ...kept]);
}

function newestFirst(runs: readonly Recorded[]): readonly Recorded[] {
  return [...runs].sort((a, b) => b.run.header.started.localeCompare(a.run.header.started));
}

function runFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
