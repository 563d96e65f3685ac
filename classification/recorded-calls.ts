import type { TableCall } from './table-terms.ts';

/** A call of a trace: one whose answer a table may be asked about, or one that is none of a table's. */
export interface RecordedCall {
  readonly call: TableCall | undefined;
  /** A recv of no bytes: its zero says nothing. */
  readonly empty: boolean;
  /** It is called with flags: MSG_PEEK, MSG_WAITALL. */
  readonly flags: boolean;
  /** Something else happened between the call before and this one: the peer's reset, say. */
  readonly resumes: boolean;
}

const OTHER: RecordedCall = { call: undefined, empty: false, flags: false, resumes: false };
const CALL = /(?:^|\s)(recv|send|accept|connect)\b(\([^)]*\))?/;

/**
 * The calls behind the tokens of a trace, in order, from what a scenario says of them: `recv×2, send(8), (RST, settle), recv×3`. What stands in parentheses
 * is no call of the subject's; the peer's own are said to be recorded too, and are none of a table's. An expected trace has tokens alone, and a code does not
 * say whether recv or send left it.
 */
export function recordedCalls(recorded: string): RecordedCall[] {
  let resumes = false;
  return partsOf(recorded).flatMap((part) => {
    // `[recv, SSL_read]×5`: calls that are recorded one after the other, and all again.
    const [, group, times] = /^\[(.*)\](?:×(\d+))?$/.exec(part) ?? [];
    if (group !== undefined) return Array.from({ length: Number(times ?? 1) }, () => recordedCalls(group)).flat();
    if (part.startsWith('(')) {
      resumes = true;
      return part.includes('recorded too') ? [OTHER] : [];
    }
    // "connect to the same address again, on S as accepted": a remark, no call.
    if (/^on\b/.test(part)) return [];
    if (/\bsends\b.*\buntil one fails\b/.test(part)) return [{ ...OTHER, call: 'send' }];
    const [, name, length] = CALL.exec(part) ?? [];
    const call: RecordedCall =
      name === undefined ? OTHER : { ...OTHER, call: name as TableCall, empty: name === 'recv' && length === '(0)', flags: /MSG_/.test(length ?? '') };
    const first = { ...call, resumes };
    resumes = false;
    return Array.from({ length: Number(/×(\d+)/.exec(part)?.[1] ?? 1) }, (_, i) => (i === 0 ? first : call));
  });
}

/** The parts between commas, but for those inside of parentheses or brackets. */
function partsOf(recorded: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of recorded) {
    if (character === '(' || character === '[') depth++;
    if (character === ')' || character === ']') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((text) => text.trim());
}
