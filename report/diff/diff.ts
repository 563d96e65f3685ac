import { type Behaviour, sameBehaviour } from '../../results/behaviour.ts';
import type { Side } from '../side.ts';

/**
 * How a scenario changes from one side to the other. `not-run`: one side was not asked for it, or did not get so far. `unknown`: a side that may do it is not known to do
 * anything.
 */
export const CHANGES = ['differs', 'new', 'gone', 'not-run', 'unknown', 'same'] as const;
export type Change = (typeof CHANGES)[number];

export interface Difference {
  readonly id: string;
  readonly change: Change;
  /** undefined where that side lacks what the scenario needs, or was not asked. */
  readonly a: Behaviour | undefined;
  readonly b: Behaviour | undefined;
}

export interface Diff {
  readonly a: Side;
  readonly b: Side;
  /** How the command line names the sides. */
  readonly asked: string;
  readonly differences: readonly Difference[];
}

/** Holds two sides against each other: behaviour alone, never time. In the order of the first, then of what only the second has. */
export function diff(a: Side, b: Side, chosen: (id: string) => boolean = () => true): Diff {
  const ids = [...new Set([...a.ids, ...b.ids])].filter(chosen);
  const differences = ids.flatMap((id): Difference[] => {
    const [left, right] = [a.behaviour(id), b.behaviour(id)];
    if (left === undefined && right === undefined) return [];
    const change = a.isNotRun(id) || b.isNotRun(id) ? 'not-run' : changeOf(left, right);
    return [{ id, change, a: left, b: right }];
  });
  return { a, b, asked: `${a.name} ${b.name}`, differences };
}

function changeOf(a: Behaviour | undefined, b: Behaviour | undefined): Change {
  if (a === undefined) return isUnknown(b) ? 'unknown' : 'new';
  if (b === undefined) return isUnknown(a) ? 'unknown' : 'gone';
  const same = sameBehaviour(a, b);
  return same === undefined ? 'unknown' : same ? 'same' : 'differs';
}

/** Nothing is known of what that side does. */
function isUnknown(side: Behaviour | undefined): boolean {
  return side !== undefined && side.traces.length === 0 && side.ended === undefined;
}

/** What a build may be failed for. */
export function hasChanged({ differences }: Pick<Diff, 'differences'>): boolean {
  return differences.some(({ change }) => isChange(change));
}

export function isChange(change: Change): boolean {
  return change === 'differs' || change === 'new' || change === 'gone';
}
