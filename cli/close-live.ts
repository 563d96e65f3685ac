import { fileURLToPath } from 'node:url';
import { type LiveOptions, liveStories } from '../classification/live.ts';
import { buildOf, recvTable } from '../classification/policies/build.ts';
import { type PolicyLibrary, policiesOf } from '../classification/policies/libraries.ts';
import type { PlatformTrace } from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import { type Io, type Policy, PolicyError, type Transport } from '../classification/policies/policy.ts';
import { validPolicy } from '../classification/policies/validate.ts';
import type { Table } from '../classification/table.ts';
import { apiOf } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import { withStarter } from '../runner/starter.ts';
import { importUserModule, UserModuleError } from '../runner/user-module.ts';
import { agentCommand } from './agent-command.ts';

/**
 * The program that plays policies in a process of its own: those of users, which may hang, crash or exit, and those that are run live, since the command itself
 * owns no sockets. It sends what came out, and ends with its starter.
 */

/** What a policy is: a module, or a version of a library. */
export type PolicySource =
  | { readonly module: string; readonly table?: { readonly library: PolicyLibrary; readonly version: string } }
  | { readonly library: PolicyLibrary; readonly version: string; readonly transport: Transport };

export type CloseRequest =
  | {
      readonly do: 'play';
      readonly policy: PolicySource;
      readonly plays: readonly { readonly trace: PlatformTrace; readonly io: Io }[];
      readonly bufferedTlsBytes: number;
    }
  | ({ readonly do: 'live'; readonly policy: PolicySource } & LiveOptions);

export type CloseAnswer =
  /** It is loaded, or one more story is played: the policy does not hang. */
  | { readonly type: 'alive' }
  | { readonly type: 'stories'; readonly stories: readonly Story[] }
  /** The policy is at fault; `line` is the line of its module that threw, where it is known. */
  | { readonly type: 'refused'; readonly reason: string; readonly line?: number }
  /** The machine is. */
  | { readonly type: 'cannot'; readonly reason: string };

export async function runPolicy(): Promise<void> {
  const starter = await withStarter<CloseAnswer, CloseRequest>();
  starter.say(await answerTo(await starter.hear(), () => starter.say({ type: 'alive' })));
  await starter.end();
}

async function answerTo(request: CloseRequest, alive: () => void): Promise<CloseAnswer> {
  try {
    const { policy, tableFor } = await loaded(request.policy);
    alive();
    if (request.do === 'live') return { type: 'stories', stories: await liveStories(policy, tableFor, agentCommand('peer'), { ...request, onStory: alive }) };
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
    const tableFor = (api: Table['api']) => table && recvTable(policiesOf(table.library).tables, api, table.version);
    return { policy: await importedPolicy(source.module), tableFor };
  }
  const { policy, table } = buildOf(policiesOf(source.library), source.version, source.transport);
  return { policy: policy as Policy, tableFor: table };
}

async function importedPolicy(url: string): Promise<Policy> {
  try {
    return validPolicy(await importUserModule(fileURLToPath(url)), 'the module');
  } catch (error) {
    throw error instanceof UserModuleError ? new PolicyError(error.message) : error;
  }
}
