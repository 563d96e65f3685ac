import type { Reading } from '../checked.ts';
import type { Sighting } from '../returned.ts';
import type { Level, Rule } from './rule.ts';

/** What a platform returned, and how a table reads it. */
export interface ReadSighting {
  readonly sighting: Sighting;
  readonly reading: Reading;
}

/**
 * A warning where the platforms agree and the tables do not. A note where the platforms themselves differ, since then every table passes the difference on,
 * and where the program itself ended the connection: it knows why the call fails.
 */
export const meaningsDiffer = {
  id: 'meanings-differ',
  level: 'warning',
  says: 'The same event is classified differently on two platforms.',
  follows: 'Code that was written and tested on one platform meets another class on the other.',
  /** `a` and `b`: the same event, as two tables of one library read it. */
  applies(a: ReadSighting, b: ReadSighting): Level | undefined {
    if (a.reading.meaning === b.reading.meaning) return undefined;
    if (a.sighting.meaning !== b.sighting.meaning) return 'note';
    return isOwnDoing(a.sighting) || isOwnDoing(b.sighting) ? 'note' : 'warning';
  },
} satisfies Rule & { applies: unknown };

/** A call after one's own shutdown (EPIPE, WSAESHUTDOWN), or on what is no open socket. */
function isOwnDoing({ meaning, ret }: Sighting): boolean {
  return meaning === 'misuse' || (meaning === 'end' && ret < 0);
}
