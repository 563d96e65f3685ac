import { fileURLToPath } from 'node:url';
import type { Command } from '../platforms/command.ts';
import { sibling } from '../runner/sibling.ts';

/** What the program that `sockatlas` starts does: `scenarios` describes a user's modules, `table` and `policy` run one, `emulate-launch` becomes the program of `emulate`. */
export type Role = 'agent' | 'peer' | 'peer-host' | 'scenarios' | 'table' | 'policy' | 'emulate' | 'emulate-launch';

/** The path of the agent program. */
export function agentProgram(): string {
  return fileURLToPath(sibling(import.meta.url, 'agent'));
}

/** How this platform starts the agent program: with the node, and the node options, that run this one. `modules` hold scenarios of the user's own. */
export function agentCommand(role: Role, modules: readonly string[] = []): Command {
  return {
    command: process.execPath,
    args: [...process.execArgv, agentProgram(), role, ...modules],
    // A Windows node under Wine cannot write into a Unix pipe.
    stderr: process.platform === 'win32' ? 'ignore' : 'pipe',
  };
}
