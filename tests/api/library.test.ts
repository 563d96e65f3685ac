import { describe, expect, test } from 'vitest';
import * as sockatlas from '../../index.ts';
import { shippedRuns } from '../../results/recorded.ts';

/** sockatlas as a library (index.ts), beside what its commands' own tests hold. */

const { check, closeAfter, fuzz, merge, predict, run, tryOut } = sockatlas;
const LOST = 'P send 10; P reset; S recv ×2';
const onLinux = process.platform === 'linux';

test('predict: one prediction for each platform, each answer with its rule', () => {
  expect(predict(LOST).map(({ platform }) => platform)).toEqual(['linux', 'windows', 'wine-8.0', 'wine-10.0']);
  const [windows, ...others] = predict(LOST, { on: ['windows'] });
  expect(others).toEqual([]);
  expect(windows?.traces.map(({ trace }) => trace)).toEqual([['WSAECONNRESET', 'WSAECONNRESET']]);
  expect(windows?.traces[0]?.calls[0]).toMatchObject({ rule: expect.any(String), sources: expect.arrayContaining([expect.any(String)]) });
});

describe.runIf(onLinux)('on this system [needs Linux]', () => {
  test('tryOut: what it answers, beside what the models say of the others', async () => {
    const trials = await tryOut([LOST, 'P close; S recv'], { trials: 2 });
    expect(trials.map(({ platforms }) => platforms.map(({ platform, kind }) => `${platform} ${kind}`))).toEqual(
      Array(2).fill(['linux measured', 'windows predicted', 'wine-8.0 predicted', 'wine-10.0 predicted']),
    );
    expect(trials[0]?.platforms[0]).toMatchObject({ traces: [{ trace: ['data:10', 'ECONNRESET'], count: 2 }] });
  });

  test('run: chosen scenarios, judged', async () => {
    const { scenarios } = await run({ ids: ['tcp/reset/idle'], trials: 1 });
    expect(scenarios).toMatchObject([{ id: 'tcp/reset/idle', verdict: 'match' }]);
  });

  test('fuzz: the same seed gives the same, and nothing differs', async () => {
    const found = await fuzz({ sequences: 200, seed: 7 });
    expect(found).toMatchObject({ model: 'linux', seed: 7, sequences: 200, differences: [], interrupted: false });
  });

  test.each([
    ['run', (signal: AbortSignal) => run({ trials: 100_000, signal }).then(({ footer }) => footer.interrupted)],
    ['fuzz', (signal: AbortSignal) => fuzz({ sequences: 1_000_000_000, signal }).then(({ interrupted }) => interrupted)],
    ['tryOut', (signal: AbortSignal) => tryOut(LOST, { trials: 100_000_000, signal }).then((trials) => trials.length === 1)],
  ])('%s ends early with what it has, where its signal says so', async (_, begin) => {
    const controller = new AbortController();
    const ended = begin(controller.signal);
    setImmediate(() => controller.abort());
    expect(await ended.catch((error) => error)).toSatisfy((result) => result === true || result instanceof sockatlas.EnvironmentError);
  });
});

test('check: of a name, a table, and a function', () => {
  expect(check('mongoose@7.16', { on: ['windows'] }).passes).toBe(false);
  const [table] = sockatlas.tablesOf('mongoose', 'winsock', '7.22');
  expect(check(table as sockatlas.Table, { level: 'error' }).passes).toBe(true);
  const waits = { classify: () => 'would-block' };
  expect(check(waits).findings.map(({ rule }) => rule)).toContain('reset-as-wait');
});

test('closeAfter: on the end alone Windows never closes', () => {
  const policy: sockatlas.Policy = {
    name: 'on the end',
    start: null,
    poll: (state, { answer }) => ({ action: answer.ret === 0 ? 'close' : 'keep', why: 'the end', state }),
  };
  const ends = (platform: string) => [...new Set(closeAfter(policy, 'P reset', { on: [platform] }).map(({ end }) => end))];
  expect({ linux: ends('linux'), windows: ends('windows') }).toEqual({ linux: ['closes'], windows: ['never'] });
});

test('merge: the runs that come with sockatlas', () => {
  const atlas = merge(shippedRuns().map(({ run: own, file }) => ({ run: own, source: file })));
  expect(sockatlas.atlasSchema.parse(JSON.parse(JSON.stringify(atlas))).platforms).toHaveLength(3);
});

const KEEPS: sockatlas.Policy<number> = { name: 'keeps', start: 0, poll: () => ({ action: 'keep', why: '', state: 0 }) };

test.each<[string, () => unknown, string]>([
  ['steps that are none', () => predict('P rest'), 'SOCKATLAS_STEPS'],
  ['a platform without a model', () => predict(LOST, { on: ['solaris'] }), 'SOCKATLAS_USAGE'],
  ['a table that is not there', () => check('mongose'), 'SOCKATLAS_USAGE'],
  ['a function that gives no class', () => check({ classify: () => 'perhaps' }), 'SOCKATLAS_TABLE'],
  ['a function that throws', () => check({ classify: () => Number.NaN.toFixed(1000) }), 'SOCKATLAS_TABLE'],
  ['an object that is no table', () => check({ name: 'mine' } as never), 'SOCKATLAS_TABLE'],
  ['no table', () => check(null as never), 'SOCKATLAS_USAGE'],
  ['a level that there is not', () => check('mongoose@7.22', { level: 'loud' as never }), 'SOCKATLAS_USAGE'],
  ['none of the platforms', () => check('mongoose@7.22', { on: [] }), 'SOCKATLAS_USAGE'],
  ['no platform to predict', () => predict(LOST, { on: [] }), 'SOCKATLAS_USAGE'],
  ['no steps', () => predict(undefined as never), 'SOCKATLAS_USAGE'],
  ['steps that somebody made up', () => predict({ transport: 'tcp', steps: [{ foo: 1 }] } as never), 'SOCKATLAS_STEPS'],
  ['a policy that is none', () => closeAfter({} as never, 'P reset'), 'SOCKATLAS_USAGE'],
  ['a platform without that way to ask', () => closeAfter(KEEPS, 'P reset', { on: ['windows'], io: 'epoll' }), 'SOCKATLAS_USAGE'],
  ['a way to ask that there is not', () => closeAfter(KEEPS, 'P reset', { io: 'kqueue' as never }), 'SOCKATLAS_USAGE'],
  ['steps without a loop', () => closeAfter({ name: 'x', start: 0, poll: () => ({ action: 'close', why: '', state: 0 }) }, 'S recv'), 'SOCKATLAS_USAGE'],
  [
    'a policy that throws',
    () =>
      closeAfter(
        {
          name: 'x',
          start: 0,
          poll: () => {
            throw new Error('x');
          },
        },
        'P reset',
      ),
    'SOCKATLAS_POLICY',
  ],
  ['a file that is no run', () => sockatlas.parseRun('', 'x'), 'SOCKATLAS_RUN_FILE'],
])('%s: an error with a code', (_, act, code) => {
  expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(/./) }));
});
