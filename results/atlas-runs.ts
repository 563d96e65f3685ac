import type { Atlas, AtlasCell, AtlasPlatform } from './atlas.ts';
import { judge } from './judge.ts';
import type { Recorded } from './newest.ts';
import { SCHEMA_VERSION, type ScenarioLine } from './schema.ts';

/** An atlas as one run a platform, for what is asked of runs: which traces there were, how often, and where that is written. What an atlas does not keep is empty. */
export function atlasRuns(atlas: Atlas): readonly Recorded[] {
  return atlas.platforms
    .map((platform, i) => recorded(atlas, platform, i))
    .sort((a, b) => (a.run.header.started < b.run.header.started ? 1 : a.run.header.started > b.run.header.started ? -1 : 0));
}

function recorded({ scenarios, traces }: Atlas, { key, platform, peer, runs: [newest] }: AtlasPlatform, i: number): Recorded {
  const lines = scenarios.flatMap(({ id, steps, cells }) => {
    const cell = cells[i] ?? null;
    return cell === null ? [] : [lineOf(id, steps, cell, traces)];
  });
  return {
    file: newest?.source ?? key,
    run: {
      header: {
        type: 'header',
        schema: SCHEMA_VERSION,
        tool: { name: 'sockatlas', version: newest?.version ?? '' },
        platform,
        ...(peer !== undefined && { peer }),
        ffi: { backend: '', version: '' },
        started: newest?.started ?? '',
      },
      scenarios: lines,
      timings: [],
      footer: { type: 'footer', scenarios: lines.length, verdicts: {}, interrupted: newest?.interrupted ?? false, ms: 0 },
    },
  };
}

function lineOf(id: string, steps: string | undefined, cell: AtlasCell, traces: Atlas['traces']): ScenarioLine {
  const own = cell.traces.flatMap(([index, count]) => {
    const found = traces[index];
    return found === undefined ? [] : [{ ...found, count }];
  });
  return {
    type: 'scenario',
    id,
    ...(steps !== undefined && { steps }),
    trials: cell.trials,
    traces: own,
    ...judge(
      undefined,
      own.map(({ trace }) => trace),
      cell.ended,
    ),
  };
}
