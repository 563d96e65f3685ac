import { type AnswerRule, triesAgain } from './rule.ts';

export const wouldBlockAsEnd: AnswerRule = {
  kind: 'answer',
  id: 'would-block-as-end',
  level: 'error',
  says: 'A would-block is read as something else than a reason to wait.',
  follows: 'A connection in good order is closed, as soon as it has nothing to give for a moment.',
  applies: ({ meaning }, reading) => (meaning === 'would-block' && !triesAgain(reading) ? 'error' : undefined),
};
