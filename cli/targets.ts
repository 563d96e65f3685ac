import type { Command } from '../platforms/command.ts';
import { startWine, windowsPath } from '../provisioning/agent.ts';
import { LANE_NAMES, type Lane, lanesNamed } from '../provisioning/lanes.ts';
import { agentCommand, agentProgram, type Role } from './agent-command.ts';
import { EnvironmentError, UsageError } from './errors.ts';
import { say } from './output.ts';

/** A platform that agents can be started on from here. */
export interface Target {
  /** As --on and --peer name it. */
  readonly name: string;
  /** It was asked for as one of several (`wine`): where it cannot be had, the others are run. */
  readonly mayBeMissing: boolean;
  /** Makes it ready to start agents. @throws EnvironmentError where it cannot be, with what would help */
  open(): OpenTarget;
}

export interface OpenTarget {
  /** `modules` hold scenarios of the user's own. */
  command(role: Role, modules?: readonly string[]): Command;
  /** Ends what it needed; safe at any time. */
  close(): void;
}

/** This platform's own name. */
export const HERE: string = process.platform === 'win32' ? 'windows' : process.platform;

/** The targets that were asked for, each once, in that order; `wine` stands for every lane. @throws UsageError */
export function targetsNamed(names: readonly string[]): Target[] {
  const targets = names.flatMap((name) => {
    if (name === HERE) return [here];
    const lanes = lanesNamed(name);
    if (lanes.length === 0)
      throw new UsageError(`no agent can be started on ${JSON.stringify(name)} from here; choose from ${[HERE, ...LANE_NAMES].join(', ')}`);
    return lanes.map((lane) => wine(lane, lane.name !== name));
  });
  return [...new Map(targets.map((target) => [target.name, target])).values()];
}

export interface Failed {
  /** Where the machine was at fault. */
  readonly failures: readonly EnvironmentError[];
  /** Of targets that may be missing, and are: they were said to be skipped. */
  readonly missing: readonly EnvironmentError[];
}

/** Works on one target after the other, because agents at the same time would slow each other down. */
export async function onEach(targets: readonly Target[], signal: AbortSignal, work: (target: Target, opened: OpenTarget) => Promise<void>): Promise<Failed> {
  const failures: EnvironmentError[] = [];
  const missing: EnvironmentError[] = [];
  for (const target of targets) {
    if (signal.aborted) break;
    let opened: OpenTarget | undefined;
    try {
      opened = target.open();
      await work(target, opened);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      if (opened === undefined && target.mayBeMissing) {
        missing.push(error);
        say(`${target.name} is skipped: ${error.message}`);
      } else failures.push(error);
    } finally {
      opened?.close();
    }
  }
  return { failures, missing };
}

const here: Target = { name: HERE, mayBeMissing: false, open: () => ({ command: agentCommand, close: () => {} }) };

function wine(lane: Lane, mayBeMissing: boolean): Target {
  return {
    name: lane.name,
    mayBeMissing,
    open: () => {
      // What runs under Wine is emitted JavaScript: its node knows no TypeScript.
      const program = agentProgram();
      if (program.endsWith('.ts')) throw new EnvironmentError('agents under Wine need the built program: run npm run build, then node dist/cli/main.js');
      const started = startWine(lane);
      return { command: (role, modules = []) => started.agent(program, role, ...modules.map(windowsPath)), close: started.stop };
    },
  };
}
