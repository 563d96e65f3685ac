import { describe, expect, test } from 'vitest';
import { expectationFor, patternsOf } from '../../platforms/expectation.ts';
import { judge } from '../../results/judge.ts';
import { scenarioOf } from '../../results/lines.ts';
import { shippedRuns } from '../../results/recorded.ts';
import { failed, LINUX, measured, received, WINDOWS, WINE_8 } from '../fixtures/index.ts';

const RESET_ONCE = [failed('ECONNRESET', 104), received(0), received(0), received(0), received(0)];
const RESET_ALWAYS = Array.from({ length: 5 }, () => failed('WSAECONNRESET', 10054));
const ENDS = Array.from({ length: 5 }, () => received(0));

describe('a verdict', () => {
  test('match: the trace is the expected one', () => {
    expect(scenarioOf(LINUX, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('match');
    expect(scenarioOf(WINDOWS, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('match');
  });

  test('deviation: it is not, as when Windows did what Linux does', () => {
    expect(scenarioOf(WINDOWS, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('deviation');
    expect(scenarioOf(LINUX, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('deviation');
  });

  test('known-deviation: Wine 8.0 does otherwise, and it is said why; Wine 10 may not', () => {
    expect(scenarioOf(WINE_8, measured('tcp/reset/idle', ENDS))).toMatchObject({ verdict: 'known-deviation', reason: expect.stringContaining('SO_ERROR') });
    expect(scenarioOf({ ...WINE_8, wine: '10.0' }, measured('tcp/reset/idle', ENDS)).verdict).toBe('deviation');
    expect(scenarioOf({ ...WINE_8, wine: '10.0' }, measured('tcp/reset/idle', RESET_ALWAYS)).verdict).toBe('match');
  });

  test('unstable: trials differ, even where one of them is as expected', () => {
    expect(scenarioOf(LINUX, measured('tcp/reset/idle', RESET_ONCE, ENDS))).toMatchObject({
      verdict: 'unstable',
      trials: 2,
      traces: [{ count: 1 }, { count: 1 }],
    });
  });

  test('unjudged: nothing is known, or only inferred', () => {
    expect(scenarioOf({ ...LINUX, id: 'darwin' }, measured('tcp/reset/idle', RESET_ONCE)).verdict).toBe('unjudged');
    expect(scenarioOf(WINDOWS, measured('tcp/reset/zero-length-recv', ENDS)).verdict).toBe('unjudged');
    expect(scenarioOf(WINDOWS, measured('tcp/reset/peek', ENDS)).verdict).toBe('unjudged');
  });

  test.each(['unsupported', 'blocked', 'crashed'] as const)('%s: with the reason, whatever was seen before', (as) => {
    const result = { ...measured('tcp/reset/idle', RESET_ONCE), ended: { as, reason: 'because' } };
    expect(scenarioOf(LINUX, result)).toMatchObject({ verdict: as, reason: 'because', traces: [{ count: 1 }] });
  });

  test('crashed: no trial at all', () => {
    expect(scenarioOf(LINUX, measured('tcp/reset/idle'))).toMatchObject({ verdict: 'crashed' });
  });
});

describe('a verdict on traces alone', () => {
  const race = { patterns: [['eof…'], ['ECONNRESET…']], evidence: 'measured' as const, deviates: 'a race' };
  const hang = { patterns: [['blocked']], evidence: 'measured' as const, deviates: 'it waits' };
  const ended = { as: 'blocked' as const, reason: 'no answer' };

  test('known-race: the expectation has each trace, and the reason', () => {
    expect(judge(race, [['eof'], ['ECONNRESET', 'ECONNRESET']])).toEqual({ verdict: 'known-race', reason: 'trials differ; known: a race' });
    expect(judge(race, [['eof'], ['EPIPE']])).toEqual({ verdict: 'unstable', reason: 'trials differ' });
    expect(judge({ ...race, deviates: undefined }, [['eof'], ['ECONNRESET']]).verdict).toBe('unstable');
  });

  test('known-hang: the expectation has a call that never returns, and the reason', () => {
    expect(judge(hang, [['blocked']], ended)).toEqual({ verdict: 'known-hang', reason: 'no answer; known: it waits' });
    expect(judge(hang, [['eof', 'blocked']], ended)).toEqual({ verdict: 'blocked', reason: 'no answer' });
    expect(judge(race, [['eof']], ended).verdict).toBe('blocked');
    expect(judge(hang, [['blocked']], { as: 'crashed', reason: 'gone' }).verdict).toBe('crashed');
  });

  test('is that of each recorded run again', () => {
    for (const { run } of shippedRuns()) {
      for (const { id, verdict, reason = '', traces } of run.scenarios) {
        const found = expectationFor(run.header.platform, id)?.expectation;
        const standard = found && { patterns: patternsOf(found), evidence: found.evidence, deviates: found.deviates };
        const as = verdict === 'known-hang' ? 'blocked' : verdict;
        const how = as === 'unsupported' || as === 'blocked' || as === 'crashed' ? { as, reason: reason.replace(/; known: .*/, '') } : undefined;
        const again = judge(
          standard,
          traces.map(({ trace }) => trace),
          how,
        );
        expect([id, again]).toEqual([id, { verdict, ...(reason !== '' && { reason }) }]);
      }
    }
  });
});

test('what a dying process said is kept on one line', () => {
  const result = { ...measured('tcp/reset/idle', RESET_ONCE), ended: { as: 'crashed' as const, reason: 'line one\nline two\u001b[2J' } };
  expect(scenarioOf(LINUX, result).reason).toBe('line one line two [2J');
});

test('what was expected is said with its file and its evidence', () => {
  expect(scenarioOf(LINUX, measured('tcp/reset/idle', RESET_ONCE)).expected).toEqual({
    patterns: [['ECONNRESET', 'eof…']],
    evidence: 'measured',
    file: 'platforms/expected/tcp/reset.json',
  });
});
