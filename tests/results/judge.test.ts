import { describe, expect, test } from 'vitest';
import { judge } from '../../results/judge.ts';
import { worst } from '../../results/schema.ts';
import { failed, LINUX, measured, received, WINDOWS, WINE_8 } from '../fixtures/index.ts';

const RESET_ONCE = [failed('ECONNRESET', 104), received(0), received(0), received(0), received(0)];
const RESET_ALWAYS = Array.from({ length: 5 }, () => failed('WSAECONNRESET', 10054));
const ENDS = Array.from({ length: 5 }, () => received(0));

describe('a verdict', () => {
  test('match: the trace is the expected one', () => {
    expect(judge(LINUX, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('match');
    expect(judge(WINDOWS, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('match');
  });

  test('deviation: it is not, as when Windows did what Linux does', () => {
    expect(judge(WINDOWS, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('deviation');
    expect(judge(LINUX, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('deviation');
  });

  test('known-deviation: Wine 8.0 does otherwise, and it is said why; Wine 10 may not', () => {
    expect(judge(WINE_8, measured('tcp/reset/idle', ENDS))).toMatchObject({ verdict: 'known-deviation', reason: expect.stringContaining('SO_ERROR') });
    expect(judge({ ...WINE_8, wine: '10.0' }, measured('tcp/reset/idle', ENDS)).verdict).toBe('deviation');
    expect(judge({ ...WINE_8, wine: '10.0' }, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('match');
  });

  test('unstable: trials differ, even where one of them is as expected', () => {
    expect(judge(LINUX, measured('tcp/reset/idle', RESET_ONCE, ENDS))).toMatchObject({ verdict: 'unstable', trials: 2, traces: [{ count: 1 }, { count: 1 }] });
  });

  test('unjudged: nothing is known, or only inferred', () => {
    expect(judge({ ...LINUX, id: 'darwin' }, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('unjudged');
    expect(judge(WINDOWS, measured('tcp/reset/zero-length-recv', ENDS)).verdict).toBe('unjudged');
    expect(judge(WINDOWS, measured('tcp/reset/peek', ENDS)).verdict).toBe('unjudged');
  });

  test.each(['unsupported', 'blocked', 'crashed'] as const)('%s: with the reason, whatever was seen before', (as) => {
    const result = { ...measured('tcp/reset/idle', RESET_ONCE), ended: { as, reason: 'because' } };
    expect(judge(LINUX, result)).toMatchObject({ verdict: as, reason: 'because', traces: [{ count: 1 }] });
  });

  test('crashed: no trial at all', () => {
    expect(judge(LINUX, measured('tcp/reset/idle'))).toMatchObject({ verdict: 'crashed' });
  });
});

test('what a dying process said is kept on one line', () => {
  const result = { ...measured('tcp/reset/idle', RESET_ONCE), ended: { as: 'crashed' as const, reason: 'line one\nline two\u001b[2J' } };
  expect(judge(LINUX, result).reason).toBe('line one line two [2J');
});

test('what was expected is said with its file and its evidence', () => {
  expect(judge(LINUX, measured('tcp/reset/idle', RESET_ONCE)).expected).toEqual({
    patterns: [['ECONNRESET', 'eof…']],
    evidence: 'measured',
    file: 'platforms/expected/tcp/reset.json',
  });
});

test('the worst of several verdicts counts', () => {
  expect(worst(['match', 'unstable', 'unjudged'])).toBe('unstable');
  expect(worst(['deviation', 'crashed'])).toBe('crashed');
  expect(worst([])).toBe('match');
});
