import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

export const endAsWait: AnswerRule = {
  kind: 'answer',
  id: 'end-as-wait',
  level: 'error',
  says: 'An end of the connection is read as a reason to try again.',
  follows: 'The connection stays half closed for ever: the end is there at every poll, and the loop spins.',
  applies: (answer, reading) => (answer.meaning === 'end' && ofConnection(answer) && triesAgain(reading) ? 'error' : undefined),
};
