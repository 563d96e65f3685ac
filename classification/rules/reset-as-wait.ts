import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const resetAsWait: AnswerRule = {
  kind: 'answer',
  id: 'reset-as-wait',
  level: 'error',
  says: 'A reset is classified as “try again”.',
  follows: 'The connection is over. Where the platform reports the reset on every call, the caller waits forever and leaks the descriptor.',
  applies: (answer, reading) => (answer.meaning === 'reset' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
