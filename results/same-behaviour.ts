import type { Evidence } from '../language/evidence.ts';
import { sameTrace, withoutSpelling } from '../language/same-trace.ts';
import { ANY } from '../language/trace.ts';

/** What a platform does in one scenario, recorded or expected. Durations and the count of each trace are not part of it. */
export interface Behaviour {
  /** Each distinct trace; of an expectation each that may come. Empty where it is not known, or where no trace came of it. */
  readonly traces: readonly (readonly string[])[];
  /** The traces are what may come, not what came. */
  readonly isExpected: boolean;
  readonly evidence: Evidence;
  /** How a run ended that has no trace: `crashed`. */
  readonly ended?: string;
}

/** Whether both are the same behaviour; undefined if one of them is not known. */
export function sameBehaviour(a: Behaviour, b: Behaviour): boolean | undefined {
  if (a.ended !== undefined || b.ended !== undefined) return a.ended === b.ended;
  if (a.traces.length === 0 || b.traces.length === 0) return undefined;
  // As one that was measured, what is certain on one may be one of several that are possible on the other.
  if (a.isExpected && b.isExpected) return within(a, b) || within(b, a);
  if (!a.isExpected && !b.isExpected) return within(a, b) && within(b, a);
  return a.isExpected ? within(b, a) : within(a, b);
}

/** Whether each trace of `some` is one of `all`: by its spelling, because a scenario may have a thousand traces; only what is expected may leave a token open. */
function within(some: Behaviour, all: Behaviour): boolean {
  const spelt = new Set(all.traces.map(spelling));
  const isOpen = ({ isExpected }: Behaviour, trace: readonly string[]) => isExpected && trace.includes(ANY);
  const open = all.traces.filter((trace) => isOpen(all, trace));
  return some.traces.every((trace) => spelt.has(spelling(trace)) || (isOpen(some, trace) ? all.traces : open).some((other) => sameTrace(trace, other)));
}

/** No token has a line's end in it. */
function spelling(trace: readonly string[]): string {
  return withoutSpelling(trace.join('\n'));
}
