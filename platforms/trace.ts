/**
 * Traces and their patterns, as tokens. A trace is what was observed: `['ECONNRESET', 'eof', 'eof']`. A pattern may end in a token with `…`,
 * which repeats to the end of the trace, and may hold `?`, which any one token matches: `['ECONNRESET', 'eof…']`.
 */

export const REPEATS = '…';
export const ANY = '?';

/** A call that did not return before the watchdog ended it. */
export const BLOCKED = 'blocked';

export function matchesPattern(pattern: readonly string[], trace: readonly string[]): boolean {
  const last = pattern.at(-1);
  if (last === undefined || !last.endsWith(REPEATS)) {
    return pattern.length === trace.length && pattern.every((token, i) => matchesToken(token, trace[i]));
  }
  const head = pattern.slice(0, -1);
  const repeated = last.slice(0, -REPEATS.length);
  // The repeated token stands for one call or more: `eof…` is not matched by a trace that ends before it.
  return (
    trace.length > head.length &&
    head.every((token, i) => matchesToken(token, trace[i])) &&
    trace.slice(head.length).every((token) => matchesToken(repeated, token))
  );
}

function matchesToken(pattern: string, token: string | undefined): boolean {
  return pattern === token || (pattern === ANY && token !== undefined);
}

/** The shortest pattern that says the same: two or more equal tokens at the end become one with `…`. */
export function asPattern(trace: readonly string[]): string[] {
  const last = trace.at(-1);
  let end = trace.length;
  while (end > 0 && trace[end - 1] === last) end--;
  return trace.length - end < 2 ? [...trace] : [...trace.slice(0, end), `${last}${REPEATS}`];
}
