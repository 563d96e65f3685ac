import { existsSync } from 'node:fs';
import type { Command } from '../platforms/command.ts';
import { describeMessageSchema } from './agent-protocol.ts';
import { askProcess } from './ask-process.ts';
import type { Described } from './scenario.ts';
import { LOAD_MS, UserModuleError } from './user-module.ts';

/**
 * What scenarios the user's modules hold, asked of a process of its own, which `command` starts. `files` are the modules as the user named them: messages do too.
 *
 * @throws UserModuleError for a module that is not there, is at fault, or has an id that is in `known` already
 * @throws EnvironmentError where no process can be started
 */
export async function askScenarios(files: readonly string[], known: readonly string[], command: Command): Promise<readonly Described[]> {
  for (const file of files) if (!existsSync(file)) throw new UserModuleError(`${file}: no such file`);
  const message = await askProcess(command, describeMessageSchema, { ms: LOAD_MS, late: 'did not load' });
  if (typeof message === 'string') throw new UserModuleError(`${files.join(', ')}: ${message}`);
  if (message.type === 'refused') throw new UserModuleError(message.reason);
  const ids = new Set(known);
  for (const { id } of message.scenarios) {
    if (ids.has(id)) throw new UserModuleError(`${files.join(', ')}: a scenario ${id} already exists: choose another event or name`);
    ids.add(id);
  }
  return message.scenarios;
}
