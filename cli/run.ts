import { type Format, formatRun } from '../report/formats.ts';
import { painter } from '../report/pretty.ts';
import { conforms, viewOf } from '../report/view.ts';
import { keepRun, recordedPath, writeRun } from '../results/recorded.ts';
import type { Run } from '../results/schema.ts';
import { WholeFile } from '../results/write.ts';
import { scenarios } from '../suites/index.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { fileFormat, print, say } from './output.ts';
import { Progress } from './progress.ts';
import { record } from './record.ts';
import { select } from './select.ts';

export interface RunArguments {
  readonly skip: readonly string[];
  readonly trials: number;
  /** ms */
  readonly timeout: number;
  readonly jobs?: number;
  readonly format?: Format;
  readonly out?: string;
  readonly record?: boolean;
  readonly verbose?: boolean;
}

/** `sockatlas run`: records what this platform does, judges it, prints it. Resolves to the exit code. */
export async function run(patterns: readonly string[], options: RunArguments): Promise<number> {
  if (options.record && (patterns.length > 0 || options.skip.length > 0)) {
    throw new UsageError('--record keeps whole runs: it takes no patterns and no --skip');
  }
  const ids = select(
    scenarios.map(({ id }) => id),
    patterns,
    options.skip,
  );
  // An unwritable place is better known before the work than after it.
  const out = options.out === undefined ? undefined : new WholeFile(options.out);
  let recorded: Run;
  try {
    recorded = await recordWithProgress(ids, options);
  } catch (error) {
    out?.discard();
    throw error;
  }

  const view = viewOf(recorded);
  const verbose = options.verbose ?? false;
  const format = out === undefined ? (options.format ?? 'pretty') : 'pretty';
  await print(formatRun(view, format, { paint: painter(process.stdout), verbose }));
  if (out !== undefined) {
    out.write(formatRun(view, fileFormat(out.path, options.format), { paint: painter({}), verbose }));
    out.finish();
    say(`written to ${out.path}`);
  }
  keep(recorded, options.record ?? false);
  if (recorded.footer.interrupted) return EXIT.interrupted;
  return conforms(view) ? EXIT.conforms : EXIT.differs;
}

async function recordWithProgress(ids: readonly string[], { trials, timeout, jobs }: RunArguments): Promise<Run> {
  const progress = new Progress(ids.length);
  try {
    return await interruptible((signal) =>
      record({
        ids,
        trials,
        timeout,
        ...(jobs !== undefined && { jobs }),
        signal,
        onStart: (id) => progress.start(id),
        onMeasured: (id) => progress.done(id),
      }),
    );
  } finally {
    progress.clear();
  }
}

function keep(recorded: Run, inRepository: boolean): void {
  if (inRepository) {
    if (recorded.footer.interrupted) throw new EnvironmentError('interrupted: an unfinished run is not recorded');
    const path = recordedPath(recorded);
    writeRun(path, recorded);
    say(`recorded as ${path}`);
    return;
  }
  try {
    say(`run kept as ${keepRun(recorded)}`);
  } catch (error) {
    // Nobody asked for it: the answer on stdout stands without it.
    say(`run not kept: ${(error as Error).message}`);
  }
}
