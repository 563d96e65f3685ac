import type { Meaning } from '../../language/code.ts';
import type { AnswerRule } from './rule.ts';

/** Not every failure: "already connected" is how a connect succeeds, and a datagram that was cut has filled the buffer. */
const FAILURES: ReadonlySet<Meaning> = new Set(['would-block', 'end', 'reset', 'aborted', 'timed-out', 'refused']);

export const failureAsData: AnswerRule = {
  kind: 'answer',
  id: 'failure-as-data',
  level: 'error',
  says: 'A failed call is classified as data.',
  follows: 'The caller goes on with bytes that were never received or sent.',
  applies: ({ ret, meaning }, reading) => (ret < 0 && FAILURES.has(meaning) && reading.meaning === 'data' ? 'error' : undefined),
};
