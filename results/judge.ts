import { isAsserted } from '../language/evidence.ts';
import { expectationFor, type Found, meets, patternsOf } from '../platforms/expectation.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured } from './measured.ts';
import type { ScenarioLine, TimingLine, Verdict } from './schema.ts';

/** Compares what was measured with what `platform` is expected to return. */
export function judge(platform: Platform, measured: Measured): ScenarioLine {
  const found = expectationFor(platform, measured.id);
  const { verdict, reason } = printable(verdictOf(measured, found));
  const foretold = (verdict === 'unstable' || verdict === 'blocked') && isForetold(measured, found);
  return {
    type: 'scenario',
    id: measured.id,
    trials: measured.trials,
    traces: measured.traces.map(({ trace, count, observations }) => ({
      trace: [...trace],
      count,
      observations: observations.map(({ us: _, ...observation }) => observation),
    })),
    verdict,
    ...(reason !== undefined && { reason: foretold ? `${reason}; known: ${found?.expectation.deviates}` : reason }),
    ...(foretold && { foretold }),
    ...(found !== undefined && {
      expected: {
        patterns: patternsOf(found.expectation).map((pattern) => [...pattern]),
        evidence: found.expectation.evidence,
        file: found.file,
      },
    }),
  };
}

export function timingOf(measured: Measured): TimingLine {
  return {
    type: 'timing',
    id: measured.id,
    ms: round(measured.ms),
    traces: measured.traces.map(({ observations }) => observations.map(({ us }) => round(us))),
  };
}

function verdictOf(measured: Measured, found: Found | undefined): { verdict: Verdict; reason?: string } {
  if (measured.ended !== undefined) return { verdict: measured.ended.as, reason: measured.ended.reason };
  const [first, ...others] = measured.traces;
  if (first === undefined) return { verdict: 'crashed', reason: 'no trial was completed' };
  if (others.length > 0) return { verdict: 'unstable', reason: 'trials differ' };
  if (found === undefined || !isAsserted(found.expectation.evidence)) return { verdict: 'unjudged' };
  if (!meets(found.expectation, first.trace)) return { verdict: 'deviation' };
  const { deviates } = found.expectation;
  return deviates === undefined ? { verdict: 'match' } : { verdict: 'known-deviation', reason: deviates };
}

/** A reason may contain the output of a process that crashed. It is kept on one line of the run file. */
export function printable<T extends { reason?: string }>(said: T): T {
  return said.reason === undefined ? said : { ...said, reason: said.reason.replace(/\p{Cc}+/gu, ' ').slice(0, 1000) };
}

/** Whether a race, or a call that hangs, is known: the expectation gives the reason and has each of the traces. */
function isForetold({ traces }: Measured, found: Found | undefined): boolean {
  return found?.expectation.deviates !== undefined && traces.every(({ trace }) => meets(found.expectation, trace));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
