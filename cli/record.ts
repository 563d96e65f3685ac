import { availableParallelism } from 'node:os';
import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import { judge, timingOf } from '../results/judge.ts';
import { footerOf, headerOf } from '../results/lines.ts';
import type { Measured } from '../results/measured.ts';
import type { Run } from '../results/schema.ts';
import { startPeerHost } from '../runner/peer-host-handle.ts';
import { StartFailed } from '../runner/process.ts';
import { runScenarios } from '../runner/run.ts';
import type { Scenario } from '../runner/scenario.ts';
import { scenarios } from '../suites/index.ts';
import { agentCommand } from './agent-command.ts';
import { EnvironmentError } from './errors.ts';

export interface RecordOptions {
  /** The ids of the scenarios to run; all where absent. */
  readonly ids?: readonly string[];
  /** Scenarios of the user's own, beside those of the suite; the agent must know them. */
  readonly own?: readonly Pick<Scenario, 'id' | 'waits'>[];
  /** How often each is run; 5 where absent. */
  readonly trials?: number;
  /** ms after which a call counts as blocked; 5000 where absent. */
  readonly timeout?: number;
  /** How many agents work side by side; 2 where absent, and where there are as many CPUs. */
  readonly jobs?: number;
  /** Ends the run early; what was recorded until then is kept. */
  readonly signal?: AbortSignal;
  /** How an agent is started; on this platform where absent. */
  readonly agent?: Command;
  /** How a process that holds the peers is started; they live beside the subjects where absent. */
  readonly peers?: Command | undefined;
  readonly onStart?: (id: string) => void;
  readonly onMeasured?: (id: string) => void;
}

/**
 * Runs scenarios in agents and judges what they gave.
 *
 * @throws EnvironmentError where no agent can be started (koffi's native module is missing, say), or the run ended before one was ready
 */
export async function record(options: RecordOptions = {}): Promise<Run> {
  const started = new Date();
  const begun = performance.now();
  const chosen = [...scenarios, ...(options.own ?? [])].filter(({ id }) => options.ids?.includes(id) ?? true);
  const measured = new Map<string, Measured>();
  let platform: Platform | undefined;
  let peers: Awaited<ReturnType<typeof startPeerHost>> | undefined;

  try {
    if (options.peers !== undefined) peers = await startPeerHost(options.peers);
    await runScenarios({
      agent: options.agent ?? agentCommand('agent'),
      peerHost: peers?.host,
      scenarios: chosen,
      trials: options.trials ?? 5,
      timeout: options.timeout ?? 5000,
      jobs: options.jobs ?? Math.min(2, availableParallelism()),
      ...(options.signal !== undefined && { signal: options.signal }),
      onPlatform: (found) => {
        platform = found;
      },
      onStart: (id) => options.onStart?.(id),
      onMeasured: (result) => {
        measured.set(result.id, result);
        options.onMeasured?.(result.id);
      },
    });
  } catch (error) {
    if (error instanceof StartFailed) throw new EnvironmentError(error.message);
    throw error;
  } finally {
    await peers?.stop();
  }
  if (platform === undefined) throw new EnvironmentError('interrupted before an agent was ready; nothing was recorded');

  const header = headerOf(platform, started, peers?.platform);
  // In the order of the suite, whichever ended first.
  const results = chosen.flatMap(({ id }) => measured.get(id) ?? []);
  const lines = results.map((result) => judge(header.platform, result));
  return { header, scenarios: lines, timings: results.map(timingOf), footer: footerOf(lines, options.signal?.aborted ?? false, performance.now() - begun) };
}
