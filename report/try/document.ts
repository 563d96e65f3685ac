import type * as Zod from 'zod';
import { EVIDENCE } from '../../language/evidence.ts';
import { printSteps } from '../../language/steps.ts';
import { z } from '../../platforms/zod.ts';
import { contradictions, type MeasuredAnswers, type PredictedAnswers, type Tried } from './answers.ts';

const trace = z.array(z.string());
const platform = z.string().describe('As --on names it: linux, wine-10.0');

const measured = {
  kind: z.literal('measured'),
  traces: z.array(z.strictObject({ trace, count: z.int().describe('The trials with this trace') })).describe('Each distinct trace, the most frequent first'),
  ended: z
    .strictObject({ as: z.enum(['unsupported', 'blocked', 'crashed']), reason: z.string() })
    .optional()
    .describe('How the last trial ended, where it did not complete'),
  unmeasured: z.string().optional().describe('What the machine refused, so that there is no result'),
  contradicts: z.array(trace).optional().describe("The traces that the platform's own model does not predict; absent where there is none"),
};
const predicted = {
  kind: z.literal('predicted'),
  traces: z
    .array(z.strictObject({ trace, evidence: z.enum(EVIDENCE).describe('The weakest of the rules that give it; unknown where it is empty') }))
    .describe('Each trace that the model says is possible'),
  uncovered: z
    .strictObject({ step: z.int().describe('Which step, as they are made, from 0'), text: z.string(), why: z.string() })
    .optional()
    .describe('The first step that the model does not cover: traces end before it'),
  isCut: z.literal(true).optional().describe('There are more possible traces than were followed'),
};

const STEPS = z.string().describe('The sequence, in the language of steps');

/** A line of `try --format jsonl`: a sequence on a platform. */
export const tryLineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ steps: STEPS, platform, ...measured }),
  z.strictObject({ steps: STEPS, platform, ...predicted }),
]);

/** What `try --format json` prints. */
export const tryDocumentSchema = z.strictObject({
  sequences: z.array(
    z.strictObject({
      steps: STEPS,
      platforms: z.array(z.discriminatedUnion('kind', [z.strictObject({ platform, ...measured }), z.strictObject({ platform, ...predicted })])),
    }),
  ),
});

type Line = Zod.infer<typeof tryLineSchema>;
type Platform = Zod.infer<typeof tryDocumentSchema>['sequences'][number]['platforms'][number];

export function tryDocument(tried: readonly Tried[]): Zod.infer<typeof tryDocumentSchema> {
  return { sequences: tried.map((one) => ({ steps: printSteps(one.sequence), platforms: platformsOf(one) })) };
}

/** A line for each sequence and platform. */
export function tryLines(tried: readonly Tried[]): string {
  return tried
    .flatMap((one) => {
      const steps = printSteps(one.sequence);
      return platformsOf(one).map((line): Line => ({ steps, ...line }));
    })
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

function platformsOf(tried: Tried): Platform[] {
  return [...tried.measured.map(measuredLine), ...tried.predicted.map(predictedLine)];
}

function measuredLine(answers: MeasuredAnswers): Platform {
  const { traces, ended, unmeasured } = answers.measured;
  const contradicting = contradictions(answers).map((one) => [...one]);
  return {
    platform: answers.platform,
    kind: 'measured',
    traces: traces.map(({ trace: tokens, count }) => ({ trace: [...tokens], count })),
    ...(ended && { ended }),
    ...(unmeasured !== undefined && { unmeasured }),
    ...(contradicting.length > 0 && { contradicts: contradicting }),
  };
}

function predictedLine({ platform: name, prediction }: PredictedAnswers): Platform {
  const { traces, uncovered, isCut } = prediction;
  return {
    platform: name,
    kind: 'predicted',
    traces: traces.map(({ trace: tokens, evidence }) => ({ trace: [...tokens], evidence })),
    ...(uncovered && { uncovered }),
    ...(isCut && { isCut }),
  };
}
