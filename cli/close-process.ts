import { fileURLToPath } from 'node:url';
import type { Story } from '../classification/policies/play.ts';
import type { Command } from '../platforms/command.ts';
import { plain } from '../report/text.ts';
import { StartFailed, startProcess } from '../runner/process.ts';
import { sibling } from '../runner/sibling.ts';
import { agentCommand } from './agent-command.ts';
import type { CloseAnswer, CloseRequest } from './close-live.ts';
import { EnvironmentError, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';

/** How long a policy may think in all before it counts as hanging. */
const POLICY_TIMEOUT_MS = 5000;
/** A live loop's polls may each wait a second for a socket that nothing is told of. */
const LIVE_TIMEOUT_MS = 60_000;

/**
 * Plays or runs a policy in a process of its own (cli/close-live.ts): whatever it does there, this process goes on.
 *
 * @throws UsageError where the policy is at fault: refused, hanging, or gone with its process
 * @throws EnvironmentError where the process or its sockets are
 */
export async function inProcess(request: CloseRequest, command: Command = agentCommand('agent')): Promise<readonly Story[]> {
  let hear: (answer: CloseAnswer) => void = () => {};
  const answered = new Promise<CloseAnswer>((resolve) => {
    hear = resolve;
  });
  const ms = request.do === 'live' ? LIVE_TIMEOUT_MS : POLICY_TIMEOUT_MS;
  try {
    return await interruptible(async (signal) => {
      const started = await startProcess(asClose(command), { message: (message) => hear(message as CloseAnswer), close: () => {} });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(`gave no answer within ${ms / 1000} s`), ms);
        signal.addEventListener('abort', () => resolve('was interrupted'));
      });
      try {
        started.channel.send(request);
        const answer = await Promise.race([answered, late, started.ended.then((how) => `ended its process: ${how}`)]);
        if (typeof answer === 'string') throw atFault(request, answer);
        if (answer.type === 'refused') throw new UsageError(`--policy: ${plain(answer.reason)}`);
        if (answer.type === 'cannot') throw new EnvironmentError(answer.reason);
        return answer.stories;
      } finally {
        clearTimeout(timer);
        started.child.kill('SIGKILL');
        await started.ended;
        started.channel.destroy();
      }
    });
  } catch (error) {
    if (error instanceof StartFailed) throw new EnvironmentError(error.message);
    throw error;
  }
}

/** Only a user's module can hang or leave; what does without one is the machine's. */
function atFault({ policy }: CloseRequest, how: string): Error {
  return 'module' in policy ? new UsageError(`--policy: the module ${plain(how)}`) : new EnvironmentError(`the process that runs the policy ${how}`);
}

/** The same node and options as for an agent, with the other program beside it. */
function asClose(command: Command): Command {
  const agent = fileURLToPath(sibling(import.meta.url, 'agent'));
  const program = command.args.findIndex((argument) => argument.endsWith(agent));
  if (program === -1) throw new EnvironmentError(`${command.command} starts no agent of ours: ${command.args.join(' ')}`);
  const path = (command.args[program] as string).replace(/agent(\.[jt]s)$/, 'close-live$1');
  return { ...command, args: [...command.args.slice(0, program), path] };
}
