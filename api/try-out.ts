import type * as Zod from 'zod';
import { agentCommand } from '../cli/agent-command.ts';
import { HERE } from '../cli/targets.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import { triedOf } from '../report/try/answers.ts';
import { tryDocument, type tryDocumentSchema } from '../report/try/document.ts';
import type { Measured } from '../results/measured.ts';
import { performSequences } from '../runner/perform-sequences.ts';
import { StartFailed } from '../runner/process.ts';
import { asSequence, type Steps } from './sequence.ts';

export interface TryOptions {
  /** How often each sequence is performed; 5 where absent. */
  readonly trials?: number;
  /** ms after which a call counts as blocked; 5000 where absent. */
  readonly timeout?: number;
  /** Ends it early: what was measured until then is given. */
  readonly signal?: AbortSignal;
}

/** A sequence, what this system answered in it, and what the models of the other platforms say. */
export type Trial = Zod.infer<typeof tryDocumentSchema>['sequences'][number];

/**
 * Performs sequences of steps on this system, on real sockets, and predicts them on the others. One trial for each sequence, in their order.
 *
 * @throws StepsError for steps that are none
 * @throws EnvironmentError where no agent can be started, or the machine refuses what each trial needs
 */
export async function tryOut(steps: Steps | readonly Steps[], { trials = 5, timeout = 5000, signal }: TryOptions = {}): Promise<Trial[]> {
  const sequences = (isMany(steps) ? steps : [steps]).map(asSequence);
  const measured = new Map<number, Measured>();
  try {
    await performSequences({ agent: agentCommand('agent'), sequences, trials, timeout, signal, onMeasured: (i, one) => measured.set(i, one) });
  } catch (error) {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  }
  const refused = [...measured.values()].find(({ unmeasured }) => unmeasured !== undefined);
  if (refused !== undefined) throw new EnvironmentError(`this machine refused what each trial needs: ${refused.unmeasured}`);
  const tried = sequences.map((sequence, i) => {
    const own = measured.get(i);
    return triedOf(sequence, own === undefined ? [] : [{ platform: HERE, measured: own }]);
  });
  return tryDocument(tried).sequences;
}

function isMany(steps: Steps | readonly Steps[]): steps is readonly Steps[] {
  return Array.isArray(steps);
}
