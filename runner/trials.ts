import { setImmediate, setTimeout } from 'node:timers/promises';
import { MAX_TRACES } from '../results/limits.ts';
import type { Measured, MeasuredTrace, TimedObservation } from '../results/measured.ts';
import { CallBlocked } from './blocking.ts';
import { StartFailed } from './process.ts';
import type { Scenario } from './scenario.ts';
import { CameTooLate, EnvironmentFailure, Unsupported } from './setup.ts';
import { Trial, type TrialContext } from './trial.ts';
import { lineOfFault } from './user-module.ts';

interface TrialsOptions {
  readonly trials: number;
  /** Asked before each trial: whether no more are wanted. */
  readonly isInterrupted?: () => boolean;
  /** Told of the observations of the first trial as they are made. */
  readonly onObservation?: (observation: TimedObservation) => void;
  /** Told now and then how far it is, with what has been measured so far. */
  readonly onProgress?: (measured: Measured) => void;
  /** How much longer is waited each time that the machine refuses a trial, in ms. */
  readonly refusalMs?: number;
}

/** How many trials run side by side where they spend their time waiting: as many as fit into 64 descriptors with their threads. */
const SIDE_BY_SIDE = 5;
const PROGRESS_MS = 100;
/** How often in a row the machine may refuse a trial. */
const REFUSALS = 6;
const REFUSAL_MS = 50;

/** Runs a scenario's trials and counts their traces. It keeps a trace once, whatever the number of trials. */
export async function runTrials(context: TrialContext, scenario: Scenario, options: TrialsOptions): Promise<Measured> {
  const begun = performance.now();
  const traces = new Map<string, MeasuredTrace>();
  let started = 0;
  let tooLate = 0;
  let refusals = 0;
  let unmeasured: string | undefined;
  let strangers = 0;
  let completed = 0;
  let ended: Measured['ended'];
  let reported = begun;
  let latest: MeasuredTrace | undefined;

  const measured = (): Measured => ({
    id: scenario.id,
    trials: completed,
    // Equal counts keep the order in which they were first seen.
    traces: [...traces.values()].sort((a, b) => b.count - a.count),
    ms: performance.now() - begun,
    ...(ended !== undefined && { ended }),
    ...(unmeasured !== undefined && { unmeasured }),
    ...(strangers > 0 && { strangers }),
  });

  const count = (observations: readonly TimedObservation[]) => {
    // Trials are mostly equal: to compare with the one before is cheaper than to make a key.
    if (latest !== undefined && isTrace(latest.trace, observations)) {
      latest.count++;
      return;
    }
    const trace = observations.map(({ token }) => token);
    const key = trace.join(' ');
    latest = traces.get(key);
    if (latest === undefined) {
      latest = { trace, count: 1, observations };
      traces.set(key, latest);
    } else latest.count++;
  };

  const own = { ...context, asksFor: scenario.asksFor ?? [] };
  // As many traces as a run file holds are enough to say that trials differ.
  const isWanted = () =>
    started < options.trials && ended === undefined && unmeasured === undefined && traces.size < MAX_TRACES && options.isInterrupted?.() !== true;
  // Where nothing tells that a reset has arrived, every scenario waits.
  const waits = scenario.waits || !context.tellsState;
  let sideBySide = 0;

  /** Whether the trial is to be made again, and after how many ms. */
  const madeAgain = (cause: Error): number | undefined => {
    if (cause instanceof CameTooLate && ++tooLate <= options.trials) return 0;
    return isEnvironment(cause) && ++refusals <= REFUSALS ? refusals * (options.refusalMs ?? REFUSAL_MS) : undefined;
  };

  const inTurn = async () => {
    sideBySide++;
    while (isWanted()) {
      const isFirst = started++ === 0 && tooLate === 0 && refusals === 0;
      const trial = new Trial(isFirst ? { ...own, onObservation: options.onObservation } : own);
      let pause: number | undefined;
      try {
        await scenario.run(trial);
        if (trial.failure !== undefined) throw trial.failure;
        count(trial.observations);
        completed++;
        refusals = 0;
      } catch (error) {
        const cause = trial.failure ?? (error as Error);
        pause = madeAgain(cause);
        if (pause !== undefined) started--;
        else if (isEnvironment(cause)) unmeasured = cause.message;
        else {
          ended ??= endOf(cause);
          // What was seen up to there belongs to the answer: a blocked call is the end of its trace.
          if (trial.observations.length > 0) count(trial.observations);
        }
      } finally {
        strangers += trial.strangers;
        await trial.end();
      }
      if (pause !== undefined && pause > 0) {
        // Fewer at a time need less.
        if (sideBySide > 1) break;
        await setTimeout(pause);
      }
      if (performance.now() - reported > PROGRESS_MS) {
        reported = performance.now();
        options.onProgress?.(measured());
        // A long run of synchronous calls must let the channel be heard.
        await setImmediate();
      }
    }
    sideBySide--;
  };

  await Promise.all(Array.from({ length: waits ? SIDE_BY_SIDE : 1 }, inTurn));
  return measured();
}

function isTrace(trace: readonly string[], observations: readonly TimedObservation[]): boolean {
  if (trace.length !== observations.length) return false;
  for (let i = 0; i < trace.length; i++) if (trace[i] !== observations[i]?.token) return false;
  return true;
}

/** A process that cannot be started is the machine's fault too. */
function isEnvironment(error: Error): boolean {
  return error instanceof EnvironmentFailure || error instanceof StartFailed;
}

function endOf(error: Error): NonNullable<Measured['ended']> {
  if (error instanceof Unsupported) return { as: 'unsupported', reason: error.message };
  if (error instanceof CallBlocked) return { as: 'blocked', reason: error.message };
  const place = lineOfFault(error);
  return { as: 'crashed', reason: `the trial failed: ${place === undefined ? '' : `${place}: `}${error.name}: ${error.message}` };
}
