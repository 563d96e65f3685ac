import type { PairRule } from './rule.ts';

/** A warning where the platforms agree and the tables do not; a note where the platforms themselves differ, and the table hands that on. */
export const meaningsDiffer: PairRule = {
  kind: 'pair',
  id: 'meanings-differ',
  level: 'warning',
  says: 'The same event has different meanings on two platforms.',
  follows: 'Code above the table that was written and tested on one platform meets another class on the other.',
  applies(a, b) {
    if (a.reading.meaning === b.reading.meaning) return undefined;
    return a.answer.meaning === b.answer.meaning ? 'warning' : 'note';
  },
};
