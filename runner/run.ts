import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import { AgentHandle } from './agent-handle.ts';
import type { Door } from './channel.ts';
import { CannotRun } from './conversation.ts';
import { StartFailed } from './process.ts';
import type { Runnable } from './scenario.ts';

export interface RunOptions {
  /** How an agent of the platform is started. */
  readonly agent: Command;
  /** What is run; the agent must know them. */
  readonly scenarios: readonly Runnable[];
  /** How often each is run. */
  readonly trials: number;
  /** ms after which a call counts as blocked. */
  readonly timeout: number;
  /** Where the peers live, if not beside the subjects. */
  readonly peerHost?: Door | undefined;
  /** How many agents work side by side. */
  readonly jobs: number;
  /** Ends the run early: a scenario under way is measured as far as it came. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, by the first agent that is ready. */
  onPlatform(platform: Platform): void;
  onStart?(id: string): void;
  onObservation?(id: string, observation: TimedObservation): void;
  /** Told of each scenario as it ends, in no order. */
  onMeasured(measured: Measured): void;
}

/** How often in a row an agent may fail to start, or end before it began a scenario: more is the machine's fault. */
const STARTS = 3;

/**
 * Runs scenarios in agents. If a call never returns or an agent dies, only that scenario is affected: the next one runs in a new agent. When the promise settles, for any
 * reason, all agents have ended.
 *
 * @throws StartFailed where no agent can be started
 */
export async function runScenarios(options: RunOptions): Promise<void> {
  // One agent begins with those that wait, so that it waits while the others work; these begin with those that do not, so that a run that ends early has most of them.
  const waiting = options.scenarios.filter(({ waits }) => waits);
  const working = options.scenarios.filter(({ waits }) => !waits);
  const agents = new Set<AgentHandle>();
  const { signal } = options;
  const onAbort = () => {
    for (const agent of agents) agent.interrupt();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  let announced = false;
  let failed = false;
  let failedStarts = 0;
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

  const work = async (first: typeof waiting, second: typeof waiting) => {
    let agent: AgentHandle | undefined;
    while (first.length + second.length > 0 && !stopped()) {
      let next: (typeof waiting)[number] | undefined;
      try {
        if (agent?.usable !== true) agent = await freshAgent();
        next = first.shift() ?? second.shift();
        if (next === undefined || stopped()) break;
        const { id, steps, isAdHoc = false } = next;
        options.onStart?.(id);
        const { trials, timeout, peerHost } = options;
        const measured = await agent.run(
          { id, ...(isAdHoc && steps !== undefined && { steps }), trials, timeout, ...(peerHost !== undefined && { peerHost }) },
          (observation) => options.onObservation?.(id, observation),
        );
        failedStarts = 0;
        // What an interrupted scenario had not finished shows nothing about the platform.
        if (!stopped() || (measured.trials > 0 && measured.ended === undefined)) options.onMeasured(measured);
      } catch (error) {
        if (!(error instanceof StartFailed) || error instanceof CannotRun || ++failedStarts >= STARTS) throw error;
        if (next !== undefined) first.unshift(next);
      }
    }
  };

  try {
    const jobs = Math.min(options.jobs, options.scenarios.length);
    await Promise.all(Array.from({ length: jobs }, (_, i) => (i === 1 ? work(waiting, working) : work(working, waiting))));
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all([...agents].map((agent) => agent.stop()));
  }
}
