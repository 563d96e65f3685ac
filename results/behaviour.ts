import { isPair } from '../language/pairs.ts';
import { expanded } from '../language/trace.ts';
import { expectationFor, patternsOf, type Versions, withoutParameters } from '../platforms/expectation.ts';
import { type Behaviour, sameBehaviour } from './same-behaviour.ts';
import type { Run, ScenarioLine } from './schema.ts';

export { type Behaviour, sameBehaviour };

/** What a run recorded; undefined where the platform lacks what the scenario needs. */
export function recordedBehaviour({ traces, verdict }: Pick<ScenarioLine, 'traces' | 'verdict'>): Behaviour | undefined {
  if (verdict === 'unsupported') return undefined;
  return { traces: traces.map(({ trace }) => trace), isExpected: false, evidence: 'measured', ...(traces.length === 0 && { ended: verdict }) };
}

/**
 * Whether a scenario without a line was not run (not asked for, the run was stopped before, or the machine refused what it needs), so that its absence says nothing of
 * the platform. Files of earlier versions say of a run only that it was stopped, and know no pairs of calls.
 */
export function notRunIn({ footer: { notRun, unmeasured = [], interrupted }, scenarios }: Pick<Run, 'footer' | 'scenarios'>): (id: string) => boolean {
  const ids = new Set([...(notRun ?? []), ...unmeasured.map(({ id }) => id)]);
  const hasPairs = scenarios.some(({ id }) => isPair(id));
  return (id) => ids.has(id) || ids.has(withoutParameters(id)) || (notRun === undefined && interrupted) || (!hasPairs && isPair(id));
}

/** What is expected of a platform; undefined where it lacks what the scenario needs, or nothing is said of it. `calls`: how many the scenario records. */
export function expectedBehaviour(platform: Versions, id: string, calls: number | undefined): Behaviour | undefined {
  const found = expectationFor(platform, id);
  if (found === undefined) return undefined;
  const { evidence } = found.expectation;
  return { traces: patternsOf(found.expectation).map((pattern) => expanded(pattern, calls)), isExpected: true, evidence };
}
