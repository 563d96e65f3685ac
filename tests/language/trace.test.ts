import { expect, test } from 'vitest';
import { asPattern, bareToken, expanded, matchesPattern, tokenAt } from '../../language/trace.ts';

test.each([
  { pattern: ['ECONNRESET', 'eof…'], trace: ['ECONNRESET', 'eof', 'eof'], matches: true },
  { pattern: ['ECONNRESET', 'eof…'], trace: ['ECONNRESET', 'eof'], matches: true },
  { pattern: ['ECONNRESET', 'eof…'], trace: ['ECONNRESET'], matches: false },
  { pattern: ['ECONNRESET', 'eof…'], trace: ['ECONNRESET', 'eof', 'ECONNRESET'], matches: false },
  { pattern: ['eof…'], trace: ['ECONNRESET', 'eof'], matches: false },
  { pattern: ['eof'], trace: ['eof', 'eof'], matches: false },
  { pattern: ['eof', 'eof'], trace: ['eof'], matches: false },
  { pattern: ['sent:8', '?', 'eof'], trace: ['sent:8', 'EPIPE', 'eof'], matches: true },
  { pattern: ['sent:8', '?'], trace: ['sent:8'], matches: false },
  { pattern: ['sent:8', '?…'], trace: ['sent:8', 'a', 'b'], matches: true },
  { pattern: [], trace: [], matches: true },
  { pattern: [], trace: ['eof'], matches: false },
])('$pattern against $trace: $matches', ({ pattern, trace, matches }) => {
  expect(matchesPattern(pattern, trace)).toBe(matches);
});

test.each([
  { trace: ['ECONNRESET', 'eof', 'eof', 'eof'], pattern: ['ECONNRESET', 'eof…'] },
  { trace: ['ECONNRESET', 'eof'], pattern: ['ECONNRESET', 'eof'] },
  { trace: ['eof', 'eof', 'ECONNRESET'], pattern: ['eof', 'eof', 'ECONNRESET'] },
  { trace: ['eof', 'eof'], pattern: ['eof…'] },
  { trace: [], pattern: [] },
])('$trace is written as $pattern', ({ trace, pattern }) => {
  expect(asPattern(trace)).toEqual(pattern);
  expect(matchesPattern(asPattern(trace), trace)).toBe(true);
});

test.each([
  { pattern: ['a', 'b…'], calls: 4, trace: ['a', 'b', 'b', 'b'] },
  { pattern: ['a', 'b…'], calls: 1, trace: ['a', 'b'] },
  { pattern: ['a', 'b…'], calls: undefined, trace: ['a', 'b…'] },
  { pattern: ['a', 'b'], calls: 4, trace: ['a', 'b'] },
])('$pattern stands for $trace in $calls calls', ({ pattern, calls, trace }) => expect(expanded(pattern, calls)).toEqual(trace));

test('the token for a call', () => {
  expect([0, 1, 9].map((i) => tokenAt(['a', 'b…'], i))).toEqual(['a', 'b', 'b']);
  expect([0, 1, 2].map((i) => tokenAt(['a', 'b'], i))).toEqual(['a', 'b', undefined]);
  expect([tokenAt([], 0), bareToken('eof…'), bareToken('eof')]).toEqual([undefined, 'eof', 'eof']);
});
