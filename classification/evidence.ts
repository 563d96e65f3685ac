import { tokenAt } from '../language/trace.ts';
import { codes } from '../platforms/codes.ts';
import { EXPECTED_PLATFORMS, type Expectation, expectationsFor, expectedFile, patternsOf } from '../platforms/expectation.ts';
import { newestTraces, type Recorded } from '../results/recorded.ts';
import type { Observation } from '../results/schema.ts';
import type { Scenario } from '../runner/scenario.ts';
import { answerOf, observationOf, type Sighting } from './answer.ts';
import { type RecordedCall, recordedCalls } from './recorded-calls.ts';

type Described = Pick<Scenario, 'id' | 'recorded'>;

/** What every platform is expected to return, scenario by scenario. */
export function expectedSightings(scenarios: readonly Described[]): Sighting[] {
  return EXPECTED_PLATFORMS.flatMap((platform) =>
    scenarios.flatMap(({ id, recorded }) => {
      const calls = recordedCalls(recorded);
      return holding(platform, id).flatMap(({ expectation, file }) =>
        patternsOf(expectation).flatMap((pattern) =>
          sightingsOf(
            expand(pattern, calls).map(([call, token]) => spelled(platform, call, token)),
            {
              codes: platform,
              platform: [platform, ...conditions(expectation)].join(' '),
              evidence: expectation.evidence,
              source: file,
              scenario: id,
            },
          ),
        ),
      );
    }),
  );
}

/** A platform's own entries for a scenario. If Wine has none, it is expected to behave like every Windows. */
function holding(platform: (typeof EXPECTED_PLATFORMS)[number], id: string): { expectation: Expectation; file: string }[] {
  const of = (own: string) =>
    expectationsFor(own, id)
      .filter((expectation) => expectation.id === id)
      .map((expectation) => ({ expectation, file: expectedFile(id) }));
  const own = of(platform);
  return own.length > 0 || platform !== 'wine' ? own : of('windows').filter(({ expectation }) => expectation.when === undefined);
}

/** What the newest run of every platform recorded. `name` is what a run's file is called. */
export function recordedSightings(scenarios: readonly Described[], runs: readonly Recorded[], name: (file: string) => string): Sighting[] {
  return scenarios.flatMap(({ id }) =>
    newestTraces(runs, id).flatMap(({ recorded: { run, file }, scenario }) =>
      scenario.traces.flatMap(({ observations }) =>
        sightingsOf(observations, {
          codes: run.header.platform.id,
          platform: run.header.platform.name,
          evidence: 'measured',
          source: name(file),
          scenario: id,
        }),
      ),
    ),
  );
}

/** Sightings of one scenario's observations; those that are no answer for a table are left out. */
export function sightingsOf(
  observations: readonly (Observation | undefined)[],
  where: Pick<Sighting, 'codes' | 'platform' | 'evidence' | 'source' | 'scenario'>,
): Sighting[] {
  const whole = observations.map((observation) => observation ?? UNKNOWN);
  return observations.flatMap((observation, index) => {
    const answer = observation === undefined ? undefined : answerOf(codes, where.codes, observation);
    return answer === undefined ? [] : [{ ...answer, ...where, observations: whole, index }];
  });
}

/** Stands in a trace for a call that no table is asked about, so that those after it keep their place. */
const UNKNOWN: Observation = { on: 'S', call: '?', args: {}, ret: null, code: 0, token: '?' };

/** Each call with its token; one that repeats stands for all the calls that are left. */
function expand(pattern: readonly string[], calls: readonly RecordedCall[]): [RecordedCall, string][] {
  return calls.flatMap((call, i): [RecordedCall, string][] => {
    const token = tokenAt(pattern, i);
    return token === undefined ? [] : [[call, token]];
  });
}

function spelled(platform: (typeof EXPECTED_PLATFORMS)[number], { call, empty }: RecordedCall, token: string): Observation | undefined {
  return call === undefined ? undefined : observationOf(codes, platform, call, empty, token);
}

function conditions({ when = {} }: Expectation): string[] {
  return Object.entries(when).map(([what, range]) => (what === 'wine' ? range : `${what} ${range}`));
}
