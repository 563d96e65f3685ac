import type { Codes } from '../../language/code.ts';
import type { Model } from '../../language/model.ts';
import { type PredictedTrace, type Prediction, predict } from '../../language/predict.ts';
import { isRecorded, type Step, type SubjectStep } from '../../language/steps.ts';
import { observationOf } from '../returned.ts';
import { recvAnswer } from './answers.ts';
import { type PlatformTrace, type PlatformTraces, readinessCall, type TracePlatform } from './platform-trace.ts';
import type { Io, RecvAnswer } from './policy.ts';
import { LOOP_RECV, type SequenceLoop } from './recv-loop.ts';

/** So many recvs of a loop a model is asked for; as a rule they repeat themselves long before. */
const ASKED = 100;

/**
 * Every trace that is possible in a loop of recv after a sequence of steps, as a model says: its answers, and before each of them what `io` reports. The loop is predicted as
 * a program makes it, the readiness call and recv in turn.
 */
export function modelTraces(codes: Codes, model: Model, platform: TracePlatform, loop: SequenceLoop, io: Io): PlatformTraces {
  const withReadiness = predicted(model, loop, readinessStep(io));
  const isTold = withReadiness.traces.every(({ uncovered }) => uncovered === undefined || !READINESS.has(uncovered.text));
  // Where the model does not say how ready the socket is, recv's answers are played without.
  const { traces, uncovered, isCut } = isTold ? withReadiness : predicted(model, loop, undefined);
  const all = traces.map((trace) => traceOf(codes, platform, loop, trace, isTold, traces.length));
  const reached = all.filter(({ answers }) => answers.length > 0);
  const never = all.length - reached.length;
  const missing = [
    ...(uncovered === undefined ? [] : [`the model says nothing from "${uncovered.text}" on: ${uncovered.why}`]),
    ...(uncovered !== undefined || never === 0
      ? []
      : [never === all.length ? 'recv is never called' : `in ${never} of ${all.length} possible traces recv is never called`]),
    ...(isCut ? ['there are more possible traces than were followed'] : []),
  ];
  return { traces: reached, ...(missing.length > 0 && { missing: missing.join('; ') }) };
}

const READINESS: ReadonlySet<string> = new Set(['S poll', 'S select']);

function readinessStep(io: Io): SubjectStep {
  return { actor: 'S', verb: readinessCall(io), count: 1, settles: true, recorded: true };
}

function predicted(model: Model, { history, begun }: SequenceLoop, readiness: Step | undefined): Prediction {
  const before = readiness === undefined ? [] : [readiness];
  const recvs = Array.from({ length: begun.length + ASKED }, (_, i) => begun[i] ?? LOOP_RECV);
  const steps = [...history.steps, ...recvs.flatMap((recv) => [...before, recv])];
  return predict(model, { ...history, steps }, { cycle: before.length + 1 });
}

function traceOf(
  codes: Codes,
  platform: TracePlatform,
  { steps, history }: SequenceLoop,
  found: PredictedTrace,
  isTold: boolean,
  possible: number,
): PlatformTrace {
  const { trace, evidence, uncovered, repeats = false } = found;
  const calls = history.steps.filter(isRecorded).length;
  const turns = turnsOf(trace.slice(calls), isTold);
  const known = turns.filter(({ recv }) => recv !== undefined).map(({ recv }) => answerOf(codes, platform, recv as string));
  // The last turn repeats: once is enough of it.
  const keys = turns.map((turn) => JSON.stringify(turn));
  const kept = repeats ? keys.findLastIndex((key) => key !== keys.at(-1)) + 2 : turns.length;
  return {
    platform,
    scenario: steps,
    evidence,
    source: `the model of ${platform.name}`,
    isPredicted: true,
    possible,
    history: trace.slice(0, calls),
    answers: known.slice(0, kept),
    repeats,
    ends: uncovered === undefined ? `the model was asked for ${ASKED} recvs` : `the model says nothing from "${uncovered.text}" on: ${uncovered.why}`,
    readiness: { select: undefined, poll: undefined },
    ...(isTold && { readinessBefore: turns.slice(0, kept).map(({ readiness }) => readiness as string) }),
  };
}

interface Turn {
  /** As tokens. */
  readonly readiness: string | undefined;
  /** undefined where nothing is known from here on. */
  readonly recv: string | undefined;
}

function turnsOf(trace: readonly string[], isTold: boolean): Turn[] {
  if (!isTold) return trace.map((recv) => ({ readiness: undefined, recv }));
  return Array.from({ length: Math.ceil(trace.length / 2) }, (_, i) => ({ readiness: trace[2 * i], recv: trace[2 * i + 1] }));
}

/** On a non-blocking socket every recv returns, and a model names only codes that there are. */
function answerOf(codes: Codes, platform: TracePlatform, token: string): RecvAnswer {
  const observation = observationOf(codes, platform.id, 'recv', false, token);
  const answer = observation && recvAnswer(codes, platform.id, observation);
  if (answer === undefined) throw new Error(`the model of ${platform.name} says ${token}, which is no answer of recv`);
  return answer;
}
