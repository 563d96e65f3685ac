import type { Atlas } from '../results/atlas.ts';
import { trialsOn } from '../results/trials.ts';
import type { Layout } from './grid.ts';
import { count, paragraph } from './text.ts';
import { type Row, tableLines } from './text-table.ts';

/** How many conflicts, and files that were left out, are listed. */
const MOST_LISTED = 20;

/** What an atlas holds, for a terminal. */
export function prettyAtlas(atlas: Atlas, { width, paint }: Layout): string {
  const { platforms, scenarios, traces } = atlas;
  const measured = platforms.map((_, i) => scenarios.filter(({ cells }) => cells[i] !== null).length);
  const trials = platforms.map((_, i) => trialsOn(scenarios, i));
  const header: Row = ['platform', 'runs', 'scenarios', 'trials', 'newest run', 'system'].map((text) => ({ text, style: 'gray' }));
  const rows = platforms.map(
    ({ key, platform, runs }, i): Row => [
      key,
      String(runs.length),
      String(measured[i]),
      (trials[i] as number).toLocaleString('en'),
      (runs[0]?.started ?? '').slice(0, 10),
      platform.os,
    ],
  );
  const table = tableLines([header, ...rows], { width, paint }) ?? rows.map((row) => row.join('  '));
  const conflicts = conflictsOf(atlas);
  const notes = [
    `${count(scenarios.length, 'scenario')}, ${count(platforms.length, 'platform')}, ${count(traces.length, 'distinct trace')}.`,
    ...listed(
      conflicts.map(({ key, id, runs }) => `conflict: ${id} on ${key}: runs of it have no trace in common (${runs.join(', ')})`),
      'conflict',
    ),
    ...listed(
      gaps(atlas).map((gap) => gap.split('\n', 1)[0] as string),
      'gap',
    ),
  ];
  return `${[...table, '', ...notes.map((note) => paragraph(note, width, '  '))].join('\n')}\n`;
}

/** What an atlas might be thought to have and has not, a line each: missing parts of a platform's newest run, what was left out. */
export function gaps({ platforms, leftOut }: Atlas): readonly string[] {
  return [
    ...platforms.flatMap(({ key, missing }) =>
      missing === undefined
        ? []
        : `missing: ${missing.parts.length === 1 ? 'part' : 'parts'} ${missing.parts.join(', ')} of ${missing.count} of the newest run on ${key}`,
    ),
    ...leftOut.map(({ source, reason }) => `left out: ${source}: ${reason}`),
  ];
}

function listed(lines: readonly string[], what: string): string[] {
  const more = lines.length - MOST_LISTED;
  return more > 0 ? [...lines.slice(0, MOST_LISTED), `and ${count(more, `more ${what}`)} (--format json has all)`] : [...lines];
}

/** The cells in which runs of one platform contradict each other. */
function conflictsOf({ platforms, scenarios }: Atlas): { readonly id: string; readonly key: string; readonly runs: readonly string[] }[] {
  return scenarios.flatMap(({ id, cells }) =>
    cells.flatMap((cell, i) =>
      cell?.conflict ? [{ id, key: platforms[i]?.key as string, runs: (platforms[i]?.runs ?? []).map(({ source }) => source) }] : [],
    ),
  );
}
