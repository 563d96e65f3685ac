import { fileURLToPath } from 'node:url';
import { classified, observedAnswer, readinessOf } from '../classification/policies/answers.ts';
import { checkedPolicy } from '../classification/policies/checked.ts';
import { folded } from '../classification/policies/folded.ts';
import { mongooseBuild } from '../classification/policies/mongoose.ts';
import type { PlatformTrace } from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import { type Io, type Policy, PolicyError, type Readiness, type Transport } from '../classification/policies/policy.ts';
import { type Poll, turn, type World } from '../classification/policies/turn.ts';
import { type Table, tablesOf } from '../classification/table.ts';
import { apiOf } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import { type Channel, connectToStarter } from '../runner/channel.ts';
import type { TrialContext } from '../runner/trial.ts';
import { endWithOneLine, importUserModule, UserModuleError } from '../runner/user-module.ts';
import { agentCommand } from './agent-command.ts';

/**
 * The program that plays policies in a process of its own: those of users, which may hang, crash or exit, and those that are run live, since the command itself
 * owns no sockets. It sends what came out, and ends with its starter.
 */

/** What a policy is: a module, or a version of Mongoose. */
export type PolicySource =
  | { readonly module: string; readonly table?: { readonly library: 'mongoose'; readonly version: string } }
  | { readonly version: string; readonly transport: Transport };

export type CloseRequest =
  | {
      readonly do: 'play';
      readonly policy: PolicySource;
      readonly plays: readonly { readonly trace: PlatformTrace; readonly io: Io }[];
      readonly bufferedTlsBytes: number;
    }
  | { readonly do: 'live'; readonly policy: PolicySource; readonly methods: readonly Io[]; readonly polls: number; readonly bufferedTlsBytes: number };

export type CloseAnswer =
  /** One more story is played: the policy does not hang. */
  | { readonly type: 'alive' }
  | { readonly type: 'stories'; readonly stories: readonly Story[] }
  /** The policy is at fault; `line` is the line of its module that threw, where it is known. */
  | { readonly type: 'refused'; readonly reason: string; readonly line?: number }
  /** The machine is. */
  | { readonly type: 'cannot'; readonly reason: string };

async function main(): Promise<void> {
  let channel: Channel | undefined;
  const request = await new Promise<CloseRequest>((resolve, reject) => {
    connectToStarter({}, { message: (message) => resolve(message as CloseRequest), close: () => process.kill(process.pid, 'SIGKILL') }).then((connected) => {
      channel = connected;
    }, reject);
  });
  const answer = await answerTo(request, () => channel?.send({ type: 'alive' } satisfies CloseAnswer));
  channel?.send(answer);
  await channel?.end();
}

async function answerTo(request: CloseRequest, alive: () => void): Promise<CloseAnswer> {
  try {
    const { policy, tableFor } = await loaded(request.policy);
    if (request.do === 'live') return { type: 'stories', stories: await live(policy, tableFor, request) };
    const { plays, bufferedTlsBytes } = request;
    const stories: Story[] = [];
    for (const { trace, io } of plays) {
      stories.push(play(policy, tableFor(apiOf(trace.platform)), trace, { codes, io, bufferedTlsBytes }));
      alive();
      // The message leaves before the next story, which may hang.
      await new Promise(setImmediate);
    }
    return { type: 'stories', stories };
  } catch (error) {
    const { message, cause } = error as Error;
    if (!(error instanceof PolicyError)) return { type: 'cannot', reason: message };
    const line = 'module' in request.policy ? lineIn(request.policy.module, cause) : undefined;
    return { type: 'refused', reason: message, ...(line !== undefined && { line }) };
  }
}

/** The line of the user's module in a stack. */
function lineIn(module: string, thrown: unknown): number | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const at = stack.indexOf(`${module}:`);
  const [, line] = at === -1 ? [] : (/^:(\d+)/.exec(stack.slice(at + module.length)) ?? []);
  return line === undefined ? undefined : Number(line);
}

async function loaded(source: PolicySource): Promise<{ policy: Policy; tableFor: (api: Table['api']) => Table | undefined }> {
  if ('module' in source) {
    const { table } = source;
    const tableFor = (api: Table['api']) =>
      table === undefined ? undefined : tablesOf(table.library, api, table.version).find(({ calls }) => calls.includes('recv'));
    return { policy: await importedPolicy(source.module), tableFor };
  }
  const { policy, table } = mongooseBuild(source.version, source.transport);
  return { policy: policy as Policy, tableFor: table };
}

async function importedPolicy(url: string): Promise<Policy> {
  try {
    return checkedPolicy(await importUserModule(fileURLToPath(url)), 'the module');
  } catch (error) {
    throw error instanceof UserModuleError ? new PolicyError(error.message) : error;
  }
}

async function live(policy: Policy, tableFor: (api: Table['api']) => Table | undefined, request: Extract<CloseRequest, { do: 'live' }>): Promise<Story[]> {
  // koffi is loaded here, in this process, and only for this.
  const { localContext } = await import('../runner/agent.ts');
  const { context, platform } = await localContext(agentCommand('peer'), 5000);
  const table = tableFor(context.sockets.api);
  const stories: Story[] = [];
  for (const io of request.methods) {
    const polls = await liveLoop(context, policy, classified(codes, table, platform.id), io, request);
    const last = polls.at(-1) as Poll;
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
    stories.push({
      policy: policy.name,
      table: table && `${table.name} ${table.label}`,
      trace,
      io,
      bufferedTlsBytes: request.bufferedTlsBytes,
      isReadinessKnown: true,
      ...folded(polls),
      outcome: last.action === 'close' ? { end: 'closes', polls: last.n } : { end: 'unknown', why: stoppedAfter(polls) },
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
  { polls: most, bufferedTlsBytes }: Extract<CloseRequest, { do: 'live' }>,
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
      readiness: (): Readiness => readinessOf(io, tokenOf(io === 'select' ? S.select() : S.poll())),
      recv: () => {
        const observation = atOnce(S.recv());
        const answer = observedAnswer(codes, context.platform, observation);
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

function tokenOf(observation: { readonly token: string } | Promise<{ readonly token: string }>): string {
  return atOnce(observation).token;
}

/** How many polls at the end were the same: readiness, answer, action and reason. */
function alikeAtEnd(polls: readonly Poll[]): number {
  const key = ({ readiness, answer, action, why }: Poll) => [readiness?.token, answer?.token, action, why].join('\n');
  const last = key(polls.at(-1) as Poll);
  let alike = 0;
  while (alike < polls.length && key(polls[polls.length - 1 - alike] as Poll) === last) alike++;
  return alike;
}

function stoppedAfter(polls: readonly Poll[]): string {
  const alike = alikeAtEnd(polls);
  const last = alike > 1 ? `, and the last ${alike} of them were the same` : '';
  return `it did not close within ${polls.length} polls${last}. A run on real sockets cannot prove "never"; without --live a trace can`;
}

endWithOneLine();
await main();
