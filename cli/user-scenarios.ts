import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { plain } from '../platforms/printable.ts';
import type { DescribeMessage } from '../runner/describe-modules.ts';
import type { Described } from '../runner/user-scenarios.ts';
import { scenarios } from '../suites/index.ts';
import { agentCommand } from './agent-command.ts';
import { askProcess } from './ask-process.ts';
import { UsageError } from './errors.ts';

/** Modules of the user's own that hold scenarios. */
export interface UserScenarios {
  /** Absolute paths. */
  readonly modules: readonly string[];
  readonly scenarios: readonly Described[];
}

/** ms that modules may take to load. */
const LOAD_MS = 15_000;

export function isModule(word: string): boolean {
  return /\.[cm]?[jt]s$/.test(word);
}

/**
 * What scenarios the modules hold, asked of a process of its own.
 *
 * @throws UsageError for a module that is not there, is at fault, or has an id that there is already
 * @throws EnvironmentError where no process can be started
 */
export async function userScenarios(files: readonly string[]): Promise<UserScenarios> {
  if (files.length === 0) return { modules: [], scenarios: [] };
  for (const file of files) if (!existsSync(file)) throw new UsageError(`${file}: no such file`);
  const modules = files.map((file) => resolve(file));
  const own = await described(modules, files);
  const known = new Set(scenarios.map(({ id }) => id));
  for (const { id } of own) {
    if (known.has(id)) throw new UsageError(`${files.join(', ')}: a scenario ${id} already exists: choose another event or name`);
    known.add(id);
  }
  return { modules, scenarios: own };
}

async function described(modules: readonly string[], files: readonly string[]): Promise<readonly Described[]> {
  const message = await askProcess<DescribeMessage>(agentCommand('scenarios', modules), { ms: LOAD_MS, late: 'did not load' });
  if (typeof message === 'string') throw new UsageError(`${files.join(', ')}: ${plain(message)}`);
  if (message.type === 'refused') throw new UsageError(plain(message.reason));
  return message.scenarios;
}
