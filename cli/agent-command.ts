import { fileURLToPath } from 'node:url';
import type { Command } from '../platforms/command.ts';
import { sibling } from '../runner/sibling.ts';

/** How this machine starts the agent program: with the node, and the node options, that run this one. */
export function agentCommand(role: 'agent' | 'peer'): Command {
  return {
    command: process.execPath,
    args: [...process.execArgv, fileURLToPath(sibling(import.meta.url, 'agent')), role],
    stderr: 'pipe',
  };
}
