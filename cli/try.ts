import type { Sequence } from '../language/steps.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { count, terminalWidth } from '../report/text.ts';
import { contradictions, hasCrashed, type Tried, triedOf } from '../report/try/answers.ts';
import { tryDocument, tryLines } from '../report/try/document.ts';
import { tryPage } from '../report/try/page.ts';
import type { Measured } from '../results/measured.ts';
import { performSequences } from '../runner/perform-sequences.ts';
import { StartFailed } from '../runner/process.ts';
import { EnvironmentError, EXIT } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { print, say } from './output.ts';
import { Progress } from './progress.ts';
import { sequencesOf } from './sequences.ts';
import { type OpenTarget, onEach, type Target, targetsNamed } from './targets.ts';

export interface TryArguments {
  /** Platforms to perform on, by name. */
  readonly on: readonly string[];
  readonly trials: number;
  /** ms */
  readonly timeout: number;
  readonly format: 'pretty' | 'json' | 'jsonl';
}

/** As wide as a page or a mail shows it. */
const WIDTH_OF_NO_TERMINAL = 80;

/** `sockatlas try`: performs sequences, and shows what the models say of the other platforms. Resolves to the exit code: a trial that crashed says nothing of the system, and is no success. */
export async function tryOut(given: readonly string[], options: TryArguments): Promise<number> {
  const sequences = sequencesOf(given);
  const targets = targetsNamed(options.on);
  const { measurements, failures, interrupted } = await interruptible((signal) => performAll(targets, sequences, options, signal));
  const tried = sequences.map((sequence, i) => triedOf(sequence, measuredOf(i, measurements)));
  await print(shown(tried, options));
  if (interrupted) {
    const finished = tried.filter(({ measured }) =>
      targets.every(({ name }) => measured.some((one) => one.platform === name && one.measured.trials >= options.trials)),
    );
    say(`interrupted: ${finished.length} of ${count(tried.length, 'sequence')} made all ${options.trials} trials`);
    return EXIT.interrupted;
  }
  for (const { message } of failures) say(`sockatlas: ${message}`);
  if (failures.length > 0) return EXIT.environment;
  const isWrong = (one: Tried) => hasCrashed(one) || one.measured.some((answers) => contradictions(answers).length > 0);
  return tried.some(isWrong) ? EXIT.differs : EXIT.conforms;
}

function shown(tried: readonly Tried[], { format }: TryArguments): string {
  switch (format) {
    case 'json':
      return jsonText(tryDocument(tried));
    case 'jsonl':
      return tryLines(tried);
    case 'pretty':
      return tryPage(tried, { ...layoutOf(process.stdout), width: terminalWidth(process.stdout, WIDTH_OF_NO_TERMINAL) });
  }
}

/** What one platform gave: for each sequence that was performed, by its index. */
interface Measurements {
  readonly platform: string;
  readonly of: ReadonlyMap<number, Measured>;
}

interface Performed {
  readonly measurements: readonly Measurements[];
  readonly failures: readonly EnvironmentError[];
  readonly interrupted: boolean;
}

async function performAll(targets: readonly Target[], sequences: readonly Sequence[], options: TryArguments, signal: AbortSignal): Promise<Performed> {
  const measurements: Measurements[] = [];
  const { failures, missing } = await onEach(targets, signal, async ({ name }, opened) => {
    const of = new Map<number, Measured>();
    measurements.push({ platform: name, of });
    await performAt(opened, sequences, options, signal, of);
    const refused = [...of.values()].find(({ unmeasured }) => unmeasured !== undefined);
    if (refused !== undefined) throw new EnvironmentError(`${name}: ${refused.id}: this machine refused what each trial needs: ${refused.unmeasured}`);
  });
  const [first] = [...failures, ...missing];
  if (first !== undefined && measurements.every(({ of }) => of.size === 0)) throw first;
  return { measurements, failures, interrupted: signal.aborted };
}

async function performAt(
  target: OpenTarget,
  sequences: readonly Sequence[],
  { trials, timeout }: TryArguments,
  signal: AbortSignal,
  measurements: Map<number, Measured>,
): Promise<void> {
  const progress = new Progress(sequences.length);
  try {
    await performSequences({
      agent: target.command('agent'),
      sequences,
      trials,
      timeout,
      signal,
      onStart: (i) => progress.start(`sequence ${i + 1}`),
      onMeasured: (i, measured) => {
        progress.done(measured.id);
        measurements.set(i, measured);
      },
    });
  } catch (error) {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  } finally {
    progress.clear();
  }
}

function measuredOf(i: number, measurements: readonly Measurements[]) {
  return measurements.flatMap(({ platform, of }) => {
    const measured = of.get(i);
    return measured === undefined ? [] : [{ platform, measured }];
  });
}
