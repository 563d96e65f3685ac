import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { socketCode } from '../platforms/code.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import { BlockingThreads } from './blocking.ts';
import { type Channel, connectToStarter } from './channel.ts';
import { hostedPeers, localPeers, type PeerHost } from './peers.ts';
import type { Scenario } from './scenario.ts';
import type { TrialContext } from './trial.ts';
import { runTrials } from './trials.ts';

/** What an agent is asked. */
export interface AgentRequest {
  readonly type: 'run';
  readonly id: string;
  readonly trials: number;
  /** ms a call may take before it counts as blocked. */
  readonly timeout: number;
  /** Where the peers live, if not beside the subject. */
  readonly peerHost?: PeerHost;
}

/** What an agent says. */
export type AgentMessage =
  | { readonly type: 'ready'; readonly platform: Platform }
  | { readonly type: 'cannot'; readonly reason: string }
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

  const requests: AgentRequest[] = [];
  let wake = () => {};
  const channel = await connectToStarter(
    {},
    {
      message: (message) => {
        requests.push(message as AgentRequest);
        wake();
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
    const request = requests.shift();
    if (request === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const peers = request.peerHost === undefined ? ready.context.peers : hostedPeers(request.peerHost);
    await answer(say, scenarios, { ...ready.context, timeout: request.timeout, peers }, request);
  }
}

async function answer(
  say: Channel['send'] & ((message: AgentMessage) => void),
  scenarios: readonly Scenario[],
  context: TrialContext,
  request: AgentRequest,
): Promise<void> {
  const scenario = scenarios.find(({ id }) => id === request.id);
  if (scenario === undefined) return say({ type: 'cannot', reason: `this agent has no scenario ${request.id}` });
  const measured = await runTrials(context, scenario, {
    trials: request.trials,
    onObservation: (observation) => say({ type: 'observation', observation }),
    onProgress: (progress) => say({ type: 'progress', measured: progress }),
  });
  say({ type: 'done', measured });
}
