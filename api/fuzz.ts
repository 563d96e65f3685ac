import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type * as Zod from 'zod';
import { agentCommand } from '../cli/agent-command.ts';
import { modelsNamed } from '../cli/models.ts';
import { HERE } from '../cli/targets.ts';
import type { Model } from '../language/model.ts';
import type { Transport } from '../language/steps.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import { fuzzDocument, type fuzzDocumentSchema } from '../report/fuzz.ts';
import { runFuzz } from '../runner/fuzz-run.ts';
import { StartFailed } from '../runner/process.ts';

export interface FuzzOptions {
  /** The platform whose model is compared; this one's where absent. */
  readonly model?: string;
  /** How many sequences; 20,000 where neither this nor `ms` is given. */
  readonly sequences?: number;
  /** ms after which no further ones are begun. */
  readonly ms?: number;
  /** The same seed and number give the same sequences; a random one where absent. */
  readonly seed?: number;
  /** TCP, AF_UNIX and UDP where absent, as far as the model has them. */
  readonly transports?: readonly Transport[];
  /** How many agent processes work side by side; 2 where there are as many CPUs. */
  readonly jobs?: number;
  /** ms after which a call counts as blocked; 5000 where absent. */
  readonly timeout?: number;
  /** Ends it early: what was found until then is given. */
  readonly signal?: AbortSignal;
}

export type Fuzz = Zod.infer<typeof fuzzDocumentSchema>;

const SEQUENCES = 20_000;

/**
 * Compares the model of a platform with this system, on random sequences of steps. Where they differ, `differences` has the shortest sequence of each rule.
 *
 * @throws UsageError for a platform that has no model
 * @throws EnvironmentError where no agent can be started, one ends, or the machine refuses what each sequence needs
 */
export async function fuzz({ model, sequences, ms, seed, transports, jobs, timeout = 5000, signal }: FuzzOptions = {}): Promise<Fuzz> {
  const [compared] = modelsNamed([model ?? HERE]) as [Model];
  try {
    const report = await runFuzz({
      agent: agentCommand('agent'),
      model: compared.platform,
      seed: seed ?? randomInt(2 ** 31),
      sequences: sequences ?? (ms === undefined ? SEQUENCES : undefined),
      ms,
      transports: transports ?? (['tcp', 'unix', 'udp'] as const).filter((family) => typeof compared.ends[family] !== 'string'),
      jobs: jobs ?? Math.min(2, availableParallelism()),
      timeout,
      signal,
    });
    if (report.unmeasured !== undefined) throw new EnvironmentError(`this machine refused what each sequence needs: ${report.unmeasured}`);
    return fuzzDocument(report);
  } catch (error) {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  }
}
