import type { Meaning } from '../../platforms/code.ts';
import { type AnswerRule, triesAgain } from './rule.ts';

/** What decides how a connection ends: a table that has a class for one of these means to tell it apart. */
const TOLD_APART: ReadonlySet<Meaning> = new Set(['reset', 'aborted', 'end', 'timed-out', 'refused']);

/**
 * A code that some platform gives, that no row names, and that the row for every other code gets wrong: it makes data or a wait of a failure, or it makes
 * another class of it than the one that the table has for codes of that meaning.
 */
export const unnamedCode: AnswerRule = {
  kind: 'answer',
  id: 'unnamed-code',
  level: 'error',
  says: 'A code that a platform gives is named nowhere, and the row for every other code gets it wrong.',
  follows: 'What the table does about this event it does under other codes alone: on this platform the event is taken for something else.',
  applies({ ret, meaning }, reading, { rows }) {
    if (ret >= 0 || rows === undefined || reading.row === undefined || meaning === reading.meaning) return undefined;
    const { table } = rows;
    if (table.rows[reading.row]?.codes !== undefined) return undefined;
    if (triesAgain(reading) || reading.meaning === 'data') return 'error';
    const has =
      TOLD_APART.has(meaning) && table.rows.some((row) => row.ret === 'negative' && row.codes !== undefined && table.classes[row.class]?.meaning === meaning);
    return has ? 'warning' : undefined;
  },
};
