import { keptFolder, localRuns, type Recorded, shippedRuns } from '../results/recorded.ts';
import { say } from './output.ts';

export interface LocalOption {
  /** Also use the runs kept on this machine, which were not reviewed. */
  readonly local?: boolean;
}

/** The recorded runs that a command looks at: those that come with sockatlas. With --local also the kept ones, which stderr then names. */
export function evidenceRuns({ local = false }: LocalOption): readonly Recorded[] {
  if (!local) return shippedRuns();
  const runs = localRuns(say);
  const kept = runs.filter(({ file }) => file.startsWith(keptFolder()));
  if (kept.length === 0) say(`--local: there are no runs in ${keptFolder()}`);
  for (const { file } of kept) say(`--local: ${file}`);
  return runs;
}
