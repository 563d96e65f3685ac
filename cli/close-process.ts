import type { Story } from '../classification/policies/play.ts';
import type { Command } from '../platforms/command.ts';
import { plain } from '../platforms/printable.ts';
import { z } from '../platforms/zod.ts';
import { askProcess } from '../runner/ask-process.ts';
import type { Schema } from '../runner/conversation.ts';
import { LOAD_MS } from '../runner/user-module.ts';
import { agentCommand } from './agent-command.ts';
import type { CloseAnswer, CloseRequest } from './close-live.ts';
import { EnvironmentError, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';

/** ms that a policy may take for each story before it counts as hanging; each poll of a live loop may wait a second where the socket is not ready. */
const PATIENCE_MS: Readonly<Record<CloseRequest['do'], number>> = { play: 5000, live: 60_000 };

/** What stands in a story is its player's: the module that it plays has no hand in it. */
const closeAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('stories'), stories: z.array(z.custom<Story>((story) => typeof story === 'object')) }),
  z.object({ type: z.literal('refused'), reason: z.string(), line: z.number().exactOptional() }),
  z.object({ type: z.literal('cannot'), reason: z.string() }),
]) satisfies Schema<CloseAnswer>;

/**
 * Plays or runs a policy in a process of its own (cli/close-live.ts): whatever it does there, this process goes on. `file` is the user's policy, as the user
 * wrote it: messages name it.
 *
 * @throws UsageError where the policy is at fault: it is refused, hangs, or ends its process
 * @throws EnvironmentError where the process or its sockets are
 */
export async function inProcess(
  request: CloseRequest,
  file: string | undefined,
  command: Command = agentCommand('policy'),
  ms = PATIENCE_MS[request.do],
): Promise<readonly Story[]> {
  return interruptible(async (signal) => {
    const answer = await askProcess(command, closeAnswerSchema, { request, ms, loadMs: LOAD_MS, late: 'did not respond', signal });
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
