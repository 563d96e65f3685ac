import type { Answer } from '../answer.ts';
import type { PairRule } from './rule.ts';

/**
 * A warning where the platforms agree and the tables do not. A note where the platforms themselves differ, since then every table passes the difference on,
 * and where the program itself ended the connection: it knows why the call fails.
 */
export const meaningsDiffer: PairRule = {
  kind: 'pair',
  id: 'meanings-differ',
  level: 'warning',
  says: 'The same event is classified differently on two platforms.',
  follows: 'Code that was written and tested on one platform meets another class on the other.',
  applies(a, b) {
    if (a.reading.meaning === b.reading.meaning) return undefined;
    if (a.answer.meaning !== b.answer.meaning) return 'note';
    return isOwnDoing(a.answer) || isOwnDoing(b.answer) ? 'note' : 'warning';
  },
};

/** A call after one's own shutdown (EPIPE, WSAESHUTDOWN), or on what is no open socket. */
function isOwnDoing({ meaning, ret }: Answer): boolean {
  return meaning === 'misuse' || (meaning === 'end' && ret < 0);
}
