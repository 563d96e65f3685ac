import type { CodePlatform, Meaning } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import type { Observation, ScenarioLine } from '../results/schema.ts';
import { meaningOfObservation } from './returned.ts';
import { classifier, meaningOf, type Table, tableId } from './table.ts';

/** A wrong class that a table gives to a return value. */
export interface Misclassification {
  readonly id: string;
  readonly table: string;
  /** Which observation of which trace, counted from 0. */
  readonly trace: number;
  readonly index: number;
  readonly observation: Observation;
  readonly meaning: Meaning;
  readonly className: string;
}

/** Meanings of a connection that has ended. If a table classifies one as "wait", its user waits forever. */
const OVER: ReadonlySet<Meaning> = new Set(['reset', 'end', 'aborted']);

/** The classes a table makes of a trace's observations; undefined where the call is none of the table's. */
export function classesOf(table: Table, platform: CodePlatform, observations: readonly Observation[]): (string | undefined)[] {
  const classify = classifier(table, platform);
  const calls: readonly string[] = table.calls;
  return observations.map(({ call, ret, code }) => (calls.includes(call) && typeof ret === 'number' ? classify(ret, code) : undefined));
}

/** A reset, an end or an abort must not be classified as would-block, and a would-block must be. */
export function checkScenario(table: Table, platform: CodePlatform, { id, traces }: ScenarioLine): Misclassification[] {
  return traces.flatMap(({ observations }, trace) =>
    classesOf(table, platform, observations).flatMap((className, index) => {
      const observation = observations[index] as Observation;
      if (className === undefined) return [];
      const meaning = meaningOfObservation(codes, platform, observation);
      const waits = meaningOf(table, className) === 'would-block';
      const wrong = OVER.has(meaning) ? waits : meaning === 'would-block' && !waits;
      return wrong ? [{ id, table: tableId(table), trace, index, observation, meaning, className }] : [];
    }),
  );
}
