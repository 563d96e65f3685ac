import { parseBeginning, parseSteps } from '../language/parse-steps.ts';
import type { Sequence } from '../language/steps.ts';

/** A sequence of steps as it is written (docs/steps.md), or as parseSteps has read it. */
export type Steps = string | Sequence;

/** @throws StepsError, with the line and the column */
export function asSequence(steps: Steps): Sequence {
  return typeof steps === 'string' ? parseSteps(steps) : steps;
}

/** What may go on: it need not end with a call of S. @throws StepsError */
export function asBeginning(steps: Steps): Sequence {
  return typeof steps === 'string' ? parseBeginning(steps) : steps;
}
