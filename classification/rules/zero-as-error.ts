import type { Meaning } from '../../platforms/code.ts';
import type { AnswerRule } from './rule.ts';

const FAILURES: ReadonlySet<Meaning> = new Set(['reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other']);

/** A zero is an end of stream, an empty datagram, or the success of a connect: never a failure. */
export const zeroAsError: AnswerRule = {
  kind: 'answer',
  id: 'zero-as-error',
  level: 'warning',
  says: 'A return of zero is read as a failure.',
  follows: 'An orderly end cannot be told from a failure; where the zero is an empty datagram, or a success, a socket in good order is closed.',
  applies({ ret, meaning }, reading) {
    if (ret !== 0 || !FAILURES.has(reading.meaning)) return undefined;
    return meaning === 'end' ? 'note' : 'warning';
  },
};
