import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const abortAsWait: AnswerRule = {
  kind: 'answer',
  id: 'abort-as-wait',
  level: 'error',
  says: 'An aborted connection is classified as “try again”.',
  follows: 'The connection is over on this side, but the caller waits for it forever.',
  applies: (answer, reading) => (answer.meaning === 'aborted' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
