import { UsageError } from '../cli/errors.ts';
import { parseBeginning, parseSteps } from '../language/parse-steps.ts';
import { printSteps, type Sequence } from '../language/steps.ts';

/** A sequence of steps as it is written (docs/steps.md), or as parseSteps has read it. */
export type Steps = string | Sequence;

/** @throws StepsError, with the line and the column @throws UsageError for what is neither text nor a sequence */
export function asSequence(steps: Steps): Sequence {
  return parseSteps(written(steps));
}

/** What may go on: it need not end with a call of S. @throws StepsError @throws UsageError */
export function asBeginning(steps: Steps): Sequence {
  return parseBeginning(written(steps));
}

/** A sequence that somebody made is read again: it may hold what is no step. */
function written(steps: Steps): string {
  if (typeof steps === 'string') return steps;
  if (Array.isArray(steps?.steps)) return printSteps(steps);
  throw new UsageError('steps: give text, like "P reset; S recv x3", or what parseSteps gives');
}
