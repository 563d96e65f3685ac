import type { Poll } from './turn.ts';

/** Polls in a row that differ in nothing but their number: `n` up to and with `through`. */
export interface FoldedPoll extends Poll {
  readonly through: number;
}

/** Of a long story, so many at its beginning and at its end are kept. */
const FIRST = 30;
const LAST = 10;

/** Equal polls in a row as one. What is left out in the middle, where a story is very long, is named. */
export function folded(polls: readonly Poll[]): { polls: readonly FoldedPoll[]; leftOut?: { from: number; through: number } } {
  const groups: FoldedPoll[] = [];
  let before: string | undefined;
  for (const poll of polls) {
    const key = JSON.stringify([poll.readiness, poll.answer, poll.action, poll.why]);
    const last = groups.at(-1);
    if (last !== undefined && key === before) groups[groups.length - 1] = { ...last, through: poll.n };
    else groups.push({ ...poll, through: poll.n });
    before = key;
  }
  if (groups.length <= FIRST + LAST) return { polls: groups };
  const [first, last] = [groups.slice(0, FIRST), groups.slice(-LAST)];
  return { polls: [...first, ...last], leftOut: { from: (first.at(-1) as FoldedPoll).through + 1, through: (last[0] as FoldedPoll).n - 1 } };
}
