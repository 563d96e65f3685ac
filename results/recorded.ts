import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../platforms/cache.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { serializeRun } from './lines.ts';
import { readRuns } from './read.ts';
import type { Run, ScenarioLine } from './schema.ts';
import { WholeFile } from './write.ts';

/** The recorded runs that come with sockatlas, and the runs made on this machine. */

export const recordedFolder: string = join(packageRoot, 'results', 'runs');
const KEPT = 20;

/** The folder for runs that are kept automatically: SOCKATLAS_RUNS where it is set, else the user's cache. */
export function keptFolder(): string {
  return process.env.SOCKATLAS_RUNS || join(cacheFolder(), 'runs');
}

/** Keeps a run, and the newest ones beside it. Returns its path. @throws Error where the folder cannot be written */
export function keepRun(run: Run): string {
  const folder = keptFolder();
  makeFolder(folder);
  const path = join(folder, `${run.header.platform.name}-${run.header.started.replaceAll(':', '')}.jsonl`);
  writeRun(path, run);
  const kept = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort(byStarted);
  for (const name of kept.slice(0, -KEPT)) rmSync(join(folder, name), { force: true });
  return path;
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

/** A run, and the file that holds it. */
export interface Recorded {
  readonly run: Run;
  readonly file: string;
}

/** The runs that come with sockatlas, the newest first. @throws RunFileError for one that cannot be read */
export function shippedRuns(): Recorded[] {
  return runsIn([recordedFolder], (error) => {
    throw error;
  });
}

/** The runs that come with sockatlas and those kept on this machine, the newest first. A kept file that cannot be read is told to `complain`. */
export function localRuns(complain: (message: string) => void): Recorded[] {
  return runsIn([recordedFolder, keptFolder()], (error) => complain(error.message));
}

function runsIn(folders: readonly string[], onUnreadable: (error: Error) => void): Recorded[] {
  const runs = folders.flatMap(runFiles).flatMap((file) => {
    try {
      return readRuns(file).map((run) => ({ run, file }));
    } catch (error) {
      onUnreadable(error as Error);
      return [];
    }
  });
  return runs.sort((a, b) => b.run.header.started.localeCompare(a.run.header.started));
}

/** For each platform the newest run that has the scenario. */
export function newestTraces(runs: readonly Recorded[], id: string): { recorded: Recorded; scenario: ScenarioLine }[] {
  const newest = new Map<string, { recorded: Recorded; scenario: ScenarioLine }>();
  for (const recorded of runs) {
    const { name } = recorded.run.header.platform;
    const scenario = recorded.run.scenarios.find((line) => line.id === id);
    if (scenario !== undefined && !newest.has(name)) newest.set(name, { recorded, scenario });
  }
  return [...newest.values()];
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

/** Kept runs are named for their platform, then their start. */
function byStarted(a: string, b: string): number {
  const started = (name: string) => /\d{4}-\d\d-\d\dT.*$/.exec(name)?.[0] ?? '';
  return started(a).localeCompare(started(b));
}
