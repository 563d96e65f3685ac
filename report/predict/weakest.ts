import type { PredictedTrace } from '../../language/predict.ts';

/** The rule that the evidence of the whole is of, where it is not that of a call: of what arrived, or of the peer. */
export function weakestElsewhere({ used, calls, evidence }: PredictedTrace): PredictedTrace['used'][number] | undefined {
  return calls.some(({ rule }) => rule.evidence === evidence) ? undefined : used.find(({ rule }) => rule.evidence === evidence);
}
