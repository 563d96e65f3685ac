import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const resetAsWait: AnswerRule = {
  kind: 'answer',
  id: 'reset-as-wait',
  level: 'error',
  says: 'A reset is read as a reason to try again.',
  follows: 'The connection is over, and is waited for for ever where the platform reports a reset every time; its descriptor leaks.',
  applies: (answer, reading) => (answer.meaning === 'reset' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
