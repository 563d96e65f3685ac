import type { Meaning } from '../../language/code.ts';
import { type AnswerRule, triesAgain } from './rule.ts';

/** Ways in which a connection ends: a table that has a row for codes of such a meaning intends to tell it apart. */
const TOLD_APART: ReadonlySet<Meaning> = new Set(['reset', 'aborted', 'end', 'timed-out', 'refused']);

/**
 * A code that a platform sets and no row names, where the row for all other codes gets it wrong: it reads a failure as data or as "try again", or gives it
 * another class than the table has for codes of that meaning.
 */
export const unnamedCode: AnswerRule = {
  kind: 'answer',
  id: 'unnamed-code',
  level: 'error',
  says: 'No row names this code, and the row for all other codes gives it the wrong class.',
  follows: 'On this platform the event is handled as a different one.',
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
