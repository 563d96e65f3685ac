import { modelTraces } from '../classification/policies/model-trace.ts';
import { play } from '../classification/policies/play.ts';
import { IO_METHODS, type Io, type Policy } from '../classification/policies/policy.ts';
import { loopAfter, UNPLAYABLE } from '../classification/policies/recv-loop.ts';
import type { Table } from '../classification/table.ts';
import { UsageError } from '../cli/errors.ts';
import { codePlatform, modelsNamed } from '../cli/models.ts';
import { apiOf } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import { MODEL_NAMES } from '../platforms/models.ts';
import { platformsAsked } from './asked.ts';
import { asBeginning, type Steps } from './sequence.ts';

export interface CloseOptions {
  /** Platforms that have a model; all where absent. */
  readonly on?: readonly string[];
  /** How the loop asks for readiness; every way that the platform has where absent. */
  readonly io?: Io;
  /** Gives each answer the class that the policy sees, of the platform's own api; without it there is none. */
  readonly tables?: readonly Table[];
}

/** How a policy ends on a platform, after one of the traces that are possible there. */
export interface Closing {
  readonly platform: string;
  readonly io: Io;
  /** What recv answers in the loop: the first of it, as tokens. */
  readonly answers: readonly string[];
  /** unknown: nobody knows what the platform answers, and `why` says so. */
  readonly end: 'closes' | 'never' | 'unknown';
  /** The poll in which it closes, from 1. */
  readonly polls?: number;
  readonly why?: string;
}

/**
 * Plays a close policy after a sequence of steps, as the models of the platforms say (`sockatlas close --policy FILE --steps …`).
 *
 * @throws StepsError for steps that are none
 * @throws UsageError for steps behind which there is no loop of recv, for a platform that has no model, and where nothing is left to play
 * @throws PolicyError for a policy that throws, gives no decision, or is not pure
 */
export function closeAfter(policy: Policy<unknown>, steps: Steps, { on = MODEL_NAMES, io, tables = [] }: CloseOptions = {}): Closing[] {
  if (typeof policy?.poll !== 'function') throw new UsageError('policy: give an object with a name, a start and a function poll (docs/policies.md)');
  if (io !== undefined && !IO_METHODS.includes(io)) throw new UsageError(`io: ${JSON.stringify(io)} is none of ${IO_METHODS.join(', ')}`);
  const loop = loopAfter(asBeginning(steps));
  if (typeof loop === 'string') throw new UsageError(`${JSON.stringify(steps)}: there is no loop of recv to play after it: ${UNPLAYABLE[loop]}`);
  const closings = modelsNamed(platformsAsked(on)).flatMap((model) => {
    const platform = { id: codePlatform(model.platform), name: model.platform };
    const table = tables.find(({ api }) => api === apiOf(platform));
    const methods = IO_METHODS.filter((one) => (io === undefined || one === io) && (one !== 'epoll' || platform.id === 'linux'));
    return methods.flatMap((method): Closing[] => {
      const { traces, missing } = modelTraces(codes, model, platform, loop, method);
      const played = traces.map((trace): Closing => {
        const { outcome } = play(policy, table, trace, { codes, io: method });
        const answers = trace.answers.map(({ token }) => token);
        return { platform: model.platform, io: method, answers, ...outcome };
      });
      return missing === undefined ? played : [...played, { platform: model.platform, io: method, answers: [], end: 'unknown', why: missing }];
    });
  });
  if (closings.length === 0) throw new UsageError(`none of ${on.join(', ')} has ${io}: there is nothing to play`);
  return closings;
}
