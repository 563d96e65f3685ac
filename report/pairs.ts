import { isPair, pairGroup } from '../language/pairs.ts';
import type { ScenarioLine } from '../results/schema.ts';
import { groupBy } from './group-by.ts';

/** So many pairs of calls are shown one by one; of more there is a line for each way that a connection ends. */
const FEW = 20;

interface Split<T> {
  readonly single: readonly T[];
  /** By `tcp/reset/pair?end=close`. */
  readonly grouped: ReadonlyMap<string, readonly T[]>;
}

/** What is shown one by one, and what by groups. */
export function splitPairs<T extends { readonly id: string }>(items: readonly T[], few = FEW): Split<T> {
  const ofPairs = items.filter(({ id }) => isPair(id));
  if (ofPairs.length <= few) return { single: items, grouped: new Map() };
  return { single: items.filter(({ id }) => !isPair(id)), grouped: groupBy(ofPairs, ({ id }) => pairGroup(id)) };
}

/** `198 match`; `150 match, 48 known-deviation`. */
export function verdictCounts(lines: readonly Pick<ScenarioLine, 'verdict'>[]): string {
  return [...groupBy(lines, ({ verdict }) => verdict)].map(([verdict, { length }]) => `${length} ${verdict}`).join(', ');
}

/** A pattern, as it is typed: that of the group without a parameter chooses the others too. */
export function groupPattern(group: string): string {
  return group.includes('?') ? `"${group}"` : group;
}
