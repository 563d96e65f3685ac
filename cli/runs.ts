import { ofOnePlatform } from '../results/newest.ts';
import { keptFolder, localRuns, type Recorded, shippedRuns } from '../results/recorded.ts';
import { say } from './output.ts';

export interface LocalOption {
  /** Also use the runs kept on this machine, which were not reviewed. */
  readonly local?: boolean;
}

/** The recorded runs by which platforms are compared: those that come with sockatlas. With --local also the kept ones of one platform, which stderr then names, as it does what is left out. */
export function evidenceRuns(options: LocalOption): readonly Recorded[] {
  const runs = recordedRuns(options);
  for (const { run, file } of runs) if (run.header.peer !== undefined) say(`left out: ${file}: its peers were on ${run.header.peer.name}`);
  return ofOnePlatform(runs);
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
