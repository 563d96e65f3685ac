import type { Command } from '../platforms/command.ts';
import { StartFailed, startProcess } from '../runner/process.ts';
import { EnvironmentError } from './errors.ts';

export interface Question {
  /** Sent once the process has started; undefined where its arguments ask already. */
  readonly request?: object;
  /** How long it may say nothing. A message of type `alive` begins the time again. */
  readonly ms: number;
  /** How it failed when that time is over: "did not respond". */
  readonly late: string;
  readonly signal?: AbortSignal;
}

/**
 * Asks a process of its own for one message, and ends it. Where none came, a string says why: "did not respond within 5 s", "was interrupted", "ended its
 * process: signal SIGKILL".
 *
 * @throws EnvironmentError where the process cannot be started
 */
export async function askProcess<Message extends { readonly type: string }>(
  command: Command,
  question: Question,
): Promise<Exclude<Message, { type: 'alive' }> | string> {
  let hear: (message: Exclude<Message, { type: 'alive' }>) => void = () => {};
  const answered = new Promise<Exclude<Message, { type: 'alive' }>>((resolve) => {
    hear = resolve;
  });
  let timer: NodeJS.Timeout | undefined;
  const message = (said: unknown) => {
    if ((said as Message).type === 'alive') timer?.refresh();
    else hear(said as Exclude<Message, { type: 'alive' }>);
  };
  const started = await startProcess(command, { message, close: () => {} }).catch((error) => {
    throw error instanceof StartFailed ? new EnvironmentError(error.message) : error;
  });
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${question.late} within ${question.ms / 1000} s`), question.ms);
    question.signal?.addEventListener('abort', () => resolve('was interrupted'));
  });
  try {
    if (question.request !== undefined) started.channel.send(question.request);
    return await Promise.race([answered, late, started.ended.then((how) => `ended its process: ${how}`)]);
  } finally {
    clearTimeout(timer);
    started.child.kill('SIGKILL');
    await started.ended;
    started.channel.destroy();
  }
}
