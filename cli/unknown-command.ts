import { nearest } from '../platforms/nearest.ts';
import { UsageError } from './errors.ts';

/**
 * `sockatlas tables`: run is the default command, so that a first word is a pattern of scenarios where it is no command. One that could only have been meant as a
 * command is told so.
 *
 * @throws UsageError
 */
export async function refuseUnknownCommand(word: string | undefined, commands: readonly string[]): Promise<void> {
  if (word === undefined || commands.includes(word) || word === 'help' || !/^[a-z][a-z-]*$/i.test(word)) return;
  const { scenarios } = await import('../suites/index.ts');
  if (scenarios.some(({ id }) => id.startsWith(`${word}/`))) return;
  throw new UsageError(`no such command or scenario: ${JSON.stringify(word)}; the nearest commands: ${nearest(commands, word).join(', ')}`);
}
