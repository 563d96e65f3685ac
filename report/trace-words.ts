import { fold } from '../language/fold.ts';
import { BLOCKED } from '../language/token.ts';
import { bareToken, expanded, isRepeating } from '../language/trace.ts';
import { brief } from '../platforms/brief.ts';

/** The longest group of calls that is looked for as a repetition: recv and SSL_read, say, and one more. */
const LONGEST_GROUP = 3;
/** A run file from elsewhere may have a thousand traces of a hundred thousand characters. */
const MOST_TRACES = 20;
const LONGEST_WORDS = 2000;

/**
 * A trace, or a pattern, in words: `ECONNRESET, then eof ×4`, `WSAECONNRESET every time`, `data:10, ECONNRESET, then eof ×3`. `calls` is how many calls a pattern
 * that repeats its last token stands for; where it is not known it says `then eof every time`.
 */
export function traceWords(trace: readonly string[], calls?: number): string {
  return brief(inWords(trace, calls), LONGEST_WORDS);
}

/** The first of many, joined, and how many others there are. */
export function few(many: readonly string[], between: string): string {
  const more = many.length - MOST_TRACES;
  return [...many.slice(0, MOST_TRACES), ...(more > 0 ? [`${more} more`] : [])].join(between);
}

function inWords(trace: readonly string[], calls?: number): string {
  const last = trace.at(-1);
  if (last !== undefined && isRepeating(last)) {
    if (calls !== undefined && calls >= trace.length) return inWords(expanded(trace, calls));
    const head = trace.slice(0, -1);
    return [...runs(head), `${head.length > 0 ? 'then ' : ''}${bareToken(last)} every time`].join(', ');
  }
  const { from, length } = ending(trace);
  const times = (trace.length - from) / length;
  if (times < 2) return runs(trace).join(', ');
  const group = trace.slice(from, from + length);
  const repeated = group.length === 1 ? `${group[0]}` : `(${group.join(', ')})`;
  if (from === 0) return `${repeated} every time`;
  return [...runs(trace.slice(0, from)), `then ${repeated} ×${times}`].join(', ');
}

/** The repetition at the end that covers most: where it begins, and how long its group is. */
function ending(trace: readonly string[]): { from: number; length: number } {
  let best = { from: trace.length, length: 1 };
  for (let length = 1; length <= LONGEST_GROUP; length++) {
    let from = trace.length - length;
    while (from >= length && trace.slice(from - length, from).every((token, i) => token === trace[from + i])) from -= length;
    if (from >= 0 && trace.length - from >= 2 * length && from < best.from) best = { from, length };
  }
  return best;
}

/** `data:4 ×2`, `data:2`: what comes several times in a row is said once. */
function runs(trace: readonly string[]): string[] {
  return fold(trace).map(({ text, times }) => `${text === BLOCKED ? 'never returns' : text}${times > 1 ? ` ×${times}` : ''}`);
}
