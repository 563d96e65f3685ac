import type { Meaning } from '../../language/code.ts';
import type { Checked, Reading } from '../checked.ts';
import type { Returned } from '../returned.ts';
import type { Level, Rule } from './rule.ts';

/** Holds what a call returned against the class that it is given. For one return value only the first of these rules that applies is told. */
export interface ReturnRule extends Rule {
  applies(returned: Returned, reading: Reading, checked: Checked): Level | undefined;
}

/** Not every failure: a datagram that was cut has filled the buffer ("other"). */
const NEVER_DATA: readonly Meaning[] = ['would-block', 'end', 'reset', 'aborted', 'timed-out', 'refused', 'misuse'];
const LASTING: readonly Meaning[] = ['timed-out', 'refused', 'misuse'];
const FAILURES: readonly Meaning[] = ['reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other'];
/** Ways in which a connection ends: a table that has a row for codes of such a meaning intends to tell it apart. */
const TOLD_APART: readonly Meaning[] = ['reset', 'aborted', 'end', 'timed-out', 'refused'];

/** In the order in which they are asked. */
export const returnRules: readonly ReturnRule[] = [
  {
    id: 'reset-as-wait',
    level: 'error',
    says: 'A reset is classified as “try again”.',
    follows: 'The connection is over. Where the platform reports the reset on every call, the caller waits forever and leaks the descriptor.',
    applies: (returned, reading) => (waitsFor(['reset'], returned, reading) ? 'error' : undefined),
  },
  {
    id: 'end-as-wait',
    level: 'error',
    says: 'The end of the connection is classified as “try again”.',
    follows: 'The end is reported at every poll, so the event loop spins and the connection is never closed.',
    applies: (returned, reading) => (waitsFor(['end'], returned, reading) ? 'error' : undefined),
  },
  {
    id: 'abort-as-wait',
    level: 'error',
    says: 'An aborted connection is classified as “try again”.',
    follows: 'The connection is over on this side, but the caller waits for it forever.',
    applies: (returned, reading) => (waitsFor(['aborted'], returned, reading) ? 'error' : undefined),
  },
  {
    id: 'would-block-as-end',
    level: 'error',
    says: 'A would-block is not classified as “try again”.',
    follows: 'A healthy connection is closed as soon as it has nothing to deliver for a moment.',
    applies: ({ meaning }, reading) => (meaning === 'would-block' && !triesAgain(reading) ? 'error' : undefined),
  },
  {
    id: 'zero-as-data',
    level: 'error',
    says: 'The 0 that recv returns at the end of the stream is classified as data.',
    follows: 'The end is not noticed: a loop that reads until its buffer is full never stops.',
    applies: ({ call, ret, meaning }, reading) => (call === 'recv' && ret === 0 && meaning === 'end' && reading.meaning === 'data' ? 'error' : undefined),
  },
  {
    // A zero is an end of stream, an empty datagram, or the success of a connect: never a failure.
    id: 'zero-as-error',
    level: 'warning',
    says: 'A return of 0 is classified as a failure.',
    follows: 'An orderly end looks like a failure. Where 0 is an empty datagram or a success, a healthy socket is closed.',
    applies({ ret, meaning }, reading) {
      if (ret !== 0 || !FAILURES.includes(reading.meaning)) return undefined;
      return meaning === 'end' ? 'note' : 'warning';
    },
  },
  {
    // The row for all other codes reads a failure as data or as "try again", or gives it another class than the table has for codes of that meaning.
    id: 'unnamed-code',
    level: 'error',
    says: 'No row names this code, and the row for all other codes gives it the wrong class.',
    follows: 'On this platform the event is handled as a different one.',
    applies({ ret, meaning }, reading, { rows }) {
      if (ret >= 0 || rows === undefined || reading.row === undefined || meaning === reading.meaning) return undefined;
      const { table } = rows;
      if (table.rows[reading.row]?.codes !== undefined) return undefined;
      if (triesAgain(reading) || reading.meaning === 'data') return 'error';
      const hasRow = table.rows.some((row) => row.ret === 'negative' && row.codes !== undefined && table.classes[row.class]?.meaning === meaning);
      return TOLD_APART.includes(meaning) && hasRow ? 'warning' : undefined;
    },
  },
  {
    id: 'failure-as-data',
    level: 'error',
    says: 'A failed call is classified as data.',
    follows: 'The caller goes on with bytes that were never received or sent.',
    applies({ call, ret, meaning }, reading) {
      // "Already connected" is how a connect succeeds.
      if (ret >= 0 || (call === 'connect' && meaning === 'misuse')) return undefined;
      return NEVER_DATA.includes(meaning) && reading.meaning === 'data' ? 'error' : undefined;
    },
  },
  {
    id: 'data-as-other',
    level: 'error',
    says: 'A count of bytes, or an accepted socket, is not classified as data.',
    follows: 'What has arrived is dropped, or a healthy connection is closed.',
    applies: ({ ret }, reading) => (ret > 0 && reading.meaning !== 'data' ? 'error' : undefined),
  },
  {
    id: 'failure-as-wait',
    level: 'note',
    says: 'A lasting failure (refused, timed out, not connected) is classified as “try again”.',
    follows: 'Right while connecting, where some platforms report it before the connection is established. Otherwise the caller waits forever.',
    applies: (returned, reading) => (waitsFor(LASTING, returned, reading) ? 'note' : undefined),
  },
];

/** Whether the caller tries again, now or at the next poll. */
function triesAgain({ meaning }: Reading): boolean {
  return meaning === 'would-block' || meaning === 'interrupted';
}

/**
 * Whether the caller tries again after one of these. A reset or an abort from accept is about a connection in its queue: the listener is fine, and to try again
 * is right.
 */
function waitsFor(meanings: readonly Meaning[], { call, meaning }: Returned, reading: Reading): boolean {
  return meanings.includes(meaning) && call !== 'accept' && triesAgain(reading);
}
