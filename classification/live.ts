import { parseBeginning } from '../language/parse-steps.ts';
import { codes } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import type { TrialContext } from '../runner/trial.ts';
import { classified, readinessOf, recvAnswer } from './policies/answers.ts';
import type { PlatformTrace } from './policies/platform-trace.ts';
import type { Story, StoryEnd } from './policies/play.ts';
import { type Io, type Policy, PolicyError } from './policies/policy.ts';
import { loopAfter, type SequenceLoop, UNPLAYABLE } from './policies/recv-loop.ts';
import { type FoldedPoll, folded, type Poll, turn } from './policies/turn.ts';
import type { Table } from './table.ts';

export interface LiveOptions {
  /** What is done before each loop. */
  readonly befores: readonly Before[];
  /** The readiness calls to loop with, one loop each. */
  readonly methods: readonly Io[];
  /** A loop that has not closed after so many polls is stopped. */
  readonly polls: number;
  readonly bufferedTlsBytes: number;
}

interface Before {
  /** As stories name it: a scenario, or the text of a sequence. */
  readonly scenario: string;
  /** The text of a sequence in which there is a loop of recv, or after which there is one. */
  readonly steps: string;
}

/**
 * Runs a policy on real sockets and real resets, in this process. `peer` starts a peer of its own, for the sequences that need one; `onStory` hears that one is over.
 *
 * @throws PolicyError for a policy that throws or returns no decision
 */
export async function liveStories(
  policy: Policy,
  tableFor: (api: Table['api']) => Table | undefined,
  peer: Command,
  options: LiveOptions & { readonly onStory: () => void },
): Promise<Story[]> {
  // koffi is loaded here, in this process, and only for this.
  const { localContext } = await import('../runner/agent.ts');
  const { context, platform } = await localContext(peer, 5000);
  const table = tableFor(context.sockets.api);
  const stories: Story[] = [];
  for (const { scenario, steps } of options.befores) {
    const loop = loopAfter(parseBeginning(steps));
    if (typeof loop === 'string') throw new PolicyError(`${scenario}: ${UNPLAYABLE[loop]}`);
    for (const io of options.methods) {
      const { polls, history, failure } = await liveLoop(context, policy, classified(codes, table, platform.id), loop, io, options);
      const trace: PlatformTrace = {
        platform: { id: platform.id, name: platform.name },
        scenario,
        evidence: 'measured',
        source: 'live, on real sockets',
        possible: 1,
        history,
        // Each loop has its own answers; its polls hold them.
        answers: [],
        repeats: false,
        ends: 'the loop was stopped there',
        readiness: { select: undefined, poll: undefined },
      };
      const told = folded(polls);
      const last = told.polls.at(-1);
      stories.push({
        policy: policy.name,
        table: table && `${table.name} ${table.label}`,
        trace,
        io,
        bufferedTlsBytes: options.bufferedTlsBytes,
        isReadinessKnown: true,
        ...told,
        outcome: last === undefined || failure !== undefined ? { end: 'unknown', why: failure ?? 'recv is never called' } : outcomeOf(polls.length, last),
      });
      options.onStory();
    }
  }
  return stories;
}

function outcomeOf(polls: number, last: FoldedPoll): StoryEnd {
  return last.action === 'close' ? { end: 'closes', polls: last.n } : { end: 'unknown', why: stoppedAfter(polls, last) };
}

interface LiveLoop {
  readonly polls: readonly Poll[];
  readonly history: readonly string[];
  /** Why the loop did not begin. */
  readonly failure?: string;
}

/** A step that must succeed did not: that is an end of this story. @throws what else it was */
async function unlessTheMachines(error: Error): Promise<string> {
  const { EnvironmentFailure, SetupFailed } = await import('../runner/setup.ts');
  if (!(error instanceof SetupFailed) || error instanceof EnvironmentFailure) throw error;
  return `what comes before the loop could not be done: ${error.message}`;
}

/** Makes a connection, performs what comes before the loop, and runs the loop on it: real readiness, real recv. */
async function liveLoop(
  context: TrialContext,
  policy: Policy,
  classify: ReturnType<typeof classified>,
  { history, begun }: SequenceLoop,
  io: Io,
  { polls: most, bufferedTlsBytes }: LiveOptions,
): Promise<LiveLoop> {
  const [{ Trial }, { preparing }] = await Promise.all([import('../runner/trial.ts'), import('../runner/perform-steps.ts')]);
  const trial = new Trial(context);
  const told = () => trial.observations.map(({ token }) => token);
  const polls: Poll[] = [];
  try {
    const S = await preparing(history)(trial).catch(unlessTheMachines);
    if (S === undefined || typeof S === 'string') return { polls, history: told(), failure: S ?? 'accept failed: there is no socket to call recv on' };
    const before = told();
    let recvs = 0;
    const world = {
      io,
      // epoll's bits for one socket are those of poll.
      readiness: () => readinessOf(io, atOnce(io === 'select' ? S.select() : S.poll()).token),
      recv: () => {
        const answer = recvAnswer(codes, context.platform, atOnce(S.recv(begun[recvs++]?.length)));
        return answer && classify(answer);
      },
    };
    let state: unknown = policy.start;
    let idle = 0;
    for (let n = 1; n <= most; n++) {
      const turned = turn(policy, state, world, n, bufferedTlsBytes);
      if (turned === undefined) break;
      state = turned.state;
      polls.push(turned.poll);
      // Where the socket is not ready each poll waits for its timeout; after three of those it is not expected to become ready.
      idle = turned.poll.answer === undefined ? idle + 1 : 0;
      if (turned.poll.action === 'close' || idle === 3) break;
    }
    return { polls, history: before };
  } finally {
    await trial.end();
  }
}

/** The socket is non-blocking: its calls return at once. */
function atOnce<T>(said: T | Promise<T>): T {
  if (said instanceof Promise) throw new Error('a call on a non-blocking socket waited');
  return said;
}

/** `last`: the polls at the end that were the same. */
function stoppedAfter(polls: number, last: FoldedPoll): string {
  const alike = last.through - last.n + 1;
  const same = alike > 1 ? `, and the last ${alike} of them were the same` : '';
  return `it did not close within ${polls} polls${same}. A run on real sockets cannot prove "never"; without --live a trace can`;
}
