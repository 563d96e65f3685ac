import { type Evidence, evidencePhrase } from '../../language/evidence.ts';
import type { PredictedTrace } from '../../language/predict.ts';
import { printStep, printSteps, stepByStep } from '../../language/steps.ts';
import type { Layout } from '../grid.ts';
import { groupBy } from '../group-by.ts';
import { hanging } from '../text.ts';
import { few, traceWords } from '../trace-words.ts';
import type { Predicted } from './document.ts';
import { weakestElsewhere } from './weakest.ts';

/** Each sequence, and below it what each platform answers; platforms that answer the same stand together. `why`: each for itself, with the rule of each call. */
export function prettyPredictions(all: readonly Predicted[], why: boolean, { width, paint }: Layout): string {
  const bySequence = groupBy(all, ({ sequence }) => sequence);
  return [...bySequence]
    .map(([sequence, platforms]) => {
      const lines = [paint('bold', printSteps(sequence))];
      for (const group of [...groupBy(platforms, (one) => (why ? one.platform : said(one))).values()]) {
        const below = [paint('gray', group.map(({ platform }) => platform).join(', ')), ...answerLines(group, why)];
        // A source is often an address, which stays on one line.
        lines.push(...below.map((line) => (why ? line : `  ${line}`)));
      }
      return lines.map((line) => `${hanging(line, width)}\n`).join('');
    })
    .join('\n');
}

/** What is alike is said once. */
function said({ prediction: { traces, uncovered, isCut } }: Predicted): string {
  return JSON.stringify([traces.map(({ trace }) => trace), uncovered, isCut]);
}

function answerLines(group: readonly Predicted[], why: boolean): string[] {
  const [{ sequence, prediction }] = group as [Predicted];
  const { traces, uncovered, isCut } = prediction;
  const lines = traces.flatMap((one, i) => {
    if (one.trace.length === 0) return [];
    const words = `  ${i === 0 ? '' : 'or '}${traceWords(one.trace)}`;
    if (!why) return [words];
    const steps = stepByStep(sequence);
    return [
      words,
      ...one.calls.flatMap(({ step, token, rule }) => [
        `  ${printStep(steps[step] as (typeof steps)[number])}: ${token}`,
        `    ${rule.name} (${evidencePhrase(rule.evidence)})`,
        ...rule.source.map((source) => `    ${source}`),
      ]),
      ...byWayOf(one),
    ];
  });
  if (uncovered !== undefined) lines.push(`  ${lines.length > 0 ? 'then ' : ''}not covered, from ${JSON.stringify(uncovered.text)} on: ${uncovered.why}`);
  if (isCut) lines.push('  there are more ways than were followed');
  if (traces.some(({ trace }) => trace.length > 0)) lines.push(`  predicted: ${evidenceWords(group)}`);
  return lines;
}

/** The rule that makes the whole no better known, where no call shows it. */
function byWayOf(trace: PredictedTrace): string[] {
  const weakest = weakestElsewhere(trace);
  if (weakest === undefined) return [];
  const { end, rule } = weakest;
  return [`  by way of (${end})`, `    ${rule.name} (${evidencePhrase(rule.evidence)})`, ...rule.source.map((source) => `    ${source}`)];
}

/** `measured here`; where the platforms differ, that of each. */
function evidenceWords(group: readonly Predicted[]): string {
  const byPhrase = groupBy(group, ({ prediction }) => [...new Set(prediction.traces.map(({ evidence }) => evidence))].map(phrase).join(', or '));
  if (byPhrase.size === 1) return [...byPhrase.keys()].join();
  return few(
    [...byPhrase].map(([words, platforms]) => `${words} (${platforms.map(({ platform }) => platform).join(', ')})`),
    '; ',
  );
}

function phrase(evidence: Evidence): string {
  return evidencePhrase(evidence);
}
