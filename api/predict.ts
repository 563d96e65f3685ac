import type * as Zod from 'zod';
import { modelsNamed } from '../cli/models.ts';
import { predict as predictOne } from '../language/predict.ts';
import { MODEL_NAMES } from '../platforms/models.ts';
import { predictDocument, type predictDocumentSchema } from '../report/predict/document.ts';
import { platformsAsked } from './asked.ts';
import { asSequence, type Steps } from './sequence.ts';

export interface PredictOptions {
  /** Platforms that have a model: `linux`, `windows`, `wine-8.0`, `wine-10.0`; all where absent. */
  readonly on?: readonly string[];
}

/** What a model says of a sequence: each trace that is possible, with the rule behind each answer, its sources and the kind of evidence. */
export type Prediction = Zod.infer<typeof predictDocumentSchema>['predictions'][number];

/**
 * What the models of platforms answer in a sequence of steps, one prediction for each platform. Nothing is run.
 *
 * @throws StepsError for steps that are none
 * @throws UsageError for a platform that has no model, and where none is named
 */
export function predict(steps: Steps, { on = MODEL_NAMES }: PredictOptions = {}): Prediction[] {
  const sequence = asSequence(steps);
  return predictDocument(modelsNamed(platformsAsked(on)).map((model) => ({ sequence, platform: model.platform, prediction: predictOne(model, sequence) })))
    .predictions;
}
