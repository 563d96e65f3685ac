import { matchesToken, tokenAt } from '../language/trace.ts';
import type { Observation, ScenarioLine } from '../results/schema.ts';

/** One call and its return value, in the notation of C: `recv #2 = -1 WSAECONNRESET (10054)`. */
export function describeObservation(observations: readonly Observation[], index: number): string {
  const { on, call, ret, name, code, token } = observations[index] as Observation;
  const nth = observations.slice(0, index + 1).filter((other) => other.call === call && other.on === on).length;
  const answer = ret === null ? 'did not return' : name === undefined ? token : `${ret} ${name} (${code})`;
  return `${on === 'P' ? 'the peer’s ' : ''}${call} #${nth} ${ret === null ? answer : `= ${answer}`}`;
}

/**
 * The first call at which a trace differs from what was expected, with the actual value first:
 * `tcp/reset/idle: recv #2 = -1 WSAECONNRESET (10054), expected eof (platforms/expected/tcp/reset.json)`.
 */
export function describeDeviation({ id, traces, expected }: ScenarioLine, file = expected?.file): string {
  const observations = traces[0]?.observations ?? [];
  const trace = observations.map(({ token }) => token);
  // If several patterns are possible, the one that matches the most calls shows best what is wrong.
  const patterns = expected?.patterns ?? [];
  const farthest = patterns
    .map((pattern) => ({ pattern, index: firstDifference(pattern, trace) }))
    .reduce((a, b) => (b.index > a.index ? b : a), { pattern: patterns[0] ?? [], index: 0 });
  const wanted = tokenAt(farthest.pattern, farthest.index);
  const at = farthest.index < trace.length ? describeObservation(observations, farthest.index) : `the trace ends after ${trace.length} calls`;
  return `${id}: ${at}, expected ${wanted ?? 'no further call'} (${file})`;
}

function firstDifference(pattern: readonly string[], trace: readonly string[]): number {
  let i = 0;
  while (i < trace.length && matchesToken(tokenAt(pattern, i), trace[i])) i++;
  return i;
}
