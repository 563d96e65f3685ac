import type { AnswerRule } from './rule.ts';

export const zeroAsData: AnswerRule = {
  kind: 'answer',
  id: 'zero-as-data',
  level: 'error',
  says: 'The 0 that recv returns at the end of the stream is classified as data.',
  follows: 'The end is not noticed: a loop that reads until its buffer is full never stops.',
  applies: ({ call, ret, meaning }, reading) => (call === 'recv' && ret === 0 && meaning === 'end' && reading.meaning === 'data' ? 'error' : undefined),
};
