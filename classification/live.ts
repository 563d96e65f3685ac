import { codes } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import type { TrialContext } from '../runner/trial.ts';
import { classified, readinessOf, recvAnswer } from './policies/answers.ts';
import type { PlatformTrace } from './policies/platform-trace.ts';
import type { Story } from './policies/play.ts';
import type { Io, Policy } from './policies/policy.ts';
import { type FoldedPoll, folded, type Poll, turn, type World } from './policies/turn.ts';
import type { Table } from './table.ts';

export interface LiveOptions {
  /** The readiness calls to loop with, one loop each. */
  readonly methods: readonly Io[];
  /** A loop that has not closed after so many polls is stopped. */
  readonly polls: number;
  readonly bufferedTlsBytes: number;
}

/**
 * Runs a policy on real sockets and real resets, in this process. `peer` starts a peer of its own, for the scenarios that need one.
 *
 * @throws PolicyError for a policy that throws or returns no decision
 */
export async function liveStories(policy: Policy, tableFor: (api: Table['api']) => Table | undefined, peer: Command, options: LiveOptions): Promise<Story[]> {
  // koffi is loaded here, in this process, and only for this.
  const { localContext } = await import('../runner/agent.ts');
  const { context, platform } = await localContext(peer, 5000);
  const table = tableFor(context.sockets.api);
  const trace: PlatformTrace = {
    platform: { id: platform.id, name: platform.name },
    scenario: 'tcp/reset/idle',
    evidence: 'measured',
    source: 'live, on real sockets',
    possible: 1,
    history: [],
    // Each loop has its own answers; its polls hold them.
    answers: [],
    repeats: false,
    ends: 'the loop was stopped there',
    readiness: { select: undefined, poll: undefined },
  };
  const stories: Story[] = [];
  for (const io of options.methods) {
    const polls = await liveLoop(context, policy, classified(codes, table, platform.id), io, options);
    const told = folded(polls);
    const last = told.polls.at(-1) as FoldedPoll;
    stories.push({
      policy: policy.name,
      table: table && `${table.name} ${table.label}`,
      trace,
      io,
      bufferedTlsBytes: options.bufferedTlsBytes,
      isReadinessKnown: true,
      ...told,
      outcome: last.action === 'close' ? { end: 'closes', polls: last.n } : { end: 'unknown', why: stoppedAfter(polls.length, last) },
    });
  }
  return stories;
}

/** Makes a connection, resets it, and runs the loop on it: real readiness, real recv. */
async function liveLoop(
  context: TrialContext,
  policy: Policy,
  classify: ReturnType<typeof classified>,
  io: Io,
  { polls: most, bufferedTlsBytes }: LiveOptions,
): Promise<Poll[]> {
  const { Trial } = await import('../runner/trial.ts');
  const trial = new Trial(context);
  const polls: Poll[] = [];
  try {
    const { S, P } = await trial.tcp();
    await P.reset();
    await S.settled('reset');
    const world: World = {
      io,
      // epoll's bits for one socket are those of poll.
      readiness: () => readinessOf(io, atOnce(io === 'select' ? S.select() : S.poll()).token),
      recv: () => {
        const answer = recvAnswer(codes, context.platform, atOnce(S.recv()));
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
    return polls;
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
