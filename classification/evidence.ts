import { tokenAt } from '../language/trace.ts';
import { codes } from '../platforms/codes.ts';
import { EXPECTED_PLATFORMS, type Expectation, type ExpectedPlatform, expectationsFor, expectedFile, patternsOf } from '../platforms/expectation.ts';
import { newestTraces, type Recorded } from '../results/recorded.ts';
import type { Observation } from '../results/schema.ts';
import type { Scenario } from '../runner/scenario.ts';
import { type RecordedCall, recordedCalls } from './recorded-calls.ts';
import { observationOf, returnedBy, type Sighting } from './returned.ts';

type Described = Pick<Scenario, 'id' | 'steps'>;

/** What every platform is expected to return, scenario by scenario. */
export function expectedSightings(scenarios: readonly Described[]): Sighting[] {
  return EXPECTED_PLATFORMS.flatMap((platform) =>
    scenarios.flatMap(({ id, steps }) => {
      const calls = recordedCalls(steps);
      return holding(platform, id).flatMap((expectation) => {
        const { evidence, when = {} } = expectation;
        const conditions = Object.entries(when).map(([what, range]) => (what === 'wine' ? range : `${what} ${range}`));
        const where = {
          codes: platform,
          platform: [platform, ...conditions].join(' '),
          evidence,
          source: expectedFile(id),
          scenario: id,
        };
        return patternsOf(expectation).flatMap((pattern) => sightingsOf(expectedObservations(platform, pattern, calls), where));
      });
    }),
  );
}

/** A platform's own entries for a scenario. If Wine has none, it is expected to behave like every Windows. */
function holding(platform: ExpectedPlatform, id: string): readonly Expectation[] {
  const of = (wanted: ExpectedPlatform) => expectationsFor(wanted, id).filter((expectation) => expectation.id === id);
  const own = of(platform);
  return own.length > 0 || platform !== 'wine' ? own : of('windows').filter(({ when }) => when === undefined);
}

/** Each call as its token says that it returned; undefined where that is not known, or it is none of a table's. */
function expectedObservations(platform: ExpectedPlatform, pattern: readonly string[], calls: readonly RecordedCall[]): (Observation | undefined)[] {
  return calls.flatMap(({ call, empty }, i) => {
    const token = tokenAt(pattern, i);
    return token === undefined ? [] : [call && observationOf(codes, platform, call, empty, token)];
  });
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

/** Sightings of one scenario's observations; those that no table is asked about are left out. */
export function sightingsOf(
  observations: readonly (Observation | undefined)[],
  where: Pick<Sighting, 'codes' | 'platform' | 'evidence' | 'source' | 'scenario'>,
): Sighting[] {
  const whole = observations.map((observation) => observation ?? UNKNOWN);
  return observations.flatMap((observation, index) => {
    const returned = observation && returnedBy(codes, where.codes, observation);
    return returned === undefined ? [] : [{ ...returned, ...where, observations: whole, index }];
  });
}

/** Stands in a trace for a call that no table is asked about, so that those after it keep their place. */
const UNKNOWN: Observation = { on: 'S', call: '?', args: {}, ret: null, code: 0, token: '?' };
