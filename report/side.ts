import { recordedCalls } from '../classification/recorded-calls.ts';
import { evidencePhrase } from '../language/evidence.ts';
import { EXPECTED_PLATFORMS, NEWEST, type Versions } from '../platforms/expectation.ts';
import type { Platform } from '../platforms/platform.ts';
import { type Behaviour, expectedBehaviour, notRunIn, recordedBehaviour } from '../results/behaviour.ts';
import type { Run } from '../results/schema.ts';
import { scenarios } from '../suites/index.ts';
import { few, traceWords } from './trace-words.ts';

/** One of the things that are compared: a run, or the expectations of a platform. */
export interface Side {
  /** `linux-6.18`, `windows`. */
  readonly name: string;
  /** The name with the kind of evidence: `linux-6.18, measured`; `windows, not measured`. */
  readonly heading: string;
  /** Whether the behaviour comes from a run, for the scenarios that the run has. */
  readonly isRun: boolean;
  /** The scenarios of the run, or of the suite if this is a platform's expectations. */
  readonly ids: readonly string[];
  /** undefined if the platform lacks what the scenario needs, if it was not run, or if there is no expectation. */
  behaviour(id: string): Behaviour | undefined;
  /** Whether the absence of a behaviour says nothing, because the scenario was not run. */
  isNotRun(id: string): boolean;
}

/** There are many scenarios, and most commands ask for few: the steps of each are read where they are asked for. */
const steps = new Map(scenarios.map((scenario) => [scenario.id, scenario.steps]));
const callCounts = new Map<string, number>();

/** How many calls a scenario records; undefined for one that this version does not know. */
export function callCountOf(id: string): number | undefined {
  const known = callCounts.get(id);
  const own = steps.get(id);
  if (known !== undefined || own === undefined) return known;
  const count = recordedCalls(own).length;
  callCounts.set(id, count);
  return count;
}

export function runSide(run: Run, name: string = run.header.platform.name): Side {
  const lines = new Map(run.scenarios.map((line) => [line.id, line]));
  const isNotRun = notRunIn(run);
  return {
    name,
    heading: `${name}, measured`,
    isRun: true,
    ids: run.scenarios.map(({ id }) => id),
    behaviour: (id) => {
      const line = lines.get(id);
      return line && recordedBehaviour(line);
    },
    isNotRun: (id) => !lines.has(id) && isNotRun(id),
  };
}

/** A run, and what is expected of its platform where the run has no such scenario. */
export function runSideOver(run: Run, expected: Side): Side {
  const own = runSide(run);
  const has = new Set(own.ids);
  return {
    ...own,
    ids: [...new Set([...own.ids, ...expected.ids])],
    behaviour: (id) => (has.has(id) ? own.behaviour(id) : expected.behaviour(id)),
    isNotRun: () => false,
  };
}

/** What is expected of a platform. */
export function expectedSide(versions: Versions, name: string): Side {
  return {
    name,
    heading: versions.id === 'windows' ? `${name}, not measured` : `${name}, expected`,
    isRun: false,
    ids: scenarios.map(({ id }) => id),
    behaviour: (id) => expectedBehaviour(versions, id, callCountOf(id)),
    isNotRun: () => false,
  };
}

/** The side that is shown next to a run: Windows as documented, or for a run on Windows, Linux as measured. */
export function counterpartOf({ id }: Pick<Platform, 'id'>): Side {
  return id === 'windows' ? { ...expectedSide(NEWEST.linux, 'linux'), heading: 'linux, measured' } : expectedSide(NEWEST.windows, 'windows');
}

export function hasExpectations(id: string): id is (typeof EXPECTED_PLATFORMS)[number] {
  return (EXPECTED_PLATFORMS as readonly string[]).includes(id);
}

/** A behaviour in words for a cell: `ECONNRESET, then eof ×4`; `A or B` if both are possible. With `marked`, `(inferred)` follows what is only inferred. */
export function behaviourWords(behaviour: Behaviour | undefined, marked = true): string {
  if (behaviour === undefined) return '–';
  if (behaviour.ended !== undefined) return behaviour.ended;
  if (behaviour.traces.length === 0) return evidencePhrase(behaviour.evidence);
  const words = few([...new Set(behaviour.traces.map((trace) => traceWords(trace)))], behaviour.isExpected ? ' or ' : ' / ');
  return marked && behaviour.evidence === 'inferred' ? `${words} (inferred)` : words;
}
