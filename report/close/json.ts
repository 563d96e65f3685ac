import type { CloseDocument } from './close-schema.ts';
import type { Played } from './played.ts';

/** Stories for programs, as report/schema/close.schema.json describes them. */
export function closeDocument({ stories, notPlayed }: Played): CloseDocument {
  return {
    stories: stories.map(({ policy, table, trace, io, isReadinessKnown, bufferedTlsBytes, polls, leftOut, outcome }) => ({
      policy,
      table: table ?? null,
      platform: trace.platform,
      scenario: trace.scenario,
      evidence: trace.evidence,
      source: trace.source,
      possibleTraces: trace.possible,
      io,
      readiness: isReadinessKnown ? 'known' : 'assumed',
      bufferedTlsBytes,
      before: [...trace.history],
      polls: polls.map(({ n, through, readiness, answer, action, why }) => ({
        n,
        through,
        readiness: readiness?.token ?? null,
        recv: answer ?? null,
        action,
        why,
      })),
      leftOut: leftOut ?? null,
      outcome,
    })),
    notPlayed: notPlayed.map(({ scenario, platform, why }) => ({ scenario, platform: platform ?? null, why })),
  };
}
