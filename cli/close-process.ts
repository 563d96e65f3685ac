import { fileURLToPath } from 'node:url';
import type { Story } from '../classification/policies/play.ts';
import type { Command } from '../platforms/command.ts';
import { plain } from '../platforms/printable.ts';
import { askProcess } from '../runner/ask-process.ts';
import { sibling } from '../runner/sibling.ts';
import { agentCommand } from './agent-command.ts';
import type { CloseAnswer, CloseRequest } from './close-live.ts';
import { EnvironmentError, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';

/** How long a policy may take to load, and then for each story, before it counts as hanging. */
const POLICY_TIMEOUT_MS = 5000;
/** Each poll of a live loop may wait a second where the socket is not ready. */
const LIVE_TIMEOUT_MS = 60_000;

/**
 * Plays or runs a policy in a process of its own (cli/close-live.ts): whatever it does there, this process goes on. `file` is the user's policy, as the user
 * wrote it: messages name it.
 *
 * @throws UsageError where the policy is at fault: it is refused, hangs, or ends its process
 * @throws EnvironmentError where the process or its sockets are
 */
export async function inProcess(request: CloseRequest, file: string | undefined, command: Command = agentCommand('agent')): Promise<readonly Story[]> {
  const ms = request.do === 'live' ? LIVE_TIMEOUT_MS : POLICY_TIMEOUT_MS;
  return interruptible(async (signal) => {
    const answer = await askProcess<CloseAnswer>(asClose(command), { request, ms, late: 'did not respond', signal });
    if (typeof answer === 'string') throw atFault(file, answer);
    if (answer.type === 'refused')
      throw new UsageError(plain(`${file ?? 'the policy'}${answer.line === undefined ? '' : `:${answer.line}`}: ${answer.reason}`));
    if (answer.type === 'cannot') throw new EnvironmentError(answer.reason);
    return answer.stories;
  });
}

/** Only a user's module can hang or end its process; without one, the machine is at fault. */
function atFault(file: string | undefined, how: string): Error {
  return file === undefined ? new EnvironmentError(`the process that runs the policy ${how}`) : new UsageError(plain(`${file}: the policy ${how}`));
}

/** The same node and options as for an agent, with the other program beside it. */
function asClose(command: Command): Command {
  const agent = fileURLToPath(sibling(import.meta.url, 'agent'));
  const program = command.args.findIndex((argument) => argument.endsWith(agent));
  if (program === -1) throw new EnvironmentError(`${command.command} does not start this program's agent: ${command.args.join(' ')}`);
  const path = (command.args[program] as string).replace(/agent(\.[jt]s)$/, 'close-live$1');
  return { ...command, args: [...command.args.slice(0, program), path] };
}
