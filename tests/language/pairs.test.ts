import { describe, expect, test } from 'vitest';
import { ENDINGS, FIRST_CALLS, isPair, pairGroup, pairs, recordedBefore, SECOND_CALLS } from '../../language/pairs.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { isRecorded, printSteps, stepByStep } from '../../language/steps.ts';
import { expectationFor, expectationsFor, NEWEST, patternsOf } from '../../platforms/expectation.ts';
import { notRunIn } from '../../results/behaviour.ts';
import { scenarioSchema } from '../../results/schema.ts';
import { sharesAgentIn } from '../../runner/perform-steps.ts';
import { scenarios, stories } from '../../suites/index.ts';

const all = [...pairs().values()];

describe('the pairs of calls', () => {
  test('are a thousand and more, every ending × its states × first call × second call, and none has the id of another scenario', () => {
    expect(all.length).toBe(ENDINGS.reduce((sum, { states }) => sum + states.length, 0) * FIRST_CALLS.length * SECOND_CALLS.length);
    expect(all.length).toBeGreaterThanOrEqual(1000);
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(stories.length + all.length);
    expect(scenarios.slice(stories.length).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  test('have ids of the run format that say what they are', () => {
    const { id: schema } = scenarioSchema.shape;
    expect(all.filter(({ id }) => !schema.safeParse(id).success || !isPair(id))).toEqual([]);
    expect(stories.filter(({ id }) => isPair(id))).toEqual([]);
    expect(pairs().get('tcp/reset/pair?state=unread&first=so_error&second=recv')?.steps).toBe('P send 10; P reset; S so_error; S recv');
    expect(pairs().get('tcp/reset/pair?end=close&state=fresh&first=recv-0&second=peek')?.steps).toBe('(S send 10); P close; S recv 0; S peek');
    expect([...new Set(all.map(({ id }) => pairGroup(id)))]).toEqual(ENDINGS.map(({ event, end }) => `${event}/pair${end === undefined ? '' : `?end=${end}`}`));
  });

  test('have steps as they are printed, which may share an agent: none blocks, and S is not closed', () => {
    for (const { steps, state } of all) {
      const sequence = parseSteps(steps);
      expect(printSteps(sequence)).toBe(steps);
      expect(stepByStep(sequence).filter(isRecorded).length).toBe(recordedBefore(state) + 2);
      expect(sharesAgentIn(sequence)).toBe(true);
    }
  });
});

describe('what is expected of a pair', () => {
  const id = 'tcp/reset/pair?state=unread&first=so_error&second=recv';

  test.each([
    [NEWEST.linux, 'platforms/linux/model.ts', [['so_error:ECONNRESET', 'data:10']], 'measured'],
    [NEWEST.windows, 'platforms/windows/model.ts', [['so_error:0', 'WSAECONNRESET']], 'reported'],
    [{ id: 'wine', wine: '10.0' } as const, 'platforms/wine/model.ts', [['so_error:0', 'WSAECONNRESET']], 'measured'],
    [{ id: 'wine', wine: '8.0' } as const, 'platforms/wine/model.ts', [['so_error:0', 'data:10']], 'measured'],
  ])('is what the model says, and the file is the model’s: %j', (platform, file, patterns, evidence) => {
    const found = expectationFor(platform, id);
    expect(found?.file).toBe(file);
    expect(found && patternsOf(found.expectation)).toEqual(patterns);
    expect(found?.expectation).toMatchObject({ id, model: file, evidence });
  });

  test('has each trace where the model holds several possible', () => {
    const drawn = 'tcp/reset/pair?end=drawn&state=unread&first=so_error&second=recv';
    expect(expectationFor(NEWEST.windows, drawn)?.expectation.anyOf).toHaveLength(2);
  });

  test('of Wine, where it is not what Windows gives, is a known deviation, with the rules', () => {
    expect(expectationFor({ id: 'wine', wine: '8.0' }, id)?.expectation.deviates).toMatch(/^the model of Wine answers otherwise than that of Windows \(.+\)$/);
    expect(expectationFor({ id: 'wine', wine: '10.0' }, id)?.expectation.deviates).toBeUndefined();
    expect(expectationsFor('wine', id).map(({ when }) => when)).toEqual([{ wine: '8.0' }, { wine: '10.0' }]);
  });

  test('is nothing where no model is: a Wine beyond those that were measured, a kernel that is not Linux', () => {
    expect(expectationFor({ id: 'wine', wine: '11.0' }, id)).toBeUndefined();
    expect(expectationFor({ id: 'linux', sandbox: 'gvisor' }, id)).toBeUndefined();
    expect(expectationFor({ id: 'darwin' }, id)).toBeUndefined();
    expect(expectationFor(NEWEST.linux, 'tcp/reset/pair?state=unread&first=nothing&second=recv')).toBeUndefined();
  });

  test('is known on each platform, measured on Linux', () => {
    expect(all.filter((pair) => expectationFor(NEWEST.linux, pair.id)?.expectation.evidence !== 'measured')).toEqual([]);
    expect(all.filter((pair) => expectationFor(NEWEST.windows, pair.id) === undefined)).toEqual([]);
  });
});

test('a run of a version without pairs did not run them: they are neither gone nor new', () => {
  const footer = { type: 'footer', scenarios: 0, verdicts: {}, interrupted: false, notRun: ['tcp/reset/send'], ms: 1 } as const;
  const isNotRun = notRunIn({ footer: { ...footer, notRun: [...footer.notRun] }, scenarios: [] });
  expect(['tcp/reset/send', 'tcp/reset/idle', 'tcp/fin/pair?state=fresh&first=recv&second=recv'].map(isNotRun)).toEqual([true, false, true]);
});
