import type * as Zod from 'zod';
import { EVIDENCE } from '../../language/evidence.ts';
import type { Prediction, Uncovered } from '../../language/predict.ts';
import { printStep, printSteps, type Sequence, stepByStep } from '../../language/steps.ts';
import { z } from '../../platforms/zod.ts';

/** What the model of a platform says of a sequence. */
export interface Predicted {
  readonly sequence: Sequence;
  readonly platform: string;
  readonly prediction: Prediction;
}

const common = {
  steps: z.string().describe('The sequence, as docs/steps.md has it'),
  platform: z.string(),
  kind: z.literal('predicted').describe('A model said so (docs/models.md); nothing was measured'),
  uncovered: z
    .strictObject({ step: z.int().describe('Which step, as they are made, from 0'), text: z.string(), why: z.string() })
    .optional()
    .describe('The first step that the model does not cover: traces end before it'),
  isCut: z.literal(true).optional().describe('More ways are possible than were followed: traces may be missing'),
};

const trace = z.array(z.string()).describe('Tokens. A predicted trace has no count: each that is possible is there once');

/** A line of `predict --format jsonl`: a sequence on a platform. */
export const predictLineSchema = z.strictObject({ ...common, traces: z.array(z.strictObject({ trace })) });

/** What `predict --format json` prints. */
export const predictDocumentSchema = z.strictObject({
  predictions: z.array(
    z.strictObject({
      ...common,
      traces: z.array(
        z.strictObject({
          trace,
          evidence: z.enum(EVIDENCE).describe('Of the weakest rule that was used; unknown where the trace is empty'),
          calls: z
            .array(
              z.strictObject({
                step: z.int().describe('Which step, as they are made, from 0'),
                text: z.string(),
                token: z.string(),
                rule: z.string().describe("The model's rule, by its name"),
                evidence: z.enum(EVIDENCE),
                sources: z.array(z.string()),
              }),
            )
            .describe('For each token of the trace: the step that it is the answer to, and the rule that says so'),
          rules: z
            .array(z.strictObject({ end: z.enum(['S', 'P']), rule: z.string() }))
            .describe('All rules in order of use: of the calls of both ends, and of what arrived at them'),
        }),
      ),
    }),
  ),
});

export function predictLine({ sequence, platform, prediction }: Predicted): Zod.infer<typeof predictLineSchema> {
  return { ...head(sequence, platform), traces: prediction.traces.map((one) => ({ trace: [...one.trace] })), ...tail(prediction) };
}

export function predictDocument(all: readonly Predicted[]): Zod.infer<typeof predictDocumentSchema> {
  return {
    predictions: all.map(({ sequence, platform, prediction }) => {
      const steps = stepByStep(sequence);
      return {
        ...head(sequence, platform),
        traces: prediction.traces.map((one) => ({
          trace: [...one.trace],
          evidence: one.evidence,
          calls: one.calls.map(({ step, token, rule }) => ({
            step,
            text: printStep(steps[step] as (typeof steps)[number]),
            token,
            rule: rule.name,
            evidence: rule.evidence,
            sources: [...rule.source],
          })),
          rules: one.used.map(({ end, rule }) => ({ end, rule: rule.name })),
        })),
        ...tail(prediction),
      };
    }),
  };
}

function head(sequence: Sequence, platform: string) {
  return { steps: printSteps(sequence), platform, kind: 'predicted' as const };
}

function tail({ uncovered, isCut }: Prediction): { uncovered?: Uncovered; isCut?: true } {
  return { ...(uncovered && { uncovered }), ...(isCut && { isCut }) };
}
