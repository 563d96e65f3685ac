import type { Meaning } from '../../language/code.ts';
import { type AnswerRule, ofConnection, triesAgain } from './rule.ts';

const FAILURES: ReadonlySet<Meaning> = new Set(['timed-out', 'refused', 'misuse']);

export const failureAsWait: AnswerRule = {
  kind: 'answer',
  id: 'failure-as-wait',
  level: 'note',
  says: 'A lasting failure (refused, timed out, not connected) is classified as “try again”.',
  follows: 'Right while connecting, where some platforms report it before the connection is established. Otherwise the caller waits forever.',
  applies: (answer, reading) => (FAILURES.has(answer.meaning) && ofConnection(answer) && triesAgain(reading) ? 'note' : undefined),
};
