import { parseDescribed } from '../../language/parse-steps.ts';
import type { Scenario } from '../../runner/scenario.ts';
import { type RecordedCall, recordedCalls } from '../recorded-calls.ts';

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
  const calls = recordedCalls(steps);
  const to = calls.findLastIndex(isPlainRecv) + 1;
  let from = to;
  while (from > 0 && isPlainRecv(calls[from - 1] as RecordedCall) && !(from < to && calls[from]?.resumes)) from--;
  if (to - from < FEWEST) return 'no-loop';
  const { steps: made } = parseDescribed(steps);
  if (made.some(({ verb }) => verb === 'blocking')) return 'blocking';
  if (!made.some(({ actor, verb }) => actor === 'P' && (verb === 'reset' || verb === 'close' || verb === 'kill'))) return 'not-ended';
  return { scenario: id, from, to, calls: calls.length, onlyRecvsBefore: calls.slice(0, from).every(isPlainRecv) };
}

/** MSG_PEEK takes nothing, MSG_WAITALL waits, and a recv of no bytes returns 0 whatever there is: no loop reads with those. */
function isPlainRecv({ call, empty, flags }: RecordedCall): boolean {
  return call === 'recv' && !empty && !flags;
}
