import { resolve } from 'node:path';
import { isPair } from '../language/pairs.ts';
import { withoutParameters } from '../platforms/expectation.ts';
import { plain } from '../platforms/printable.ts';
import type { Format } from '../report/format-names.ts';
import { formatRuns } from '../report/formats.ts';
import { layoutOf } from '../report/grid.ts';
import { written } from '../report/paint.ts';
import { conforms } from '../report/view.ts';
import { keepRun, recordedPath, writeRun } from '../results/recorded.ts';
import type { Run, Shard } from '../results/schema.ts';
import { WholeFile } from '../results/write.ts';
import { askScenarios } from '../runner/ask-scenarios.ts';
import { type RecordOptions, RunFailed, record } from '../runner/record.ts';
import { isStepsFile, readStepsFile, refuseTaken } from '../runner/steps-file.ts';
import { isModule, UserModuleError } from '../runner/user-module.ts';
import { scenarios } from '../suites/index.ts';
import { agentCommand } from './agent-command.ts';
import { type ClassesOption, viewer } from './classes.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { mustNotBeInput } from './not-an-input.ts';
import { fileFormat, print, say } from './output.ts';
import { Progress } from './progress.ts';
import { expand, select } from './select.ts';
import { type OpenTarget, onEach, type Target, targetsNamed } from './targets.ts';

export interface RunArguments extends ClassesOption {
  readonly skip: readonly string[];
  readonly shard?: Shard;
  /** Platforms to run on, by name. */
  readonly on: readonly string[];
  /** Where the peers live, if not beside the subjects. */
  readonly peer?: string;
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
  if (options.record && options.peer !== undefined)
    throw new UsageError('--record is for runs with subject and peer on the same platform; it cannot be used with --peer');
  if (options.record && (patterns.length > 0 || options.skip.length > 0 || options.shard !== undefined)) {
    throw new UsageError('--record is for complete runs; it cannot be used with patterns, --skip or --shard');
  }
  const modules = patterns.filter(isModule).map((file) => resolve(file));
  const own = await ownScenarios(patterns);
  const chosen = sharded(choose(own, patterns, options.skip), options.shard);
  const targets = targetsNamed(options.on);
  const [peer, ...otherPeers] = options.peer === undefined ? [] : targetsNamed([options.peer]);
  if (otherPeers.length > 0) throw new UsageError(`--peer ${options.peer}: name one of ${[peer, ...otherPeers].map((target) => target?.name).join(', ')}`);
  const viewOf = viewer(options);
  const outFormat = options.out === undefined ? undefined : fileFormat(options.out, options.format);
  mustNotBeInput('--out', options.out, [...patterns, ...options.skip, ...(options.classes ?? [])]);
  // A path that cannot be written is reported before the work, not after it.
  const out = options.out === undefined ? undefined : new WholeFile(options.out);
  let recorded: Recorded;
  try {
    recorded = await interruptible((signal) => recordAll(targets, peer, chosen, modules, options, signal));
  } catch (error) {
    out?.discard();
    throw error;
  }

  const { runs, failures, interrupted } = recorded;
  const views = runs.map(viewOf);
  const verbose = options.verbose ?? (views.length === 1 && isOneScenario(patterns, chosen.scenarios));
  const format = out === undefined ? (options.format ?? 'pretty') : 'pretty';
  try {
    await print(formatRuns(views, format, { ...layoutOf(process.stdout), verbose }));
    if (out !== undefined) {
      out.write(written(formatRuns(views, outFormat ?? 'jsonl', { ...layoutOf({}), verbose })));
      out.finish();
      say(`written to ${out.path}`);
    }
  } finally {
    // A full disk costs the file, not what was measured.
    for (const run of runs) keep(run, options.record ?? false);
  }
  if (interrupted) return EXIT.interrupted;
  for (const { message } of failures) say(`sockatlas: ${message}`);
  if (failures.length > 0) return EXIT.environment;
  return views.every(conforms) ? EXIT.conforms : EXIT.differs;
}

/** What scenarios the user's modules and files of steps hold. @throws UsageError where one is at fault */
async function ownScenarios(patterns: readonly string[]): Promise<Chosen['scenarios']> {
  const known = scenarios.map(({ id }) => id);
  const modules = patterns.filter(isModule);
  try {
    const written = patterns.filter(isStepsFile).flatMap(readStepsFile);
    const ofModules =
      modules.length === 0
        ? []
        : await askScenarios(
            modules,
            known,
            agentCommand(
              'scenarios',
              modules.map((file) => resolve(file)),
            ),
          );
    refuseTaken(written, [...known, ...ofModules.map(({ id }) => id)]);
    return [...ofModules, ...written.map(({ place: _, ...scenario }) => scenario)];
  } catch (error) {
    throw error instanceof UserModuleError ? new UsageError(plain(error.message)) : error;
  }
}

function isOwn(pattern: string): boolean {
  return isModule(pattern) || isStepsFile(pattern);
}

type Chosen = Required<Pick<RecordOptions, 'scenarios' | 'chosenBy' | 'known'>>;

/** The scenarios that the patterns choose; files of the user's alone choose their own. @throws UsageError */
function choose(own: Chosen['scenarios'], patterns: readonly string[], skip: readonly string[]): Chosen {
  const others = patterns.filter((pattern) => !isOwn(pattern));
  const known = own.length > 0 && others.length === 0 ? own : [...scenarios, ...own];
  const ownIds = own.map(({ id }) => id);
  const chosenBy = { patterns: expand([...others, ...ownIds]), ...(skip.length > 0 && { skip: expand(skip) }) };
  const ids = new Set(
    select(
      known.map(({ id }) => id),
      chosenBy.patterns,
      chosenBy.skip ?? [],
    ),
  );
  return { scenarios: known.filter(({ id }) => ids.has(id)), chosenBy, known: [...scenarios, ...own].map(({ id }) => id) };
}

/** Every so manieth scenario: those that take long are neighbours. @throws UsageError where nothing is left */
function sharded(chosen: Chosen, shard: Shard | undefined): Chosen {
  if (shard === undefined) return chosen;
  const scenarios = chosen.scenarios.filter((_, i) => i % shard.count === shard.index - 1);
  if (scenarios.length > 0) return { ...chosen, scenarios, chosenBy: { ...chosen.chosenBy, shard } };
  throw new UsageError(`--shard ${shard.index}/${shard.count}: ${chosen.scenarios.length} scenarios were chosen, so that none is left for this part`);
}

/** One scenario that was asked for by its id, with all its variants, is shown whole; pairs of calls are many. */
function isOneScenario(patterns: readonly string[], chosen: Chosen['scenarios']): boolean {
  return (
    patterns.length === 1 &&
    !isOwn(patterns[0] as string) &&
    (chosen.length === 1 || !chosen.some(({ id }) => isPair(id))) &&
    new Set(chosen.map(({ id }) => withoutParameters(id))).size === 1 &&
    patterns[0]?.split('/').length === 3
  );
}

interface Recorded {
  readonly runs: readonly Run[];
  /** Where the machine was at fault, and a run is missing or shows less than it should. */
  readonly failures: readonly EnvironmentError[];
  readonly interrupted: boolean;
}

async function recordAll(
  targets: readonly Target[],
  peer: Target | undefined,
  chosen: Chosen,
  modules: readonly string[],
  options: RunArguments,
  signal: AbortSignal,
): Promise<Recorded> {
  const runs: Run[] = [];
  const { failures, missing } = await onEach(targets, signal, async (target, opened) => {
    const openedPeer = peer === undefined || peer.name === target.name ? undefined : peer.open();
    try {
      runs.push(await recordAt(opened, openedPeer, chosen, modules, options, signal));
    } catch (error) {
      if (error instanceof RunFailed) runs.push(error.run);
      throw error;
    } finally {
      openedPeer?.close();
    }
  });
  const [first] = [...failures, ...missing];
  if (runs.length === 0 && first !== undefined) throw first;
  return { runs, failures, interrupted: signal.aborted };
}

async function recordAt(
  target: OpenTarget,
  peer: OpenTarget | undefined,
  chosen: Chosen,
  modules: readonly string[],
  { trials, timeout, jobs }: RunArguments,
  signal: AbortSignal,
) {
  const progress = new Progress(chosen.scenarios.length);
  try {
    return await record({
      ...chosen,
      trials,
      timeout,
      ...(jobs !== undefined && { jobs }),
      agent: target.command('agent', modules),
      peers: peer?.command('peer-host'),
      signal,
      onStart: (id) => progress.start(id),
      onMeasured: (id) => progress.done(id),
    });
  } finally {
    progress.clear();
  }
}

function keep(recorded: Run, inRepository: boolean): void {
  if (inRepository) {
    if (recorded.footer.interrupted || recorded.footer.unmeasured !== undefined) throw new EnvironmentError('an unfinished run is not recorded');
    const path = recordedPath(recorded);
    writeRun(path, recorded);
    say(`recorded as ${path}`);
    return;
  }
  try {
    say(`run kept as ${keepRun(recorded)}`);
  } catch (error) {
    // The user did not ask to keep the run, so this is not an error.
    say(`run not kept: ${(error as Error).message}`);
  }
}
