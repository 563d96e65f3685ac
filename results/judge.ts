import { type Evidence, isAsserted } from '../language/evidence.ts';
import { BLOCKED } from '../language/token.ts';
import { matchesOne } from '../language/trace.ts';
import type { Ended } from './measured.ts';
import type { Verdict } from './schema.ts';

/** What a scenario's traces are held against. */
export interface Standard {
  readonly patterns: readonly (readonly string[])[];
  readonly evidence: Evidence;
  /** Why the platform differs from the one that it mirrors. */
  readonly deviates?: string | undefined;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** What stands between what was measured and why it is known. */
const KNOWN = '; known: ';

/** The verdict on a scenario's distinct traces. `ended`: how the last trial ended where it did not complete. A run that was read can so be judged again. */
export function judge(standard: Standard | undefined, traces: readonly (readonly string[])[], ended?: Ended): Judgement {
  const { patterns = [], deviates } = standard ?? {};
  const meets = (trace: readonly string[]) => matchesOne(patterns, trace);
  // A race, or a call that hangs, is known where the expectation has each of the traces, and the reason.
  const isKnown = deviates !== undefined && traces.every(meets);
  if (ended !== undefined) {
    const isKnownHang = isKnown && ended.as === 'blocked' && patterns.some((pattern) => pattern.includes(BLOCKED));
    return isKnownHang ? { verdict: 'known-hang', reason: `${ended.reason}${KNOWN}${deviates}` } : { verdict: ended.as, reason: ended.reason };
  }
  const [first, ...others] = traces;
  if (first === undefined) return { verdict: 'crashed', reason: 'no trial was completed' };
  if (others.length > 0)
    return isKnown ? { verdict: 'known-race', reason: `trials differ${KNOWN}${deviates}` } : { verdict: 'unstable', reason: 'trials differ' };
  if (standard === undefined || !isAsserted(standard.evidence)) return { verdict: 'unjudged' };
  if (!meets(first)) return { verdict: 'deviation' };
  return deviates === undefined ? { verdict: 'match' } : { verdict: 'known-deviation', reason: deviates };
}

/** A judgement's reason without what was known: another judge may know more. */
export function measuredReason(reason: string): string {
  return reason.split(KNOWN)[0] as string;
}
