import { styleText } from 'node:util';
import type { Misclassification } from '../classification/check.ts';
import type { Platform } from '../platforms/platform.ts';
import { asPattern } from '../platforms/trace.ts';
import type { Header, ScenarioLine, Verdict } from '../results/schema.ts';
import { describeDeviation, describeObservation } from './deviation.ts';
import { alignColumns } from './text-table.ts';
import { classPatterns, type View } from './view.ts';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours where `stream` shows them: a terminal, unless NO_COLOR says otherwise. */
export function painter(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const coloured = FORCE_COLOR !== undefined ? FORCE_COLOR !== '0' : stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
  // It would look at stdout itself, whatever the stream that is written to.
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

export const STYLES: Readonly<Record<Verdict, Style>> = {
  match: 'green',
  unjudged: 'cyan',
  unsupported: 'gray',
  'known-deviation': 'yellow',
  unstable: 'magenta',
  deviation: 'red',
  blocked: 'red',
  crashed: 'red',
};

/** A run for a terminal. `verbose` adds each call with its arguments and codes. */
export function prettyRun(view: View, paint: Paint, verbose: boolean): string {
  const { run, tables } = view;
  const { platform } = run.header;
  const rows: string[][] = [['', 'scenario', 'trace', ...tables.map((table) => `${table.name} ${table.label}`)].map((cell) => paint('bold', cell))];
  const details = new Map<number, string[]>();
  for (const line of verbose ? run.scenarios : run.scenarios.filter(({ verdict }) => verdict !== 'unsupported')) {
    const traces = line.traces.length === 0 ? [undefined] : line.traces;
    traces.forEach((trace, i) => {
      rows.push([
        i === 0 ? paint(STYLES[line.verdict], line.verdict) : '',
        i === 0 ? line.id : '',
        trace === undefined ? paint('gray', line.reason ?? '') : `${line.traces.length > 1 ? `${trace.count}× ` : ''}${asPattern(trace.trace).join(' ')}`,
        ...tables.map((table) => paint('gray', classPatterns(table, platform, line)[i] ?? '')),
      ]);
    });
    if (verbose) details.set(rows.length - 1, callLines(line, paint));
  }
  const lines = alignColumns(rows).flatMap((row, i) => [row, ...(details.get(i) ?? [])]);
  const findings = findingLines(view);
  if (!verbose) lines.push(...unsupportedLines(run.scenarios, paint));
  return [describeHeader(run.header), '', ...lines, '', ...(findings.length > 0 ? [...findings, ''] : []), summary(view, paint), ''].join('\n');
}

/** What the platform lacks: a line for each reason, with the scenarios that want it. */
function unsupportedLines(scenarios: readonly ScenarioLine[], paint: Paint): string[] {
  const byReason = new Map<string, string[]>();
  for (const { verdict, id, reason = '' } of scenarios) if (verdict === 'unsupported') byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return [...byReason].map(([reason, ids]) => `${paint(STYLES.unsupported, 'unsupported')}  ${reason}: ${ids.join(', ')}`);
}

/** What is wrong, a line each. */
export function findingLines({ run, misclassifications }: View): string[] {
  return [...run.scenarios.flatMap(scenarioFinding), ...misclassifications.map((finding) => misclassificationLine(run.scenarios, finding))];
}

/** Where a run was made. */
export function describeHeader({ platform, peer }: Header): string {
  return `${describePlatform(platform)}${peer === undefined ? '' : `; peers on ${describePlatform(peer)}`}`;
}

function describePlatform(platform: Platform): string {
  const { name, os, kernel, wine, libc, library, arch, node, koffi, container, sandbox } = platform;
  const parts = [
    os,
    kernel && `kernel ${kernel}`,
    wine && `Wine ${wine}`,
    libc ?? library,
    arch,
    container && `in ${container}`,
    sandbox && `under ${sandbox}`,
    `Node ${node}`,
    `koffi ${koffi}`,
  ];
  return `${name}: ${parts.filter(Boolean).join(', ')}`;
}

function callLines({ traces }: ScenarioLine, paint: Paint): string[] {
  return traces.flatMap(({ observations }) =>
    observations.map(({ on, call, args, ret, code, name, out, token }) => {
      const given = Object.entries(args).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('|') || '0' : value}`);
      const wrote = Object.entries(out ?? {}).map(([key, value]) => `${key}=${value}`);
      const answer = `${ret === null ? 'never returned' : ret}${name === undefined ? '' : ` ${name} (${code})`}`;
      return paint('gray', `    ${on}: ${call}(${given.join(', ')}) = ${answer}${wrote.length > 0 ? ` [${wrote.join(', ')}]` : ''}  ${token}`);
    }),
  );
}

function scenarioFinding(line: ScenarioLine): string[] {
  switch (line.verdict) {
    case 'deviation':
      return [describeDeviation(line)];
    case 'unstable':
      return [`${line.id}: ${line.reason}: ${line.traces.map(({ trace, count }) => `${count}× ${asPattern(trace).join(' ')}`).join(', ')}`];
    case 'blocked':
    case 'crashed':
      return [`${line.id}: ${line.verdict}: ${line.reason}`];
    default:
      return [];
  }
}

function misclassificationLine(scenarios: readonly ScenarioLine[], { id, table, trace, index, meaning, className }: Misclassification): string {
  const observations = scenarios.find((line) => line.id === id)?.traces[trace]?.observations ?? [];
  return `${id}: ${describeObservation(observations, index)} means ${meaning}, and ${table} reads it as ${className}`;
}

export function summary({ run, tables, misclassifications }: View, paint: Paint): string {
  const { footer, scenarios } = run;
  const counts = Object.entries(footer.verdicts).map(([verdict, count]) => paint(STYLES[verdict as Verdict], `${count} ${verdict}`));
  const trials = Math.max(0, ...scenarios.map((line) => line.trials));
  const read =
    tables.length === 0
      ? ''
      : `; ${misclassifications.length === 0 ? 'no' : misclassifications.length} wrong class${misclassifications.length === 1 ? '' : 'es'} by ${tables.map((t) => `${t.name} ${t.label}`).join(', ')}`;
  return `${footer.interrupted ? 'interrupted after ' : ''}${scenarios.length} scenarios × ${trials} trials in ${(footer.ms / 1000).toFixed(1)} s: ${counts.join(', ') || 'nothing run'}${read}`;
}
