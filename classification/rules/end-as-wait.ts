import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const endAsWait: AnswerRule = {
  kind: 'answer',
  id: 'end-as-wait',
  level: 'error',
  says: 'The end of the connection is classified as “try again”.',
  follows: 'The end is reported at every poll, so the event loop spins and the connection is never closed.',
  applies: (answer, reading) => (answer.meaning === 'end' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
