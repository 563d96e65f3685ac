import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import { AgentHandle } from './agent-handle.ts';
import type { PeerHost } from './peers.ts';
import type { Scenario } from './scenario.ts';

export interface RunOptions {
  /** How an agent of the platform is started. */
  readonly agent: Command;
  readonly scenarios: readonly Pick<Scenario, 'id' | 'waits'>[];
  readonly trials: number;
  /** ms that a trial may take before it counts as blocked. */
  readonly timeout: number;
  /** Where the peers live, if not beside the subjects. */
  readonly peerHost?: PeerHost | undefined;
  /** How many agents work side by side. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Told once, by the first agent that is ready. */
  onPlatform(platform: Platform): void;
  onStart?(id: string): void;
  onObservation?(id: string, observation: TimedObservation): void;
  /** Told of each scenario as it ends, in no order. */
  onMeasured(measured: Measured): void;
}

/**
 * Runs scenarios in agents. If a call never returns or an agent dies, only that scenario is affected: the next one runs in a new agent. When the promise settles, for any
 * reason, all agents have ended.
 *
 * @throws StartFailed where no agent can be started
 */
export async function runScenarios(options: RunOptions): Promise<void> {
  // Those that wait go first, so that they wait while others work.
  const queue = [...options.scenarios].sort((a, b) => Number(b.waits) - Number(a.waits));
  const agents = new Set<AgentHandle>();
  const stopAll = () => Promise.all([...agents].map((agent) => agent.stop()));
  const { signal } = options;
  const onAbort = () => void stopAll();
  signal?.addEventListener('abort', onAbort, { once: true });
  let announced = false;
  let failed = false;
  const stopped = () => failed || signal?.aborted === true;

  const freshAgent = async (): Promise<AgentHandle> => {
    const agent = await AgentHandle.start(options.agent);
    agents.add(agent);
    if (!announced) {
      announced = true;
      options.onPlatform(agent.platform);
    }
    return agent;
  };

  const lane = async () => {
    let agent: AgentHandle | undefined;
    while (queue.length > 0 && !stopped()) {
      if (agent?.usable !== true) agent = await freshAgent();
      const next = queue.shift();
      if (next === undefined || stopped()) break;
      const { id } = next;
      options.onStart?.(id);
      const { trials, timeout, peerHost } = options;
      const measured = await agent.run({ id, trials, timeout, ...(peerHost !== undefined && { peerHost }) }, (observation) =>
        options.onObservation?.(id, observation),
      );
      // A scenario that was interrupted shows nothing about the platform.
      if (!stopped()) options.onMeasured(measured);
    }
  };

  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, lane));
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await stopAll();
  }
}
