import type { AnswerRule } from './rule.ts';

export const zeroAsData: AnswerRule = {
  kind: 'answer',
  id: 'zero-as-data',
  level: 'error',
  says: 'The zero that recv returns at the end of a stream is read as data.',
  follows: 'The end is never seen: a reader that loops until its buffer is full, or until it is told to stop, never stops.',
  applies: ({ call, ret, meaning }, reading) => (call === 'recv' && ret === 0 && meaning === 'end' && reading.meaning === 'data' ? 'error' : undefined),
};
