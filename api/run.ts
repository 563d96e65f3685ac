import { agentCommand } from '../cli/agent-command.ts';
import type { Run } from '../results/schema.ts';
import { type RecordOptions, record } from '../runner/record.ts';
import type { Scenario } from '../runner/scenario.ts';
import { scenarios } from '../suites/index.ts';

export interface RunOptions extends Partial<Omit<RecordOptions, 'scenarios'>> {
  /** The ids of the scenarios to run; all where absent. */
  readonly ids?: readonly string[];
  /** Scenarios of the user's own, beside those of the suite; the agent must know them. */
  readonly own?: readonly Pick<Scenario, 'id' | 'waits'>[];
}

/**
 * Runs scenarios in agents and judges what they gave: all of them, with agents of this platform, where the options say nothing else. Where `signal` ends it early, the run has what was finished.
 *
 * @throws EnvironmentError where no agent can be started (koffi's native module is missing, say), where the run ended before one was ready, or the machine was at fault
 */
export function run({ ids, own = [], agent = agentCommand('agent'), ...options }: RunOptions = {}): Promise<Run> {
  const chosen = [...scenarios, ...own].filter(({ id }) => ids?.includes(id) ?? true);
  return record({ ...options, agent, scenarios: chosen });
}
