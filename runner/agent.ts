import type { Names } from '../language/call.ts';
import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { codes } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import type { Platform } from '../platforms/platform.ts';
import type { AgentMessage, AgentRequest, BatchRequest, FuzzRequest, RunRequest } from './agent-protocol.ts';
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

/** How many scenarios run side by side where a pause stands for all that nothing tells: each with its trials, so that the pauses are most of their time still. */
const LANES = 8;

/** An agent: owns sockets on one platform, runs the scenarios it is asked for, and ends with its starter. */
export async function runAgent(scenarios: readonly Scenario[], peerCommand: Command): Promise<void> {
  // A Ctrl-C reaches the whole process group; what is to be stopped, and when, is the starter's to say.
  process.on('SIGINT', () => {});

  const starter = await withStarter<AgentMessage, AgentRequest>();
  let interrupted = false;
  /** Hears an interrupt at once, also while a scenario runs. */
  const hear = async (): Promise<RunRequest | BatchRequest | FuzzRequest> => {
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
  const byId = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
  starter.say({ type: 'ready', platform: ready.platform });

  /** What runs a scenario's trials: the peers are asked for, and told of, for this request. */
  const trialContext = ({ timeout, peerHost }: Pick<RunRequest, 'timeout' | 'peerHost'>): TrialContext => {
    const peers = peerHost === undefined ? ready.context.peers : hostedPeers(peerHost);
    return { ...ready.context, timeout, peers: tellWaiting(peers, () => starter.say({ type: 'waiting' })) };
  };

  /** A scenario that the agent does not know is left out: whoever asked hears nothing of it, and asks for it alone. */
  const runBatch = async ({ ids, trials, ...request }: BatchRequest) => {
    const context = trialContext(request);
    const left = ids.flatMap((id) => byId.get(id) ?? []);
    const lane = async () => {
      for (let scenario = left.shift(); scenario !== undefined && !interrupted; scenario = left.shift()) {
        const onProgress = () => starter.say({ type: 'alive' });
        starter.say({ type: 'done', measured: await runTrials(context, scenario, { trials, isInterrupted: () => interrupted, onProgress }) });
      }
    };
    await Promise.all(Array.from({ length: ready.context.tellsState ? 1 : LANES }, lane));
    starter.say({ type: 'batched' });
  };

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
    if (request.type === 'batch') {
      await runBatch(request);
      continue;
    }
    const { id, steps, trials } = request;
    const scenario = steps === undefined ? byId.get(id) : { id, about: '', ...scenarioFrom({ why: '', steps }) };
    if (scenario === undefined) {
      starter.say({ type: 'cannot', reason: `this agent has no scenario ${id}` });
      continue;
    }
    const measured = await runTrials(trialContext(request), scenario, {
      trials,
      isInterrupted: () => interrupted,
      onObservation: (observation) => starter.say({ type: 'observation', observation }),
      onProgress: (progress) => starter.say({ type: 'progress', measured: progress }),
    });
    starter.say({ type: 'done', measured });
  }
}
