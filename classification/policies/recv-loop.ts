import { parseDescribed } from '../../language/parse-steps.ts';
import { type Described as DescribedSteps, printSteps, RECV_LENGTH, type Sequence, type Step, type SubjectStep, stepByStep } from '../../language/steps.ts';
import type { Scenario } from '../../runner/scenario.ts';
import { callsIn, type RecordedCall } from '../recorded-calls.ts';

/** The part of a scenario's trace that a policy is played over: the recvs from `from` up to `to`, without `to`. */
export interface RecvLoop {
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  /** How many calls the trace has. */
  readonly calls: number;
  /** Whether only recvs come before the loop. Other calls (a send, SO_ERROR) may change what poll and select say. */
  readonly onlyRecvsBefore: boolean;
}

export type Described = Pick<Scenario, 'id' | 'steps'>;

/** Why a scenario cannot be played; each is printed with a count. */
export const UNPLAYABLE = {
  'not-tcp': 'not plain TCP',
  'no-loop': 'no two plain recvs in a row',
  blocking: 'a blocking socket',
  closed: 'the program has closed its socket',
  'not-ended': 'the peer neither resets nor closes',
} as const;
export type Unplayable = keyof typeof UNPLAYABLE;

/** One recv is not a loop: the second one shows whether the first return value is repeated. */
const FEWEST = 2;

/**
 * The loop of recv in a scenario, or why it has none that a policy can be played over.
 *
 * The loop is the last recvs in a row, with nothing in between: a policy is asked from there on, in its start state. What comes before (sends, SO_ERROR,
 * recvs before the peer's reset) is history: it influences the return values, but the policy does not see it. Example: in tcp/reset/after-half-close the program
 * has read the end of the peer's stream, continues to send, and calls recv again. A policy that sees this end would close, and what recv returns after the reset would
 * never be played.
 */
export function recvLoop({ id, steps }: Described): RecvLoop | Unplayable {
  if (!id.startsWith('tcp/')) return 'not-tcp';
  const loop = loopIn(parseDescribed(steps));
  return typeof loop === 'string' ? loop : { scenario: id, ...loop };
}

/** A policy's loop of recv after a sequence of steps, which goes on as long as the policy asks. */
export interface SequenceLoop {
  /** The text of the sequence, as it is written everywhere. */
  readonly steps: string;
  /** What is done before the loop. */
  readonly history: Sequence;
  /** The recvs that the sequence ends with: the loop's first. */
  readonly begun: readonly RecvStep[];
}
export type RecvStep = Extract<SubjectStep, { readonly verb: 'recv' }>;

/** The recv of a loop, where nothing else is written. */
export const LOOP_RECV: RecvStep = { actor: 'S', verb: 'recv', length: RECV_LENGTH, flags: [], count: 1, settles: true, recorded: true };

/** The loop that begins where a sequence ends, or with the recvs that it ends with: by the same rule as in a scenario. */
export function loopAfter(sequence: Sequence): SequenceLoop | Unplayable {
  if (sequence.transport !== 'tcp' && sequence.transport !== 'tcp6') return 'not-tcp';
  const steps = stepByStep(sequence);
  const loop = loopIn({ ...sequence, steps: [...steps, ...Array<Step>(FEWEST).fill(LOOP_RECV)] });
  if (typeof loop === 'string') return loop;
  const inRow = steps.length - (loop.to - loop.from - FEWEST);
  // No loop reads into a null pointer, or lets recv wait in a thread.
  const begins = Math.max(inRow, steps.findLastIndex((step) => step.verb !== 'recv' || ('flags' in step && step.flags.length > 0)) + 1);
  return { steps: printSteps(sequence), history: { ...sequence, steps: steps.slice(0, begins) }, begun: steps.slice(begins) as RecvStep[] };
}

function loopIn(described: DescribedSteps): Omit<RecvLoop, 'scenario'> | Unplayable {
  const calls = callsIn(described);
  const to = calls.findLastIndex(isPlainRecv) + 1;
  let from = to;
  while (from > 0 && isPlainRecv(calls[from - 1] as RecordedCall) && !(from < to && calls[from]?.resumes)) from--;
  if (to - from < FEWEST) return 'no-loop';
  const { steps } = described;
  if (steps.some(({ verb }) => verb === 'blocking')) return 'blocking';
  if (steps.some(({ actor, verb }) => actor === 'S' && verb === 'close')) return 'closed';
  if (!steps.some(({ actor, verb }) => actor === 'P' && (verb === 'reset' || verb === 'close' || verb === 'kill'))) return 'not-ended';
  return { from, to, calls: calls.length, onlyRecvsBefore: calls.slice(0, from).every(isPlainRecv) };
}

/** MSG_PEEK takes nothing, MSG_WAITALL waits, and a recv of no bytes returns 0 whatever there is: no loop reads with those. */
function isPlainRecv({ call, empty, flags }: RecordedCall): boolean {
  return call === 'recv' && !empty && !flags;
}
