import { expectationFor, patternsOf } from '../platforms/expectation.ts';
import { packageVersion } from '../platforms/package-root.ts';
import type { Platform } from '../platforms/platform.ts';
import { judge } from './judge.ts';
import type { Measured } from './measured.ts';
import { type Asked, type Footer, type Header, type Run, SCHEMA_VERSION, type ScenarioLine, type TimingLine, type Verdict } from './schema.ts';

export function headerOf(platform: Platform, started: Date, asked: Asked, peer?: Platform): Header {
  return {
    type: 'header',
    schema: SCHEMA_VERSION,
    tool: { name: 'sockatlas', version: packageVersion },
    platform,
    ...(peer !== undefined && { peer }),
    ffi: { backend: 'koffi', version: platform.koffi },
    started: started.toISOString(),
    asked,
  };
}

/** What was measured, held against what `platform` is expected to return. */
export function scenarioOf(platform: Platform, measured: Measured, steps?: string): ScenarioLine {
  const found = expectationFor(platform, measured.id);
  const expected = found && { patterns: patternsOf(found.expectation).map((pattern) => [...pattern]), evidence: found.expectation.evidence, file: found.file };
  const standard = expected && { ...expected, deviates: found.expectation.deviates };
  const traces = measured.traces.map(({ trace }) => trace);
  return {
    type: 'scenario',
    id: measured.id,
    trials: measured.trials,
    ...(steps !== undefined && { steps }),
    traces: measured.traces.map(({ trace, count, observations }) => ({
      trace: [...trace],
      count,
      observations: observations.map(({ us: _, ...observation }) => observation),
    })),
    ...inOneLine(judge(standard, traces, measured.ended)),
    ...(expected !== undefined && { expected }),
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

/** How a run ended, beside its verdicts. */
export type Ending = Omit<Footer, 'type' | 'scenarios' | 'verdicts'>;

export function footerOf(scenarios: readonly ScenarioLine[], { ms, ...ending }: Ending): Footer {
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of scenarios) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return { type: 'footer', scenarios: scenarios.length, verdicts, ...ending, ms: Math.round(ms) };
}

/** The text of a run file. */
export function serializeRun({ header, scenarios, timings, footer }: Run): string {
  return [header, ...scenarios, ...timings, footer].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A reason may contain the output of a process that crashed. It is kept on one line of the run file. */
export function inOneLine<T extends { reason?: string }>(said: T): T {
  return said.reason === undefined ? said : { ...said, reason: said.reason.replace(/\p{Cc}+/gu, ' ').slice(0, 1000) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
