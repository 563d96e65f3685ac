import type { Command } from '../platforms/command.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import { ProcessConversation, type Schema } from './conversation.ts';
import { Silence } from './inbox.ts';
import { StartFailed } from './process.ts';

export interface AskOptions {
  /** Sent once the process has started; undefined where its arguments ask already. */
  readonly request?: object;
  /** ms that it may say nothing. A message of type `alive` begins the time again. */
  readonly ms: number;
  /** The same until its first message, while it loads; `ms` where absent. */
  readonly loadMs?: number;
  /** How it failed when that time is over: "did not respond". */
  readonly late: string;
  readonly signal?: AbortSignal;
}

/**
 * Asks a process of its own for one message, and ends it. Where none came that fits, a string says why: "did not respond within 5 s", "was interrupted", "ended its
 * process: signal SIGKILL".
 *
 * @throws EnvironmentError where the process cannot be started
 */
export async function askProcess<Message extends { readonly type: string }>(
  command: Command,
  schema: Schema<Message>,
  { request, ms, loadMs = ms, late, signal }: AskOptions,
): Promise<Exclude<Message, { type: 'alive' }> | string> {
  const conversation = await ProcessConversation.start(command, schema).catch((error) => {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  });
  try {
    if (request !== undefined) conversation.say(request);
    for (let patience = loadMs; ; patience = ms) {
      const said = await conversation.hear({ ms: patience, signal });
      if (said instanceof Silence) return said.inWords(`${late} within ${patience / 1000} s`);
      if (said.type !== 'alive') return said as Exclude<Message, { type: 'alive' }>;
    }
  } finally {
    await conversation.stop();
  }
}
