import type * as Zod from 'zod';
import { EVIDENCE } from '../../language/evidence.ts';
import { EXPECTED_PLATFORMS, expectationsFor, fileOf, patternsOf } from '../../platforms/expectation.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { z } from '../../platforms/zod.ts';
import { newestTraces, type Recorded } from '../../results/recorded.ts';
import { VERDICTS } from '../../results/schema.ts';
import type { Scenario } from '../../runner/scenario.ts';

const traces = z.array(z.array(z.string()));

/** What `show --format json` prints. */
export const showDocumentSchema = z.strictObject({
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      about: z.string(),
      why: z.string(),
      steps: z.string(),
      expected: z.array(
        z.strictObject({
          platform: z.enum(EXPECTED_PLATFORMS),
          when: z.record(z.string(), z.string()).describe('The versions to which the entry applies; the first entry of a platform that applies is used'),
          patterns: traces.describe('Each trace that is possible; a last token with … repeats to the end. Empty if it is not known'),
          evidence: z.enum(EVIDENCE),
          file: z.string().describe("The file that says so; a model's where only the model does: platforms/windows/model.ts"),
          sources: z.array(z.string()),
          note: z.string().nullable(),
          deviates: z.string().nullable().describe('Why this platform differs from the platform whose expectations it uses'),
        }),
      ),
      recorded: z
        .array(
          z.strictObject({
            platform: z.string(),
            peer: z.string().nullable().describe('The platform of the peer sockets, if it is a different one'),
            started: z.string(),
            file: z.string(),
            verdict: z.enum(VERDICTS),
            reason: z.string().nullable(),
            trials: z.int(),
            traces: z.array(z.strictObject({ trace: z.array(z.string()), count: z.int() })),
          }),
        )
        .describe('For each platform, the newest run that has the scenario'),
    }),
  ),
});

export function showDocument(scenarios: readonly Scenario[], runs: readonly Recorded[]): Zod.infer<typeof showDocumentSchema> {
  return {
    scenarios: scenarios.map(({ id, about, why, steps }) => ({
      id,
      about,
      why,
      steps,
      expected: EXPECTED_PLATFORMS.flatMap((platform) =>
        expectationsFor(platform, id).map((expectation) => ({
          platform,
          when: (expectation.when ?? {}) as Record<string, string>,
          patterns: patternsOf(expectation).map((pattern) => [...pattern]),
          evidence: expectation.evidence,
          file: fileOf(expectation),
          sources: [...expectation.sources],
          note: expectation.note ?? null,
          deviates: expectation.deviates ?? null,
        })),
      ),
      recorded: newestTraces(runs, id).map(({ recorded: { run, file }, scenario }) => ({
        platform: run.header.platform.name,
        peer: run.header.peer?.name ?? null,
        started: run.header.started,
        file: shownPath(file),
        verdict: scenario.verdict,
        reason: scenario.reason ?? null,
        trials: scenario.trials,
        traces: scenario.traces.map(({ trace, count }) => ({ trace: [...trace], count })),
      })),
    })),
  };
}
