import { availableParallelism } from 'node:os';
import { isPair } from '../language/pairs.ts';
import type { Command } from '../platforms/command.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import { withoutParameters } from '../platforms/expectation.ts';
import type { Platform } from '../platforms/platform.ts';
import { footerOf, headerOf, inOneLine, scenarioOf, timingOf } from '../results/lines.ts';
import type { Measured } from '../results/measured.ts';
import type { Asked, Run } from '../results/schema.ts';
import { type PeerHost, startPeerHost } from './peer-host-handle.ts';
import { StartFailed } from './process.ts';
import { type RunOptions, runScenarios } from './run.ts';

/** Where absent: 5 trials, a timeout of 5000 ms, and 2 jobs where there are as many CPUs. */
export interface RecordOptions
  extends Pick<RunOptions, 'agent' | 'scenarios' | 'onStart'>,
    Partial<Pick<RunOptions, 'trials' | 'timeout' | 'jobs' | 'signal'>> {
  /** The patterns that they were chosen by, for the header; their ids where absent. */
  readonly chosenBy?: Pick<Asked, 'patterns' | 'skip' | 'shard'>;
  /** The ids of all scenarios that there are, for the footer, which names those that were not run; those of `scenarios` where absent. */
  readonly known?: readonly string[];
  /** How a process that holds the peers is started; they live beside the subjects where absent. */
  readonly peers?: Command | undefined;
  readonly onMeasured?: (id: string) => void;
}

/** The machine ended the run early, or refused what some scenarios need. What was recorded is in `run`. */
export class RunFailed extends EnvironmentError {
  readonly run: Run;
  constructor(message: string, run: Run) {
    super(message);
    this.run = run;
  }
}

/** The ids without a result; of pairs of calls, of which there are many, an id without its parameters where none of its own has one. */
function inShort(ids: readonly string[], measured: ReadonlyMap<string, Measured>): string[] {
  const begun = new Set([...measured.keys()].map(withoutParameters));
  const absent = ids.filter((id) => !measured.has(id));
  return [...new Set(absent.map((id) => (isPair(id) && !begun.has(withoutParameters(id)) ? withoutParameters(id) : id)))];
}

/**
 * Runs scenarios in agents and judges what they gave.
 *
 * @throws EnvironmentError where no agent can be started (koffi's native module is missing, say), or the run ended before one was ready
 * @throws RunFailed where the machine is at fault, with the run as far as it came
 */
export async function record(options: RecordOptions): Promise<Run> {
  const started = new Date();
  const begun = performance.now();
  const { scenarios, trials = 5, timeout = 5000 } = options;
  const ids = scenarios.map(({ id }) => id);
  const measured = new Map<string, Measured>();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  let platform: Platform | undefined;
  let peers: PeerHost | undefined;
  let failure: string | undefined;
  let isOver = false;

  try {
    if (options.peers !== undefined) {
      peers = await startPeerHost(options.peers);
      peers.ended.then((how) => {
        if (isOver) return;
        failure = `the process of the peers ended: ${how}`;
        stop.abort();
      });
    }
    await runScenarios({
      agent: options.agent,
      peerHost: peers?.door,
      scenarios,
      trials,
      timeout,
      jobs: options.jobs ?? Math.min(2, availableParallelism()),
      signal,
      onPlatform: (found) => {
        platform = found;
      },
      onStart: (id) => options.onStart?.(id),
      onMeasured: (result) => {
        measured.set(result.id, result);
        options.onMeasured?.(result.id);
      },
    });
  } catch (error) {
    if (!(error instanceof StartFailed)) throw error;
    failure ??= error.message;
  } finally {
    isOver = true;
    await peers?.stop();
  }
  if (platform === undefined) throw new EnvironmentError(failure ?? 'interrupted before an agent was ready; nothing was recorded');

  const header = headerOf(platform, started, { trials, timeout, ...(options.chosenBy ?? { patterns: ids }) }, peers?.platform);
  // In the order that was asked for, whichever ended first.
  const results = ids.flatMap((id) => measured.get(id) ?? []);
  const unmeasured = results.flatMap(({ id, unmeasured: reason }) => (reason === undefined ? [] : [inOneLine({ id, reason })]));
  const whole = results.filter((result) => result.unmeasured === undefined);
  const unfinished = whole.filter((result) => result.ended === undefined && result.trials < trials).map(({ id }) => id);
  const notRun = inShort(options.known ?? ids, measured);
  const strangers = results.reduce((sum, result) => sum + (result.strangers ?? 0), 0);
  const stepsOf = new Map(scenarios.map(({ id, steps }) => [id, steps]));
  const lines = whole.map((result) => scenarioOf(header.platform, result, stepsOf.get(result.id)));
  const footer = footerOf(lines, {
    interrupted: signal.aborted || failure !== undefined,
    ...(notRun.length > 0 && { notRun }),
    ...(unfinished.length > 0 && { unfinished }),
    ...(unmeasured.length > 0 && { unmeasured }),
    ...(strangers > 0 && { strangers }),
    ms: performance.now() - begun,
  });
  const run: Run = { header, scenarios: lines, timings: whole.map(timingOf), footer };
  if (failure !== undefined) throw new RunFailed(failure, run);
  const [first] = unmeasured;
  if (first === undefined) return run;
  const others = unmeasured.length === 1 ? '' : ` and ${unmeasured.length - 1} more`;
  throw new RunFailed(`no result for ${first.id}${others}: this machine refused what each trial needs: ${first.reason}; it was tried again several times`, run);
}
