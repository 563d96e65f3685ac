import type { Meaning } from '../../platforms/code.ts';
import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

const FAILURES: ReadonlySet<Meaning> = new Set(['timed-out', 'refused', 'misuse']);

export const failureAsWait: AnswerRule = {
  kind: 'answer',
  id: 'failure-as-wait',
  level: 'note',
  says: 'A failure that does not pass by itself (refused, timed out, not connected) is read as a reason to try again.',
  follows: 'Right while a connection is being made, where some platforms say so before it stands; else it is waited for for ever.',
  applies: (answer, reading) => (FAILURES.has(answer.meaning) && ofConnection(answer) && triesAgain(reading) ? 'note' : undefined),
};
