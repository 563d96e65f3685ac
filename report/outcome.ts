import type { ScenarioLine, Verdict } from '../results/schema.ts';
import { misclassificationLine } from './describe.ts';
import { describeDeviation } from './deviation.ts';
import { groupBy } from './group-by.ts';
import { few, traceWords } from './trace-words.ts';
import type { View } from './view.ts';

/** What a scenario is as a test, for what reads test results: JUnit, CTRF, annotations. */
export interface Outcome {
  readonly line: ScenarioLine;
  /** error: a call hung, or an agent crashed. skipped: there is nothing to fail. */
  readonly kind: 'passed' | 'failed' | 'error' | 'skipped';
  /** What is wrong, or why nothing is said; absent where it passed and is not known to deviate. */
  readonly message?: string;
  /** ms of all trials together. */
  readonly ms: number;
}

/** Nothing is expected of an `unjudged` one, so that it must not read as passed. */
const KINDS: Readonly<Record<Verdict, Outcome['kind']>> = {
  match: 'passed',
  unjudged: 'skipped',
  unsupported: 'skipped',
  'known-deviation': 'passed',
  'known-race': 'passed',
  'known-hang': 'passed',
  unstable: 'failed',
  deviation: 'failed',
  blocked: 'error',
  crashed: 'error',
};

export function outcomesOf(view: View): Outcome[] {
  const ms = new Map(view.run.timings.map((timing) => [timing.id, timing.ms]));
  const misclassifications = groupBy(view.misclassifications, ({ id }) => id);
  return view.run.scenarios.map((line) => {
    const wrong = (misclassifications.get(line.id) ?? []).map((one) => misclassificationLine(line, one));
    const own = KINDS[line.verdict];
    const messages = [...messagesOf(line), ...wrong];
    return {
      line,
      kind: wrong.length > 0 && own !== 'error' ? 'failed' : own,
      ...(messages.length > 0 && { message: messages.join('\n') }),
      ms: ms.get(line.id) ?? 0,
    };
  });
}

function messagesOf(line: ScenarioLine): string[] {
  switch (line.verdict) {
    case 'match':
      return [];
    case 'unjudged':
      return ['nothing is expected of it: it is recorded, and not judged'];
    case 'deviation':
      return [describeDeviation(line)];
    case 'unstable':
    case 'known-race':
      return [
        `${line.reason}: ${few(
          line.traces.map((one) => `${one.count}× ${traceWords(one.trace)}`),
          '; ',
        )}`,
      ];
    default:
      return [`${line.verdict}: ${line.reason ?? ''}`];
  }
}
