import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../platforms/package-root.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly ActionStep[] };
}

interface ActionStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

export const action: Action = parse(readFileSync(join(packageRoot, 'action.yml'), 'utf8'));
const [main] = action.runs.steps;

export interface Stepped {
  readonly code: number | null;
  /** stdout and stderr, which GitHub shows as one. */
  readonly log: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
  readonly workspace: string;
}

export interface Around {
  /** The files of the repository that uses the action. */
  readonly files?: Readonly<Record<string, string>>;
  readonly event?: object;
  readonly env?: Readonly<Record<string, string>>;
}

const folder = () => mkdtempSync(join(tmpdir(), 'sockatlas action '));

/** Runs the step of action.yml as GitHub's runner does: inputs by their expressions, the script in a file without an ending, the shell as it is written there. */
export async function step(inputs: Readonly<Record<string, string>>, { files = {}, event = {}, env = {} }: Around = {}): Promise<Stepped> {
  const [workspace, temp] = [folder(), folder()];
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
  const at = (name: string, content = '') => {
    writeFileSync(join(temp, name), content);
    return join(temp, name);
  };
  const github = { GITHUB_OUTPUT: at('output'), GITHUB_STEP_SUMMARY: at('summary'), GITHUB_EVENT_PATH: at('event.json', JSON.stringify(event)) };
  const [shell = '', ...args] = (main?.shell ?? '').replace('{0}', at('script', main?.run)).split(/ (.*)/s);
  const child = spawn(shell === 'node' ? process.execPath : shell, args.slice(0, 1), {
    cwd: workspace,
    env: { ...process.env, ...inputVariables(inputs), ...github, GITHUB_ACTION_PATH: packageRoot, RUNNER_TEMP: temp, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const { GITHUB_OUTPUT, GITHUB_STEP_SUMMARY } = github;
  return { code, log, outputs: outputsIn(readFileSync(GITHUB_OUTPUT, 'utf8')), summary: readFileSync(GITHUB_STEP_SUMMARY, 'utf8'), workspace };
}

/** By default the sockatlas of this checkout, and no token. @throws Error for an input that action.yml does not have */
function inputVariables(given: Readonly<Record<string, string>>): Record<string, string> {
  const all: Record<string, string> = { version: packageRoot, token: '', ...given };
  const unknown = Object.keys(all).filter((name) => !Object.hasOwn(action.inputs, name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const value = (name: string) => all[name] ?? action.inputs[name]?.default ?? '';
  return Object.fromEntries(
    Object.entries(main?.env ?? {}).map(([variable, expression]) => {
      const name = /inputs\.([\w-]+)(?= *\|\| *''| *}})/.exec(expression)?.[1] ?? '';
      return [variable, expression.includes("== 'merge'") && value('mode') !== 'merge' ? '' : value(name)];
    }),
  );
}

function outputsIn(file: string): ReadonlyMap<string, string> {
  return new Map([...file.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]));
}

/** What GitHub would take for commands: those between stop-commands and its end are none. */
export function commandsIn(log: string): string[] {
  let stopped: string | undefined;
  return log.split('\n').filter((line) => {
    if (stopped !== undefined) {
      if (line === `::${stopped}::`) stopped = undefined;
      return false;
    }
    stopped = /^::stop-commands::(.+)$/.exec(line)?.[1];
    return stopped === undefined && /^\s*(::|##\[)/.test(line);
  });
}

export function has(stepped: Stepped, file: string): boolean {
  return existsSync(join(stepped.workspace, file));
}
