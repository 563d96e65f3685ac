import type { Table } from '../classification/table.ts';
import { evidencePhrase } from '../language/evidence.ts';
import { fold } from '../language/fold.ts';
import { isPair } from '../language/pairs.ts';
import { recordedBehaviour, sameBehaviour } from '../results/behaviour.ts';
import type { Observation, ScenarioLine } from '../results/schema.ts';
import { describeHeader, endLines, problemLines } from './describe.ts';
import type { Layout } from './grid.ts';
import { STYLES } from './paint.ts';
import { behaviourWords, counterpartOf } from './side.ts';
import { paragraph } from './text.ts';
import { traceWords } from './trace-words.ts';
import { classTraces, tableName, type View } from './view.ts';

/** A run with every scenario, what the other system does beside it, and each call with its arguments, return and code. */
export function verboseRun(view: View, { width, paint }: Layout): string {
  const { run } = view;
  const problems = problemLines(view);
  return [
    paragraph(describeHeader(run.header), width, '  '),
    '',
    ...run.scenarios.flatMap((line) => [...scenarioLines(view, line, { width, paint }), '']),
    ...problems.map((line) => paragraph(line, width, '  ')),
    ...(problems.length > 0 ? [''] : []),
    ...endLines(view, true, paint).map((line) => paragraph(line, width, '  ')),
    '',
  ].join('\n');
}

function scenarioLines(view: View, line: ScenarioLine, { width, paint }: Layout): string[] {
  const { platform } = view.run.header;
  const beside = counterpartOf(platform);
  const there = beside.behaviour(line.id);
  const here = recordedBehaviour(line);
  const differs = here !== undefined && there !== undefined && sameBehaviour(here, there) === false;
  const reason = line.reason === undefined ? '' : `: ${line.reason}`;
  const tables = view.showsClasses ? view.tables : [];
  const classes = tables.map((table) => classTraces(table, platform, line));
  return [
    paragraph(`${paint('bold', line.id)}  ${paint(STYLES[line.verdict], line.verdict)}${ofModel(line)}${reason}`, width, '    '),
    ...line.traces.flatMap(({ trace, count, observations }, i) => [
      paragraph(
        `  ${platform.name}, measured here, ${line.trials === 0 ? 'a trial that did not end' : `${count} of ${line.trials} trials`}: ${traceWords(trace)}`,
        width,
        '    ',
      ),
      ...callLines(
        tables,
        classes.map((own) => own[i] ?? []),
        observations,
      ).map((text) => paint('gray', paragraph(`    ${text}`, width, '        '))),
    ]),
    ...(there === undefined
      ? []
      : [
          paragraph(
            `  ${beside.name}, ${evidencePhrase(there.evidence)}${isPair(line.id) ? ', by its model' : ''}: ${behaviourWords(there, false)}${differs ? paint('yellow', '  ≠') : ''}`,
            width,
            '    ',
          ),
        ]),
  ];
}

/** What is expected may be only the model's. */
function ofModel({ expected }: ScenarioLine): string {
  return expected !== undefined && /\/model\.ts$/.test(expected.file) ? ` (by the model alone: ${expected.file})` : '';
}

/**
 * `S recv(buffer=given, length=4096, flags=0) = -1 ECONNRESET (104)`, and, where tables are asked for, the class of each: `→ MG_IO_RESET`. Calls that are alike in
 * a row are one line.
 */
function callLines(tables: readonly Table[], classes: readonly (readonly string[])[], observations: readonly Observation[]): string[] {
  const calls = observations.map((observation, i) =>
    tables.length === 0 ? callText(observation) : `${callText(observation)}  → ${classes.map((trace) => trace[i]).join(' | ')}`,
  );
  return [
    ...(tables.length > 0 ? [`→ class by ${tables.map(tableName).join(' | ')}`] : []),
    ...fold(calls).map(({ text, times }) => (times === 1 ? text : `${text}  ×${times}`)),
  ];
}

function callText({ on, call, args, ret, code, name, out }: Observation): string {
  const given = Object.entries(args).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('|') || '0' : value}`);
  const wrote = Object.entries(out ?? {}).map(([key, value]) => `${key}=${value}`);
  const answer = `${ret === null ? 'never returned' : ret}${name === undefined ? '' : ` ${name} (${code})`}`;
  return `${on} ${call}(${given.join(', ')}) = ${answer}${wrote.length > 0 ? ` [${wrote.join(', ')}]` : ''}`;
}
