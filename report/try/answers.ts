import type { Prediction } from '../../language/predict.ts';
import type { Sequence } from '../../language/steps.ts';
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
