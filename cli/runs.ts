import { keptFolder, localRuns, type Recorded, shippedRuns } from '../results/recorded.ts';
import { say } from './output.ts';

export interface LocalOption {
  /** Also use the runs kept on this machine, which were not reviewed. */
  readonly local?: boolean;
}

/**
 * The recorded runs by which platforms are compared: those that come with sockatlas. With --local also the kept ones, which stderr then names. One whose peers were on another
 * platform is no run of the platform alone, and is left out.
 */
export function evidenceRuns(options: LocalOption): readonly Recorded[] {
  const runs = recordedRuns(options);
  const [alone, mixed] = [true, false].map((wanted) => runs.filter(({ run }) => (run.header.peer === undefined) === wanted)) as [Recorded[], Recorded[]];
  for (const { run, file } of mixed) say(`left out: ${file}: its peers were on ${run.header.peer?.name}`);
  return alone;
}

/** The same, with those whose peers were elsewhere. */
export function recordedRuns({ local = false }: LocalOption): readonly Recorded[] {
  if (!local) return shippedRuns();
  const runs = localRuns(say);
  const kept = runs.filter(({ file }) => file.startsWith(keptFolder()));
  if (kept.length === 0) say(`--local: there are no runs in ${keptFolder()}`);
  for (const { file } of kept) say(`--local: ${file}`);
  return runs;
}
