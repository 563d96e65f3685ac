import { asPattern } from '../platforms/trace.ts';
import type { ScenarioLine } from '../results/schema.ts';
import { describeHeader, findingLines, type Paint, STYLES, summary } from './pretty.ts';
import { alignColumns } from './text-table.ts';
import type { View } from './view.ts';

/** Several platforms side by side: a row a scenario, a column a platform, in the order of the suite. */
export interface Comparison {
  readonly ids: readonly string[];
  /** For each id, the line of each view; undefined where a run has no such scenario. */
  readonly rows: readonly (readonly (ScenarioLine | undefined)[])[];
}

export function compare(views: readonly View[]): Comparison {
  const lines = views.map(({ run }) => new Map(run.scenarios.map((line) => [line.id, line])));
  const ids = [...new Set(views.flatMap(({ run }) => run.scenarios.map(({ id }) => id)))];
  return { ids, rows: ids.map((id) => lines.map((byId) => byId.get(id))) };
}

/** The traces of a scenario in one cell. */
export function cellText(line: ScenarioLine | undefined): string {
  if (line === undefined) return '';
  if (line.traces.length === 0) return line.verdict;
  return line.traces.map(({ trace, count }) => `${line.traces.length > 1 ? `${count}× ` : ''}${asPattern(trace).join(' ')}`).join(' / ');
}

/** What a verdict says beside its trace, where it is no plain match. */
const MARKS: Readonly<Record<ScenarioLine['verdict'], string>> = {
  match: '',
  unjudged: '',
  unsupported: '',
  'known-deviation': ' *',
  unstable: ' ~',
  deviation: ' !',
  blocked: ' !',
  crashed: ' !',
};

const LEGEND = '* known deviation from Windows   ~ trials differ   ! deviation, blocked or crashed';

export function prettyComparison(views: readonly View[], paint: Paint): string {
  const { ids, rows } = compare(views);
  const table = [
    ['scenario', ...views.map(({ run }) => run.header.platform.name)].map((cell) => paint('bold', cell)),
    ...ids.map((id, i) => [
      id,
      ...(rows[i] ?? []).map((line) => (line === undefined ? '' : paint(STYLES[line.verdict], `${cellText(line)}${MARKS[line.verdict]}`))),
    ]),
  ];
  const findings = views.flatMap((view) => findingLines(view).map((line) => `${view.run.header.platform.name}: ${line}`));
  return [
    ...views.map(({ run }) => describeHeader(run.header)),
    '',
    ...alignColumns(table),
    '',
    LEGEND,
    '',
    ...(findings.length > 0 ? [...findings, ''] : []),
    ...views.map((view) => `${view.run.header.platform.name}: ${summary(view, paint)}`),
    '',
  ].join('\n');
}
