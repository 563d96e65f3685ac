import { type AnswerRule, triesAgain } from './rule.ts';

export const wouldBlockAsEnd: AnswerRule = {
  kind: 'answer',
  id: 'would-block-as-end',
  level: 'error',
  says: 'A would-block is not classified as “try again”.',
  follows: 'A healthy connection is closed as soon as it has nothing to deliver for a moment.',
  applies: ({ meaning }, reading) => (meaning === 'would-block' && !triesAgain(reading) ? 'error' : undefined),
};
