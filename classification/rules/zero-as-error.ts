import type { Meaning } from '../../language/code.ts';
import type { AnswerRule } from './rule.ts';

const FAILURES: ReadonlySet<Meaning> = new Set(['reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other']);

/** A zero is an end of stream, an empty datagram, or the success of a connect: never a failure. */
export const zeroAsError: AnswerRule = {
  kind: 'answer',
  id: 'zero-as-error',
  level: 'warning',
  says: 'A return of 0 is classified as a failure.',
  follows: 'An orderly end looks like a failure. Where 0 is an empty datagram or a success, a healthy socket is closed.',
  applies({ ret, meaning }, reading) {
    if (ret !== 0 || !FAILURES.has(reading.meaning)) return undefined;
    return meaning === 'end' ? 'note' : 'warning';
  },
};
