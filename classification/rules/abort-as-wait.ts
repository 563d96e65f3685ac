import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const abortAsWait: AnswerRule = {
  kind: 'answer',
  id: 'abort-as-wait',
  level: 'error',
  says: 'An abort is read as a reason to try again.',
  follows: 'The connection is over on this side, and is waited for for ever.',
  applies: (answer, reading) => (answer.meaning === 'aborted' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
