import { type Prediction, predict } from '../../language/predict.ts';
import type { Sequence } from '../../language/steps.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import type { Measured } from '../../results/measured.ts';

/** A sequence, and what platforms answer in it. */
export interface Tried {
  readonly sequence: Sequence;
  readonly measured: readonly MeasuredAnswers[];
  readonly predicted: readonly PredictedAnswers[];
}

export interface MeasuredAnswers {
  /** As --on names it. */
  readonly platform: string;
  readonly measured: Measured;
  /** What its own model says, where it has one. */
  readonly prediction?: Prediction;
}

export interface PredictedAnswers {
  readonly platform: string;
  readonly prediction: Prediction;
}

/** What was measured of a sequence, with what the platforms' own models say, and what the models of the others say. */
export function triedOf(sequence: Sequence, all: readonly Pick<MeasuredAnswers, 'platform' | 'measured'>[]): Tried {
  const measured = all.map((one): MeasuredAnswers => {
    const model = modelOf(one.platform);
    return { ...one, ...(model && { prediction: predict(model, sequence) }) };
  });
  const predicted = MODEL_NAMES.flatMap((platform): PredictedAnswers[] => {
    const model = all.some((one) => one.platform === platform) ? undefined : modelOf(platform);
    return model === undefined ? [] : [{ platform, prediction: predict(model, sequence) }];
  });
  return { sequence, measured, predicted };
}

/** Whether a trial of it could not be completed, somewhere: it says nothing of that system. */
export function hasCrashed({ measured }: Tried): boolean {
  return measured.some(({ measured: { ended } }) => ended?.as === 'crashed');
}

/** The measured traces that the platform's own model does not predict: there model and system differ. */
export function contradictions({ measured, prediction }: MeasuredAnswers): readonly (readonly string[])[] {
  // Of a prediction that was cut, the trace may be one that was not followed.
  if (prediction === undefined || prediction.isCut || measured.ended?.as === 'unsupported' || measured.unmeasured !== undefined) return [];
  const traces = measured.traces.map(({ trace }) => trace);
  // A trial that could not be completed has made no call where nothing is seen of it.
  const seen = traces.length === 0 && measured.ended !== undefined ? [[]] : traces;
  return seen.filter((trace) => !isPredicted(trace, prediction));
}

function isPredicted(trace: readonly string[], { traces }: Prediction): boolean {
  // What the model does not cover may be anything.
  return traces.some(({ trace: said, uncovered }) => said.every((token, i) => token === trace[i]) && (uncovered !== undefined || said.length === trace.length));
}
