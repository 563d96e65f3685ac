import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { TRANSPORTS, type Transport } from '../language/steps.ts';
import { MODEL_NAMES, modelOf } from '../platforms/models.ts';
import { fuzzDocument, prettyFuzz } from '../report/fuzz.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { WholeFile } from '../results/write.ts';
import { runFuzz } from '../runner/fuzz-run.ts';
import { StartFailed } from '../runner/process.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { print, say } from './output.ts';
import { Progress } from './progress.ts';
import { targetsNamed } from './targets.ts';

export interface FuzzArguments {
  readonly on: string;
  readonly model?: string;
  readonly sequences?: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly transport?: readonly string[];
  readonly jobs?: number;
  /** ms */
  readonly timeout: number;
  readonly format: 'pretty' | 'json';
  /** The JSON is written there; stdout gets the text report. */
  readonly out?: string;
  readonly verbose?: boolean;
}

/** How many, where neither a number nor a time is given. */
const SEQUENCES = 20_000;

/**
 * `sockatlas fuzz`: compares the model of a platform with the system on random sequences of steps. Resolves to 1 where they differ.
 *
 * @throws UsageError
 * @throws EnvironmentError where no agent can be started, or one ends
 */
export async function fuzz({ on, model, sequences, seconds, seed, jobs, timeout, format, out, verbose = false, ...options }: FuzzArguments): Promise<number> {
  const [target, ...others] = targetsNamed([on]);
  if (target === undefined || others.length > 0) throw new UsageError(`--on ${on}: name one of ${[target, ...others].map((one) => one?.name).join(', ')}`);
  const name = model ?? target.name;
  const compared = modelOf(name);
  if (compared === undefined) throw new UsageError(`there is no model of ${JSON.stringify(name)}; choose from ${MODEL_NAMES.join(', ')}`);
  const transports = options.transport?.map(transportNamed) ?? (['tcp', 'unix', 'udp'] as const).filter((family) => typeof compared.ends[family] !== 'string');
  const most = sequences ?? (seconds === undefined ? SEQUENCES : undefined);
  const progress = new Progress(most);
  const opened = target.open();
  try {
    const file = out === undefined ? undefined : new WholeFile(out);
    const report = await interruptible((signal) =>
      runFuzz({
        agent: opened.command('agent'),
        model: name,
        seed: seed ?? randomInt(2 ** 31),
        sequences: most,
        ms: seconds === undefined ? undefined : seconds * 1000,
        transports,
        jobs: jobs ?? Math.min(2, availableParallelism()),
        timeout,
        signal,
        onProgress: (performed) => progress.set(performed),
      }),
    ).catch((error) => {
      file?.discard();
      throw error;
    });
    progress.clear();
    file?.write(jsonText(fuzzDocument(report)));
    file?.finish();
    await print(format === 'json' && file === undefined ? jsonText(fuzzDocument(report)) : prettyFuzz(report, { ...layoutOf(process.stdout), verbose }));
    if (file !== undefined) say(`written to ${file.path}`);
    if (report.unmeasured !== undefined) {
      say(`sockatlas: this machine refused what each sequence needs: ${report.unmeasured}; it was tried again several times`);
      return EXIT.environment;
    }
    if (report.interrupted) return EXIT.interrupted;
    return report.differing.size > 0 ? EXIT.differs : EXIT.conforms;
  } catch (error) {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  } finally {
    progress.clear();
    opened.close();
  }
}

function transportNamed(name: string): Transport {
  const found = TRANSPORTS.find((transport) => transport === name);
  if (found === undefined) throw new UsageError(`--transport ${JSON.stringify(name)}: choose from ${TRANSPORTS.join(', ')}`);
  return found;
}
