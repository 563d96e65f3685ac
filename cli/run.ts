import { availableParallelism } from 'node:os';
import type { Platform } from '../platforms/platform.ts';
import { type Format, formatRun } from '../report/formats.ts';
import { painter } from '../report/pretty.ts';
import { conforms, viewOf } from '../report/view.ts';
import { judge, timingOf } from '../results/judge.ts';
import { footerOf, headerOf } from '../results/lines.ts';
import type { Measured } from '../results/measured.ts';
import { keepRun, recordedPath, writeRun } from '../results/recorded.ts';
import type { Run } from '../results/schema.ts';
import { WholeFile } from '../results/write.ts';
import { StartFailed } from '../runner/process.ts';
import { runScenarios } from '../runner/run.ts';
import { scenarios } from '../suites/index.ts';
import { agentCommand } from './agent-command.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { fileFormat, print, say } from './output.ts';
import { Progress } from './progress.ts';
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
    recorded = await record(ids, options);
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

/** Runs the scenarios and judges what they gave. A Ctrl-C ends it early, and keeps what was recorded until then. */
async function record(ids: readonly string[], options: RunArguments): Promise<Run> {
  const started = new Date();
  const begun = performance.now();
  const chosen = scenarios.filter(({ id }) => ids.includes(id));
  const measured = new Map<string, Measured>();
  const interruption = interruptible();
  const progress = new Progress(chosen.length);
  let platform: Platform | undefined;

  try {
    await runScenarios({
      agent: agentCommand('agent'),
      scenarios: chosen,
      trials: options.trials,
      timeout: options.timeout,
      jobs: options.jobs ?? Math.min(2, availableParallelism()),
      signal: interruption.signal,
      onPlatform: (found) => {
        platform = found;
      },
      onStart: (id) => progress.start(id),
      onMeasured: (result) => {
        measured.set(result.id, result);
        progress.done(result.id);
      },
    });
  } catch (error) {
    if (error instanceof StartFailed) throw new EnvironmentError(error.message);
    throw error;
  } finally {
    interruption.end();
    progress.clear();
  }
  if (platform === undefined) throw new EnvironmentError('interrupted before an agent was ready: nothing was recorded');

  const header = headerOf(platform, started);
  // In the order of the suite, whichever ended first.
  const results = chosen.flatMap(({ id }) => measured.get(id) ?? []);
  const lines = results.map((result) => judge(header.platform, result));
  return { header, scenarios: lines, timings: results.map(timingOf), footer: footerOf(lines, interruption.signal.aborted, performance.now() - begun) };
}

/** The first SIGINT or SIGTERM asks the run to end; the second ends the process. */
function interruptible(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

function keep(recorded: Run, inRepository: boolean): void {
  if (inRepository) {
    const path = recordedPath(recorded);
    if (recorded.footer.interrupted) throw new EnvironmentError('interrupted: an unfinished run is not recorded');
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
