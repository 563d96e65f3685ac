import type { Codes } from '../../language/code.ts';
import type { Table } from '../table-schema.ts';
import { classified } from './answers.ts';
import { isReadinessKnown, type PlatformTrace, readinessWith } from './platform-trace.ts';
import { type Io, type Policy, PolicyError, type RecvAnswer } from './policy.ts';
import { type FoldedPoll, folded, type Poll, turn, type World } from './turn.ts';

export type StoryEnd =
  /** In the poll with this number. */
  | { readonly end: 'closes'; readonly polls: number }
  /** From poll `from` on, `length` polls repeat for ever: the state, the place in the trace and the readiness are then the same as `length` polls before. */
  | { readonly end: 'never'; readonly from: number; readonly length: number }
  | { readonly end: 'unknown'; readonly why: string };

/** How a policy did over one trace: poll by poll, and its end. */
export interface Story {
  readonly policy: string;
  readonly table: string | undefined;
  readonly trace: PlatformTrace;
  readonly io: Io;
  /** Whether the platform's readiness is known; else the socket is assumed to be readable. */
  readonly isReadinessKnown: boolean;
  readonly bufferedTlsBytes: number;
  readonly polls: readonly FoldedPoll[];
  /** Polls in the middle that `polls` leaves out, where there are very many. */
  readonly leftOut?: { readonly from: number; readonly through: number };
  readonly outcome: StoryEnd;
}

export interface PlayOptions {
  readonly codes: Codes;
  readonly io: Io;
  /** Bytes of an incomplete TLS record that are buffered when the reset comes; 0 where absent. */
  readonly bufferedTlsBytes?: number;
}

/** A policy whose state is still new after so many polls is given up on. */
const MAX_POLLS = 1000;
/** How many polls more a cycle is played, to see that the policy remembers nothing beside its state. */
const CONFIRMED_POLLS = 200;

/**
 * Plays a policy over a platform's loop of recv, poll by poll, until it closes or repeats itself. It repeats itself when its state, the place in the trace and
 * the readiness are all the same as before an earlier poll: a decision depends on nothing else, so it never closes. The policy starts in its start state at the
 * first recv of the loop; the scenario's earlier calls are not shown to it.
 *
 * @throws PolicyError for a policy that throws, returns no decision, or is not pure
 */
export function play(policy: Policy, table: Table | undefined, trace: PlatformTrace, { codes, io, bufferedTlsBytes = 0 }: PlayOptions): Story {
  const classify = classified(codes, table, trace.platform.id);
  const loop = loopOver(policy, trace.answers.map(classify), trace, io, bufferedTlsBytes);
  const polls: Poll[] = [];
  const seen = new Map<string, number>();
  const story = (outcome: StoryEnd): Story => ({
    policy: policy.name,
    table: table && `${table.name} ${table.label}`,
    trace,
    io,
    isReadinessKnown: isReadinessKnown(trace, io),
    bufferedTlsBytes,
    ...folded(polls),
    outcome,
  });

  for (;;) {
    const position = loop.position();
    const before = seen.get(position);
    if (before !== undefined) {
      confirm(policy, loop, polls.slice(before));
      return story({ end: 'never', from: (polls[before] as Poll).n, length: polls.length - before });
    }
    seen.set(position, polls.length);
    const poll = loop.poll();
    if (poll === undefined) return story({ end: 'unknown', why: trace.ends });
    polls.push(poll);
    if (poll.action === 'close') return story({ end: 'closes', polls: poll.n });
    if (polls.length >= MAX_POLLS) return story({ end: 'unknown', why: `it did not close within ${MAX_POLLS} polls, and the state was new in each poll` });
  }
}

/** @throws PolicyError where the cycle does not repeat: the policy remembers something that is not in its state */
function confirm(policy: Policy, loop: Loop, cycle: readonly Poll[]): void {
  for (let i = 0; i < CONFIRMED_POLLS; i++) {
    const poll = loop.poll();
    const { action, why } = cycle[i % cycle.length] as Poll;
    if (poll?.action !== action || poll.why !== why) {
      throw new PolicyError(
        `${policy.name} is not pure: in the same state, ${i + 1} polls later, its decision was different; keep everything that it remembers in state`,
      );
    }
  }
}

interface Loop {
  /** All that the next poll depends on: once recv has returned the reset, readiness no longer changes. */
  position(): string;
  /** One turn; undefined where recv would be called, and the trace has no further answer. */
  poll(): Poll | undefined;
}

/** The loop over a trace, whose answers are `answers` with their classes. */
function loopOver(policy: Policy, answers: readonly RecvAnswer[], trace: PlatformTrace, io: Io, bufferedTlsBytes: number): Loop {
  const readiness = readinessWith(trace, io);
  const first = answers.findIndex(({ meaning }) => meaning !== 'would-block');
  /** How many answers come before the reset has arrived: an empty socket's. */
  const lead = first === -1 ? answers.length : first;
  let state: unknown = policy.start;
  /** How many answers were taken; never beyond the last where that repeats. */
  let taken = 0;
  let isTold = false;
  let n = 0;
  const world: World = {
    io,
    readiness: () => (taken < lead ? undefined : readiness.at(taken, isTold)),
    recv() {
      const answer = answers[taken];
      if (answer === undefined) return undefined;
      if (!trace.repeats || taken < answers.length - 1) taken++;
      if (answer.token === readiness.told) isTold = true;
      return answer;
    },
  };
  return {
    position: () => JSON.stringify([state, taken, world.readiness()?.token]),
    poll() {
      if (taken >= lead) n++;
      const turned = turn(policy, state, world, n, bufferedTlsBytes);
      if (turned !== undefined) state = turned.state;
      return turned?.poll;
    },
  };
}
