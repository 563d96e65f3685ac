import { describe, expect, test } from 'vitest';
import { expectedSightings, recordedSightings } from '../../classification/evidence.ts';
import { recordedCalls } from '../../classification/recorded-calls.ts';
import { localRuns, shippedRuns } from '../../results/recorded.ts';
import { stories as scenarios } from '../../suites/index.ts';

const spelled = (steps: string) => recordedCalls(steps).map(({ call, empty }) => (call === undefined ? '·' : empty ? `${call}(0)` : call));

describe('the calls that a scenario records', () => {
  test.each([
    ['S recv ×3', ['recv', 'recv', 'recv']],
    ['S recv; P reset; S send 8 ×2', ['recv', 'send', 'send']],
    ['S recv ×2; (S send 8); P recv recorded; S recv', ['recv', 'recv', '·', 'recv']],
    ['S recv 0; P send 10; S recv 0; S recv', ['recv(0)', 'recv(0)', 'recv']],
    ['S so_error ×2; S recv 16 ×2', ['·', '·', 'recv', 'recv']],
    ['S fill; P reset; S recv 64', ['send', 'recv']],
    ['S connect', ['connect']],
    ['(S listen); S accept; S recv 64 ×2', ['accept', 'recv', 'recv']],
    ['(S blocking); S recv &; P reset; S recv', ['recv', 'recv']],
    ['S recv; S SSL_read; P reset; S SSL_write; S send', ['recv', '·', '·', 'send']],
    ['S WSARecv; S GetQueuedCompletionStatus ×2', ['·', '·', '·']],
  ])('%s', (steps, calls) => expect(spelled(steps)).toEqual(calls));

  test('are those of every recorded run', () => {
    const complaints: string[] = [];
    const wrong = localRuns((message) => complaints.push(message)).flatMap(({ run }) =>
      run.scenarios.flatMap((line) => {
        const scenario = scenarios.find(({ id }) => id === line.id);
        const calls = scenario === undefined ? [] : recordedCalls(scenario.steps);
        return line.traces.flatMap(({ observations }) =>
          observations.flatMap(({ on, call, token }, i) => {
            const said = calls[i]?.call;
            const made = on === 'S' && ['recv', 'send', 'accept', 'connect'].includes(call) ? call : undefined;
            return scenario === undefined || said === made ? [] : [`${line.id} ${i}: ${call} ${token}, said to be ${said}`];
          }),
        );
      }),
    );
    expect(wrong).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('what platforms are expected to answer', () => {
  const sightings = expectedSightings(scenarios);
  const of = (platform: string, scenario: string) =>
    sightings
      .filter((sighting) => sighting.platform === platform && sighting.scenario === scenario)
      .map(({ index, call, ret, code, meaning }) => [index, call, ret, code, meaning]);

  test('comes with the call that is asked', () => {
    expect(of('linux', 'tcp/reset/send')).toEqual([
      [0, 'send', -1, 104, 'reset'],
      [1, 'send', -1, 32, 'end'],
      [2, 'send', -1, 32, 'end'],
      [3, 'recv', 0, 0, 'end'],
      [4, 'recv', 0, 0, 'end'],
      [5, 'recv', 0, 0, 'end'],
    ]);
  });

  test('leaves out a recv of no bytes, and calls that no table is asked about', () => {
    expect(of('linux', 'tcp/args/zero-length-recv').every(([, , ret]) => ret !== 0)).toBe(true);
    expect(of('linux', 'tcp/fin/select')).toEqual([]);
  });

  test('is Windows’ for Wine where Wine has none of its own', () => {
    expect(of('wine', 'tcp/timeout/receive')).toEqual(of('windows', 'tcp/timeout/receive'));
  });
});

test('recorded answers name their run', () => {
  const runs = shippedRuns();
  const [first] = recordedSightings(scenarios, runs, () => 'the run');
  if (runs.length > 0) expect(first).toMatchObject({ evidence: 'measured', source: 'the run' });
});
