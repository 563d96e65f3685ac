import type { CodePlatform } from '../../language/code.ts';
import type { Checked, Reading } from '../checked.ts';
import type { Level, Rule } from './rule.ts';

/** A note, since send returns 0 only where it was given nothing to send. No scenario does that, so the table is asked about it directly. */
export const recvTableForSend = {
  id: 'recv-table-for-send',
  level: 'note',
  says: 'One row for 0 is used for recv and for send.',
  follows: 'A send of 0 bytes closes the connection as if the peer had ended it.',
  applies(checked: Checked, codes: CodePlatform): { readonly level: Level; readonly detail: string; readonly reading: Reading } | undefined {
    if (!checked.calls.includes('send')) return undefined;
    const reading = checked.read(codes, { call: 'send', ret: 0, code: 0 });
    if (reading?.meaning !== 'end') return undefined;
    const given = reading.className === 'end' ? 'end' : `${reading.className} (end)`;
    return { level: 'note', detail: `send returned 0: classified as ${given}; 0 means end only for recv`, reading };
  },
} satisfies Rule & { applies: unknown };
