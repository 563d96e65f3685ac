import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Platform } from '../../platforms/platform.ts';
import { type Atlas, atlasSchema } from '../../results/atlas.ts';
import { footerOf, headerOf, scenarioOf } from '../../results/lines.ts';
import { mergeRuns, platformKey, type Sourced } from '../../results/merge.ts';
import { shippedRuns } from '../../results/recorded.ts';
import type { Observation, Run } from '../../results/schema.ts';
import { ASKED, failed, LINUX, measured, received, WINDOWS } from '../fixtures/index.ts';

const RESET = failed('ECONNRESET', 104);
const END = received(0);
const IDLE = 'tcp/reset/idle';

type Lines = Readonly<Record<string, readonly (readonly Observation[])[]>>;

/** A run of scenarios, each with its traces, made so many minutes after the first. */
function runOf(platform: Platform, minutes: number, lines: Lines, peer?: Platform): Run {
  const scenarios = Object.entries(lines).map(([id, traces]) => scenarioOf(platform, measured(id, ...traces)));
  const header = headerOf(platform, new Date(Date.UTC(2026, 10, 1, 0, minutes)), ASKED, peer);
  return { header, scenarios, timings: [], footer: footerOf(scenarios, { ms: 1, interrupted: false }) };
}

const sourced = (...runs: readonly Run[]): Sourced[] => runs.map((run, i) => ({ run, source: `${i}.jsonl` }));
const cellOf = ({ platforms, scenarios }: Atlas, key: string, id: string) =>
  scenarios.find((scenario) => scenario.id === id)?.cells[platforms.findIndex((platform) => platform.key === key)];
const tracesOf = (atlas: Atlas, key: string, id: string) =>
  cellOf(atlas, key, id)?.traces.map(([index, count]) => [atlas.traces[index]?.trace.join(' '), count]);

describe('an atlas', () => {
  test('has every platform, and of two runs of one the counts of each distinct trace', () => {
    const atlas = mergeRuns(
      sourced(
        runOf(LINUX, 0, { [IDLE]: [[RESET, END]] }),
        runOf(LINUX, 1, {
          [IDLE]: [
            [RESET, END],
            [END, END],
          ],
        }),
        runOf(WINDOWS, 0, { [IDLE]: [[failed('WSAECONNRESET', 10054)]], 'tcp/fin/idle': [[END]] }),
      ),
    );
    expect(atlasSchema.parse(JSON.parse(JSON.stringify(atlas)))).toEqual(atlas);
    expect(atlas.platforms.map(({ key, runs }) => [key, runs.map(({ source }) => source)])).toEqual([
      ['linux-6.18-x64', ['1.jsonl', '0.jsonl']],
      ['windows-11-26100-x64', ['2.jsonl']],
    ]);
    expect(tracesOf(atlas, 'linux-6.18-x64', IDLE)).toEqual([
      ['ECONNRESET eof', 2],
      ['eof eof', 1],
    ]);
    expect(cellOf(atlas, 'linux-6.18-x64', 'tcp/fin/idle')).toBeNull();
    expect(cellOf(atlas, 'linux-6.18-x64', IDLE)?.conflict).toBeUndefined();
    expect(atlas.leftOut).toEqual([]);
  });

  test('counts a run once that is there twice, and does not believe one of two that begin alike', () => {
    const run = runOf(LINUX, 0, { [IDLE]: [[RESET, END]] });
    const changed = { ...run, scenarios: run.scenarios.map((line) => ({ ...line, trials: 7 })) };
    const atlas = mergeRuns(sourced(run, structuredClone(run), changed));
    expect(tracesOf(atlas, 'linux-6.18-x64', IDLE)).toEqual([['ECONNRESET eof', 1]]);
    expect(atlas.leftOut).toEqual([
      { source: '1.jsonl', reason: 'the same run as in 0.jsonl' },
      { source: '2.jsonl', reason: 'it begins as the run in 0.jsonl does, and goes on otherwise: one of them was changed' },
    ]);
  });

  test('says where two runs of a platform have no trace in common', () => {
    const atlas = mergeRuns(sourced(runOf(LINUX, 0, { [IDLE]: [[RESET, END]] }), runOf(LINUX, 1, { [IDLE]: [[END, END]] })));
    expect(cellOf(atlas, 'linux-6.18-x64', IDLE)).toMatchObject({ conflict: true, trials: 2 });
  });

  test('keeps what has no trace, and why', () => {
    const run = runOf(LINUX, 0, {});
    const scenarios = [scenarioOf(LINUX, { id: IDLE, trials: 0, traces: [], ms: 1, ended: { as: 'crashed', reason: 'the agent was ended by SIGSEGV' } })];
    const atlas = mergeRuns(sourced({ ...run, scenarios }));
    expect(cellOf(atlas, 'linux-6.18-x64', IDLE)).toEqual({ trials: 0, traces: [], ended: { as: 'crashed', reason: 'the agent was ended by SIGSEGV' } });
  });

  test('keeps apart what another arch, sandbox or platform of the peers gave', () => {
    const keys = [LINUX, { ...LINUX, arch: 'arm64' }, { ...LINUX, sandbox: 'gvisor' }].map((platform) => platformKey({ platform }));
    expect(keys).toEqual(['linux-6.18-x64', 'linux-6.18-arm64', 'linux-6.18-x64-gvisor']);
    expect(platformKey({ platform: WINDOWS, peer: LINUX })).toBe('windows-11-26100-x64, peer linux-6.18-x64');
  });

  test('of the runs that come with sockatlas has each of their traces', () => {
    const runs = shippedRuns().map(({ run, file }) => ({ run, source: file }));
    const atlas = mergeRuns(runs);
    for (const { run } of runs) {
      const key = platformKey(run.header);
      for (const { id, traces } of run.scenarios) {
        expect(tracesOf(atlas, key, id)).toEqual(traces.map(({ trace, count }) => [trace.join(' '), count]).sort(([, a], [, b]) => Number(b) - Number(a)));
      }
    }
  });

  describe('of runs that were made in parts (--shard)', () => {
    /** A part of a run: `1/3`. */
    const part = (shard: string, minutes: number, platform = LINUX): Run => {
      const [index = 0, count = 0] = shard.split('/').map(Number);
      const { header, ...run } = runOf(platform, minutes, { [IDLE]: [[RESET, END]] });
      return { ...run, header: { ...header, asked: { ...ASKED, shard: { index, count } } } };
    };
    const missing = (...runs: readonly Run[]) => mergeRuns(sourced(...runs)).platforms.map(({ missing }) => missing);

    test('says which parts of the newest one were not given', () => {
      expect(missing(part('1/3', 0))).toEqual([{ parts: [2, 3], count: 3 }]);
      expect(missing(part('1/3', 0), part('3/3', 1))).toEqual([{ parts: [2], count: 3 }]);
      expect(missing(part('1/3', 0), part('2/3', 2), part('3/3', 1))).toEqual([undefined]);
      expect(missing(part('1/2', 0), part('2/2', 0, WINDOWS))).toEqual([
        { parts: [2], count: 2 },
        { parts: [1], count: 2 },
      ]);
    });

    test('does not take for a part what is one of another run', () => {
      const { header, ...run } = part('2/2', 0);
      const asked = header.asked as NonNullable<typeof header.asked>;
      for (const other of [
        { ...header, tool: { ...header.tool, version: '0.0.1' } },
        { ...header, asked: { ...asked, patterns: ['tcp/reset'] } },
        { ...header, asked: { ...asked, shard: { index: 2, count: 4 } } },
      ])
        expect(missing({ ...run, header: other }, part('1/2', 1))).toEqual([{ parts: [2], count: 2 }]);
    });

    test('is content where the newest is whole', () => expect(missing(part('1/3', 0), runOf(LINUX, 1, { [IDLE]: [[RESET, END]] }))).toEqual([undefined]));
  });

  test('is the same in whatever order runs are given, and however often', () => {
    const runs = sourced(
      runOf(LINUX, 0, { [IDLE]: [[RESET, END]], 'tcp/fin/idle': [[END]] }),
      runOf(LINUX, 1, { [IDLE]: [[END, END]] }),
      runOf(LINUX, 2, { [IDLE]: [[RESET, END]] }, WINDOWS),
      runOf(WINDOWS, 0, { [IDLE]: [[failed('WSAECONNRESET', 10054)]] }),
    );
    const whole = mergeRuns(runs);
    fc.assert(
      fc.property(fc.shuffledSubarray([...runs.keys(), ...runs.keys()], { minLength: 4 }), (order) => {
        const given = order.map((i) => runs[i] as Sourced);
        const { leftOut: _, ...atlas } = mergeRuns(given);
        const { leftOut: __, ...expected } = mergeRuns(runs.filter((run) => given.includes(run)));
        expect(atlas).toEqual(expected);
      }),
    );
    expect(whole.platforms).toHaveLength(3);
  });
});
