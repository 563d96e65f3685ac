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

/** So many scenarios are given to an agent at once: enough that its lanes are seldom empty, and few enough that another agent is not left without. */
const BATCH = 48;

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

  const { trials, timeout, peerHost } = options;
  const asked = { trials, timeout, ...(peerHost !== undefined && { peerHost }) };
  const onMeasured = (measured: Measured) => {
    // What an interrupted scenario had not finished shows nothing about the platform.
    if (!stopped() || (measured.trials > 0 && measured.ended === undefined)) options.onMeasured(measured);
  };

  const runAlone = async (agent: AgentHandle, { id, steps, isAdHoc = false }: Runnable) => {
    options.onStart?.(id);
    onMeasured(await agent.run({ id, ...(isAdHoc && steps !== undefined && { steps }), ...asked }, (observation) => options.onObservation?.(id, observation)));
  };

  /** Those of a batch that gave no result, and are to be run alone. */
  const alone = new Set<string>();
  /** As many of the next ones as an agent can be given at once: several only where each may share it. */
  const take = (from: Runnable[]): Runnable[] => {
    const shares = ({ id, sharesAgent, isAdHoc }: Runnable) => sharesAgent === true && isAdHoc !== true && !alone.has(id);
    // The other agents want their part, also of the last ones.
    const most = Math.min(BATCH, Math.ceil(from.length / (2 * options.jobs)));
    let many = 0;
    while (many < most && from[many] !== undefined && shares(from[many] as Runnable)) many++;
    return from.splice(0, Math.max(many, 1));
  };

  const work = async (first: Runnable[], second: Runnable[]) => {
    let agent: AgentHandle | undefined;
    while (first.length + second.length > 0 && !stopped()) {
      let taken: Runnable[] = [];
      try {
        if (agent?.usable !== true) agent = await freshAgent();
        taken = take(first.length > 0 ? first : second);
        const [next] = taken;
        if (next === undefined || stopped()) break;
        if (taken.length === 1) await runAlone(agent, next);
        else {
          const ids = taken.map(({ id }) => id);
          options.onStart?.(next.id);
          const without = new Set(await agent.runBatch({ ids, ...asked }, onMeasured));
          for (const id of without) alone.add(id);
          first.unshift(...taken.filter(({ id }) => without.has(id)));
        }
        failedStarts = 0;
      } catch (error) {
        if (!(error instanceof StartFailed) || error instanceof CannotRun || ++failedStarts >= STARTS) throw error;
        first.unshift(...taken);
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
