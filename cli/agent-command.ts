import { fileURLToPath } from 'node:url';
import type { Command } from '../platforms/command.ts';
import { sibling } from '../runner/sibling.ts';

/** What the agent program is started as. */
export type Role = 'agent' | 'peer' | 'peer-host' | 'scenarios';

/** How this platform starts the agent program: with the node, and the node options, that run this one. `modules` hold scenarios of the user's own. */
export function agentCommand(role: Role, modules: readonly string[] = []): Command {
  return {
    command: process.execPath,
    args: [...process.execArgv, fileURLToPath(sibling(import.meta.url, 'agent')), role, ...modules],
    // A Windows node under Wine cannot write into a Unix pipe.
    stderr: process.platform === 'win32' ? 'ignore' : 'pipe',
  };
}
