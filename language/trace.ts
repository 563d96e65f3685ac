/**
 * Traces and their patterns, as tokens. A trace is what was observed: `['ECONNRESET', 'eof', 'eof']`. A pattern may end in a token with `…`,
 * which repeats to the end of the trace, and may hold `?`, which any one token matches: `['ECONNRESET', 'eof…']`.
 */

const REPEATS = '…';
export const ANY = '?';

/** A token that stands for one call or more, to the end of the trace: `eof…`. */
export function repeating(token: string): string {
  return `${token}${REPEATS}`;
}

export function isRepeating(token: string | undefined): boolean {
  return token?.endsWith(REPEATS) === true;
}

/** The token itself: `eof` of `eof…`. */
export function bareToken(token: string): string {
  return isRepeating(token) ? token.slice(0, -REPEATS.length) : token;
}

/** The token that a pattern has for the call `i`, counted from 0; undefined behind its end. */
export function tokenAt(pattern: readonly string[], i: number): string | undefined {
  const last = pattern.at(-1);
  return last !== undefined && isRepeating(last) && i >= pattern.length - 1 ? bareToken(last) : pattern[i];
}

/**
 * A pattern as the trace that it stands for where so many calls are made; as it is where that is not known. What repeats is there once at least: a trace that ends
 * before it is not matched by `eof…`.
 */
export function expanded(pattern: readonly string[], calls: number | undefined): readonly string[] {
  if (calls === undefined || !isRepeating(pattern.at(-1))) return pattern;
  return Array.from({ length: Math.max(calls, pattern.length) }, (_, i) => tokenAt(pattern, i) as string);
}

export function matchesPattern(pattern: readonly string[], trace: readonly string[]): boolean {
  const whole = expanded(pattern, trace.length);
  return whole.length === trace.length && trace.every((token, i) => matchesToken(whole[i], token));
}

/** Whether one of the patterns stands for this trace. */
export function matchesOne(patterns: readonly (readonly string[])[], trace: readonly string[]): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, trace));
}

/** Whether a token of a pattern, without `…`, stands for this one. */
export function matchesToken(wanted: string | undefined, token: string | undefined): boolean {
  return wanted === token || (wanted === ANY && token !== undefined);
}

/** The shortest pattern that says the same: two or more equal tokens at the end become one with `…`. */
export function asPattern(trace: readonly string[]): string[] {
  const last = trace.at(-1);
  const end = trace.findLastIndex((token) => token !== last) + 1;
  return last === undefined || trace.length - end < 2 ? [...trace] : [...trace.slice(0, end), repeating(last)];
}
