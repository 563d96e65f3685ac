import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { socketCode } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import { BlockingThreads } from './blocking.ts';
import { connectToStarter, type Door } from './channel.ts';
import { Inbox } from './inbox.ts';
import { hostedPeers, localPeers } from './peers.ts';
import type { Scenario } from './scenario.ts';
import type { TrialContext } from './trial.ts';
import { runTrials } from './trials.ts';

/** What an agent is asked: to run a scenario, and to end the one that it runs after the trials that have begun. */
export type AgentRequest = RunRequest | { readonly type: 'interrupt' };

export interface RunRequest {
  readonly type: 'run';
  readonly id: string;
  readonly trials: number;
  /** ms a call may take before it counts as blocked. */
  readonly timeout: number;
  /** Where the peers live, if not beside the subject. */
  readonly peerHost?: Door;
}

/** What an agent says. */
export type AgentMessage =
  | { readonly type: 'ready'; readonly platform: Platform }
  | { readonly type: 'cannot'; readonly reason: string }
  /** It has heard which scenario to run: whatever happens from here on is the scenario's. */
  | { readonly type: 'begun' }
  | { readonly type: 'observation'; readonly observation: TimedObservation }
  | { readonly type: 'progress'; readonly measured: Measured }
  | { readonly type: 'done'; readonly measured: Measured };

/** Everything a trial needs on this platform. @throws NoNativeModule */
export async function localContext(peerCommand: Command, timeout: number): Promise<{ context: TrialContext; platform: Platform }> {
  const sockets = await loadSockets();
  const platform = identify(sockets, await requireKoffi());
  const nameOf = (code: number) => socketCode(platform.id, code)?.name;
  return {
    context: {
      sockets,
      platform: platform.id,
      nameOf,
      tellsState: tellsState(sockets),
      threads: new BlockingThreads(),
      timeout,
      asksFor: [],
      peers: localPeers(peerCommand),
    },
    platform,
  };
}

/** Whether the state of a TCP socket can be asked for here, as of a fresh one. */
function tellsState(sockets: Sockets): boolean {
  const { ret } = sockets.socket('inet', 'stream');
  if (ret === -1) return false;
  const told = sockets.tcpState(ret) !== undefined;
  sockets.close(ret);
  return told;
}

/** An agent: owns sockets on one platform, runs the scenarios it is asked for, and ends with its starter. */
export async function runAgent(scenarios: readonly Scenario[], peerCommand: Command): Promise<void> {
  // A Ctrl-C reaches the whole process group; what is to be stopped, and when, is the starter's to say.
  process.on('SIGINT', () => {});

  const requests = new Inbox();
  let interrupted = false;
  const channel = await connectToStarter(
    {},
    {
      message: (message) => {
        if (message.type === 'interrupt') interrupted = true;
        else requests.message(message);
      },
      // Not process.exit: it would wait for a thread that is blocked in a call.
      close: () => process.kill(process.pid, 'SIGKILL'),
    },
  );
  const say = (message: AgentMessage) => channel.send(message);

  let ready: Awaited<ReturnType<typeof localContext>>;
  try {
    ready = await localContext(peerCommand, 0);
  } catch (error) {
    say({ type: 'cannot', reason: (error as Error).message });
    return channel.end();
  }
  say({ type: 'ready', platform: ready.platform });

  for (;;) {
    const { id, trials, timeout, peerHost } = (await requests.next()) as unknown as RunRequest;
    say({ type: 'begun' });
    const scenario = scenarios.find((one) => one.id === id);
    if (scenario === undefined) {
      say({ type: 'cannot', reason: `this agent has no scenario ${id}` });
      continue;
    }
    const peers = peerHost === undefined ? ready.context.peers : hostedPeers(peerHost);
    const measured = await runTrials({ ...ready.context, timeout, peers }, scenario, {
      trials,
      isInterrupted: () => interrupted,
      onObservation: (observation) => say({ type: 'observation', observation }),
      onProgress: (progress) => say({ type: 'progress', measured: progress }),
    });
    say({ type: 'done', measured });
  }
}
