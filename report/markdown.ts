import { apiOf } from '../language/code.ts';
import { type Behaviour, notRunIn, recordedBehaviour, sameBehaviour } from '../results/behaviour.ts';
import type { ScenarioLine } from '../results/schema.ts';
import { describeHeader, problemLines, summary, tablesSentence } from './describe.ts';
import { code, markdownTable, text } from './markdown-text.ts';
import { splitPairs, verdictCounts } from './pairs.ts';
import { behaviourWords, counterpartOf } from './side.ts';
import { classWords, tableName, type View } from './view.ts';

/** A step summary of GitHub has at most 1 MiB, and there may be more in it than this. */
const MAX_BYTES = 900_000;

/** Runs for a page or a step summary: one table, a column a run and one for what Windows does, then what was found. What is too long is cut, and says so. */
export function markdownRuns(views: readonly View[]): string {
  const whole = page(views, Number.POSITIVE_INFINITY);
  if (Buffer.byteLength(whole) <= MAX_BYTES) return whole;
  // Half as many rows, until it fits: what was found stands below them, and is bounded itself.
  for (let rows = MOST_ROWS; rows > 0; rows = Math.floor(rows / 2)) {
    const cut = page(views, rows);
    if (Buffer.byteLength(cut) <= MAX_BYTES) return cut;
  }
  return shortened(page(views, 0));
}

/** The lines that fit. */
function shortened(text: string): string {
  const lines = text.split('\n');
  let bytes = 0;
  const fitting = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes > MAX_BYTES;
  });
  return fitting === -1 ? text : [...lines.slice(0, fitting), '', `${lines.length - fitting} more lines: the page would be too long.`, ''].join('\n');
}

const MOST_ROWS = 4096;

function page(views: readonly View[], mostRows: number): string {
  const beside = views.some(({ run }) => run.header.platform.id === 'windows') && views.length > 1 ? undefined : counterpartOf(besideOf(views));
  const byId = views.map(({ run }) => new Map(run.scenarios.map((line) => [line.id, line])));
  const notRun = views.map(({ run }) => notRunIn(run));
  const all = [...new Set(views.flatMap(({ run }) => run.scenarios.map(({ id }) => id)))];
  const { single, grouped } = splitPairs(all.map((id) => ({ id })));
  const classes = views.flatMap((view, i) => (view.showsClasses ? view.tables.map((table) => ({ view, table, lines: byId[i] })) : []));
  const header = [
    'scenario',
    ...views.flatMap(({ run }) => ['verdict', `${text(run.header.platform.name)}, measured here`]),
    ...(beside === undefined ? [] : [beside.heading, 'differs']),
    ...classes.map(({ table }) => text(tableName(table))),
  ];
  const rows = single.map(({ id }) => {
    const lines = byId.map((map) => map.get(id));
    const there = beside?.behaviour(id);
    const here = lines.map((line) => line && recordedBehaviour(line));
    return [
      code(id),
      ...lines.flatMap((line, i) => [
        line?.verdict ?? (notRun[i]?.(id) ? 'not run' : ''),
        line === undefined ? '' : line.traces.length === 0 ? text(line.reason ?? '') : code(behaviourWords(here[i])),
      ]),
      ...(beside === undefined ? [] : [there === undefined ? '' : code(behaviourWords(there)), here.some((own) => differ(own, there)) ? '≠' : '']),
      ...classes.map(({ view, table, lines: own }) => {
        const line = own?.get(id);
        return line === undefined ? '' : classWords(table, view.run.header.platform, line).map(code).join('<br>');
      }),
    ];
  });
  const problems = views.flatMap((view) => problemLines(view).map((line) => `- ${text(view.run.header.platform.name)}: ${text(line)}`));
  return [
    ...views.map((view) => `- ${text(describeHeader(view.run.header))}: ${summary(view, (_, words) => words)}. ${text(tablesSentence(view))}`.trimEnd()),
    '',
    ...(rows.length > 0 ? [...markdownTable(header, rows.slice(0, mostRows)), ''] : []),
    ...(rows.length > mostRows
      ? [`${rows.length - mostRows} more scenarios: the page would be too long (\`sockatlas report --format json\` has all).`, '']
      : []),
    ...(grouped.size > 0 ? [...pairTable(grouped, views, byId), ''] : []),
    ...(problems.length > 0 ? ['### Findings', '', ...problems, ''] : []),
  ].join('\n');
}

/** A row for each way that a connection ends. */
function pairTable(
  groups: ReadonlyMap<string, readonly { readonly id: string }[]>,
  views: readonly View[],
  byId: readonly ReadonlyMap<string, ScenarioLine>[],
): string[] {
  return markdownTable(
    ['pairs of calls', ...views.map(({ run }) => text(run.header.platform.name))],
    [...groups].map(([group, ids]) => [code(group), ...byId.map((lines) => verdictCounts(ids.flatMap(({ id }) => lines.get(id) ?? [])) || 'not run')]),
  );
}

/** A run that speaks Winsock is shown beside what Windows does; on Windows itself Linux is. */
function besideOf(views: readonly View[]) {
  const platform = views[0]?.run.header.platform ?? { id: 'linux' as const };
  return views.length === 1 || apiOf(platform) === 'posix' ? platform : { id: 'linux' as const };
}

function differ(a: Behaviour | undefined, b: Behaviour | undefined): boolean {
  return a !== undefined && b !== undefined && sameBehaviour(a, b) === false;
}
