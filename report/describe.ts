import type { Misclassification } from '../classification/check.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Header, Run, ScenarioLine, Verdict } from '../results/schema.ts';
import { trialsIn } from '../results/trials.ts';
import { describeDeviation, describeObservation } from './deviation.ts';
import { type Paint, STYLES } from './paint.ts';
import { groupPattern, splitPairs } from './pairs.ts';
import { count } from './text.ts';
import { few, traceWords } from './trace-words.ts';
import { tableName, type View } from './view.ts';

/** A run's parts in sentences, for text and Markdown alike. */

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

/** What is wrong, a line each. */
export function problemLines({ run, misclassifications }: View): string[] {
  const lines = new Map(run.scenarios.map((line) => [line.id, line]));
  return [...scenarioProblems(run.scenarios), ...misclassifications.map((wrong) => misclassificationLine(lines.get(wrong.id), wrong)), ...endingLines(run)];
}

/** Where a model is wrong, many pairs of calls are not as predicted: of each way that a connection ends, the first. */
const SHOWN = 5;

function scenarioProblems(lines: readonly ScenarioLine[]): string[] {
  const { single, grouped } = splitPairs(lines);
  return [
    ...single.flatMap(scenarioProblem),
    ...[...grouped].flatMap(([group, own]) => {
      const problems = own.flatMap(scenarioProblem);
      const more = problems.length - SHOWN;
      return [...problems.slice(0, SHOWN), ...(more > 0 ? [`${group}: ${more} more are not as predicted (sockatlas run -v ${groupPattern(group)})`] : [])];
    }),
  ];
}

function scenarioProblem(line: ScenarioLine): string[] {
  switch (line.verdict) {
    case 'deviation':
      return [describeDeviation(line)];
    case 'unstable':
    case 'known-race':
      return [
        `${line.id}: ${line.reason}: ${few(
          line.traces.map((one) => `${one.count}× ${traceWords(one.trace)}`),
          '; ',
        )}`,
      ];
    case 'blocked':
    case 'known-hang':
    case 'crashed':
      return [`${line.id}: ${line.verdict}: ${line.reason}`];
    default:
      return [];
  }
}

export function misclassificationLine(line: ScenarioLine | undefined, { id, table, trace, index, meaning, className }: Misclassification): string {
  const observations = line?.traces[trace]?.observations ?? [];
  return `${id}: ${describeObservation(observations, index)} means ${meaning}; ${table} classifies it as ${className}`;
}

/** What a run did not finish, did not measure, and dropped. */
function endingLines({ footer, scenarios }: Run): string[] {
  const { unfinished = [], unmeasured = [], strangers = 0 } = footer;
  const trials = new Map(scenarios.map((line) => [line.id, line.trials]));
  return [
    ...(unfinished.length > 0 ? [`not finished: ${unfinished.map((id) => `${id} (${count(trials.get(id) ?? 0, 'trial')})`).join(', ')}`] : []),
    ...unmeasured.map(({ id, reason }) => `${id}: no result: ${reason}`),
    ...(strangers > 0 ? [`${count(strangers, 'connection')} of other processes dropped: a trial takes its own peer's alone`] : []),
  ];
}

/** Which classes are wrong, in a sentence; where tables were asked for, also that none of these is. */
export function tablesSentence({ tables, misclassifications, showsClasses }: View): string {
  if (misclassifications.length > 0) {
    return `Wrong classes by ${[...new Set(misclassifications.map(({ table }) => table))].join(', ')}: ${misclassifications.length}, listed above.`;
  }
  if (!showsClasses || tables.length === 0) return '';
  return `No reset, end or abort is classified as would-block by ${tables.map(tableName).join(', ')}. All rules: sockatlas check.`;
}

/** `87 scenarios × 5 trials in 1.4 s: 68 match, 19 unsupported`. */
export function summary({ run: { footer, scenarios } }: View, spell: (verdict: string, text: string) => string): string {
  const counts = Object.entries(footer.verdicts).map(([verdict, many]) => spell(verdict, `${many} ${verdict}`));
  const trials = Math.max(0, ...scenarios.map(trialsIn));
  const what = `${count(scenarios.length, 'scenario')} × ${count(trials, 'trial')}`;
  return `${footer.interrupted ? 'interrupted after ' : ''}${what} in ${(footer.ms / 1000).toFixed(1)} s: ${counts.join(', ') || 'nothing run'}`;
}

/** How a run ended, and whether the tables are right about it. */
export function endLines(view: View, single: boolean, paint: Paint): string[] {
  const text = summary(view, (verdict, words) => paint(STYLES[verdict as Verdict], words));
  const tables = tablesSentence(view);
  return [`${single ? '' : `${view.run.header.platform.name}: `}${text}.`, ...(tables === '' ? [] : [tables])];
}
