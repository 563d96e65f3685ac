import { fold } from '../../language/fold.ts';
import { assumedReadable } from './answers.ts';
import { type Io, type Policy, PolicyError, type Readiness, type RecvAnswer } from './policy.ts';
import { validDecision } from './validate.ts';

/** One turn of the loop: the readiness, what recv returned, what the policy decided. */
export interface Poll {
  /** 1 is the first poll after the reset (or the end) has arrived; 0 for those before. */
  readonly n: number;
  /** undefined before the reset: nothing is recorded of it. */
  readonly readiness: Readiness | undefined;
  /** undefined where recv was not called. */
  readonly answer: RecvAnswer | undefined;
  readonly action: 'close' | 'keep';
  readonly why: string;
}

/** Where a loop gets its readiness and answers from: a trace, or a real socket. */
export interface World {
  readonly io: Io;
  /** undefined before the reset, where a trace has no readiness. */
  readiness(): Readiness | undefined;
  /** undefined where there is no further answer. */
  recv(): RecvAnswer | undefined;
}

/**
 * Asks the policy about readiness, calls recv where the socket is readable, and asks the policy about its answer. undefined where there is no further answer. The
 * policy gets a copy of its state, and may change it; what it is told cannot be changed.
 *
 * @throws PolicyError for a policy that throws or returns no decision
 */
export function turn(policy: Policy, state: unknown, world: World, n: number, bufferedTlsBytes: number): { poll: Poll; state: unknown } | undefined {
  const readiness = world.readiness();
  if (readiness !== undefined) {
    const ready = validDecision(policy, () => policy.ready?.(structuredClone(state), Object.freeze(readiness), bufferedTlsBytes));
    if (ready !== undefined) return { poll: { n, readiness, answer: undefined, action: ready.action, why: ready.why }, state: ready.state };
    if (!readiness.in && !readiness.hup) {
      return { poll: { n, readiness, answer: undefined, action: 'keep', why: 'not readable: recv is not called' }, state };
    }
  }
  const answer = world.recv();
  if (answer === undefined) return undefined;
  const seen = Object.freeze({ readiness: readiness ?? assumedReadable(world.io), answer: Object.freeze(answer), bufferedTlsBytes });
  const decision = validDecision(policy, () => policy.poll(structuredClone(state), seen));
  if (decision === undefined) throw new PolicyError(`${policy.name}: poll returned nothing; it must return { action, why, state }`);
  return { poll: { n, readiness, answer, action: decision.action, why: decision.why }, state: decision.state };
}

/** Polls in a row that differ in nothing but their number: `n` up to and with `through`. */
export interface FoldedPoll extends Poll {
  readonly through: number;
}

/** Of a long story, so many at its beginning and at its end are kept. */
const FIRST = 30;
const LAST = 10;

/** Equal polls in a row as one. What is left out in the middle, where a story is very long, is named. */
export function folded(polls: readonly Poll[]): { polls: readonly FoldedPoll[]; leftOut?: { from: number; through: number } } {
  let at = 0;
  const keys = polls.map(({ readiness, answer, action, why }) => JSON.stringify([readiness, answer, action, why]));
  const groups = fold(keys).map(({ times }): FoldedPoll => {
    at += times;
    return { ...(polls[at - times] as Poll), through: (polls[at - 1] as Poll).n };
  });
  if (groups.length <= FIRST + LAST) return { polls: groups };
  const [first, last] = [groups.slice(0, FIRST), groups.slice(-LAST)];
  return { polls: [...first, ...last], leftOut: { from: (first.at(-1) as FoldedPoll).through + 1, through: (last[0] as FoldedPoll).n - 1 } };
}
