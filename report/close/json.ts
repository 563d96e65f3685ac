import type { Story } from '../../classification/policies/play.ts';

/** Stories for programs: an array, one object a story. */
export function jsonStories(stories: readonly Story[]): string {
  return `${JSON.stringify(
    stories.map(({ policy, table, trace, io, bufferedTlsBytes, polls, outcome }) => ({
      policy,
      table: table ?? null,
      platform: trace.platform.name,
      scenario: trace.scenario,
      evidence: trace.evidence,
      source: trace.source,
      io,
      bufferedTlsBytes,
      outcome,
      polls: polls.map(({ n, readiness, answer, action, why }) => ({ n, readiness: readiness?.token ?? null, recv: answer ?? null, action, why })),
    })),
    undefined,
    2,
  )}\n`;
}
