import type { Names } from '../language/call.ts';
import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { codes } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import type { Platform } from '../platforms/platform.ts';
import type { AgentMessage, AgentRequest, FuzzRequest, RunRequest } from './agent-protocol.ts';
import { BlockingThreads } from './blocking.ts';
import { hostedPeers, localPeers, tellWaiting } from './peers.ts';
import { type Scenario, scenarioFrom } from './scenario.ts';
import { withStarter } from './starter.ts';
import type { TrialContext } from './trial.ts';
import { runTrials } from './trials.ts';

/** Everything a trial needs on this platform. @throws NoNativeModule */
export async function localContext(peerCommand: Command, timeout: number): Promise<{ context: TrialContext; platform: Platform }> {
  const sockets = await loadSockets();
  const platform = identify(sockets, await requireKoffi());
  const names: Names = {
    nameOf: (code) => codes.socketCode(platform.id, code)?.name,
    statusOf: (status) => codes.ntStatus(platform.id, status)?.name,
    pollEvents: sockets.pollEvents,
  };
  return {
    context: {
      ...names,
      sockets,
      platform: platform.id,
      tellsState: tellsState(sockets),
      threads: new BlockingThreads(),
      timeout,
      asksFor: [],
      peers: localPeers({ sockets, nameOf: names.nameOf }, peerCommand),
    },
    platform,
  };
}

/** Whether the state of a TCP socket can be asked for here, as of a fresh one. */
function tellsState(sockets: Sockets): boolean {
  const { ret } = sockets.socket('inet', 'stream');
  if (ret === -1) return false;
  const told = sockets.tcpInfo(ret) !== undefined;
  sockets.close(ret);
  return told;
}

/** An agent: owns sockets on one platform, runs the scenarios it is asked for, and ends with its starter. */
export async function runAgent(scenarios: readonly Scenario[], peerCommand: Command): Promise<void> {
  // A Ctrl-C reaches the whole process group; what is to be stopped, and when, is the starter's to say.
  process.on('SIGINT', () => {});

  const starter = await withStarter<AgentMessage, AgentRequest>();
  let interrupted = false;
  /** Hears an interrupt at once, also while a scenario runs. */
  const hear = async (): Promise<RunRequest | FuzzRequest> => {
    for (;;) {
      const request = await starter.hear();
      if (request.type !== 'interrupt') return request;
      interrupted = true;
    }
  };

  let ready: Awaited<ReturnType<typeof localContext>>;
  try {
    ready = await localContext(peerCommand, 0);
  } catch (error) {
    starter.say({ type: 'cannot', reason: (error as Error).message });
    return starter.end();
  }
  starter.say({ type: 'ready', platform: ready.platform });

  let next = hear();
  for (;;) {
    const request = await next;
    next = hear();
    starter.say({ type: 'begun' });
    if (request.type === 'fuzz') {
      // Only here: it loads fast-check and the models.
      const [{ fuzz }, { modelOf }] = await Promise.all([import('./fuzz.ts'), import('../platforms/models.ts')]);
      const model = modelOf(request.model);
      if (model === undefined) starter.say({ type: 'cannot', reason: `there is no model of ${request.model}` });
      else {
        const hooks = { isInterrupted: () => interrupted, onAlive: () => starter.say({ type: 'alive' }) };
        starter.say({ type: 'fuzzed', fuzzed: await fuzz({ ...ready.context, timeout: request.timeout }, model, request.block, hooks) });
      }
      continue;
    }
    const { id, steps, trials, timeout, peerHost } = request;
    const scenario = steps === undefined ? scenarios.find((one) => one.id === id) : { id, about: '', ...scenarioFrom({ why: '', steps }) };
    if (scenario === undefined) {
      starter.say({ type: 'cannot', reason: `this agent has no scenario ${id}` });
      continue;
    }
    const peers = tellWaiting(peerHost === undefined ? ready.context.peers : hostedPeers(peerHost), () => starter.say({ type: 'waiting' }));
    const measured = await runTrials({ ...ready.context, timeout, peers }, scenario, {
      trials,
      isInterrupted: () => interrupted,
      onObservation: (observation) => starter.say({ type: 'observation', observation }),
      onProgress: (progress) => starter.say({ type: 'progress', measured: progress }),
    });
    starter.say({ type: 'done', measured });
  }
}
