import { constants } from 'node:os';
import { EMULATED } from '../emulation/answerer.ts';
import { starter } from '../emulation/starter-state.ts';
import { nearest } from '../platforms/nearest.ts';
import { agentCommand } from './agent-command.ts';
import { EnvironmentError, UsageError } from './errors.ts';
import { say } from './output.ts';

export interface EmulateOptions {
  /** Also those that nobody answers are looked at. */
  readonly everyCall?: true;
}

/** `sockatlas emulate`: runs a program with a platform's answers. Resolves to the program's exit code, 128 and its number where a signal ended it. */
export async function emulated(platform: string, program: readonly [string, ...string[]], { everyCall }: EmulateOptions): Promise<number> {
  if (!EMULATED.includes(platform))
    throw new UsageError(`no such platform to emulate: ${JSON.stringify(platform)}; the nearest: ${nearest(EMULATED, platform).join(', ')}`);
  const { missingForEmulation } = await import('../emulation/missing.ts');
  const missing = await missingForEmulation();
  if (missing !== undefined) throw new EnvironmentError(missing);
  const { emulate } = await import('../emulation/emulate.ts');
  const { code, signal } = await emulate(
    agentCommand('emulate'),
    { platform, intercepts: everyCall ? 'all' : 'none', program, starter },
    {
      told: (told) => say(JSON.stringify(told)),
      said: (line) => say(`sockatlas: ${line}`),
    },
  );
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
