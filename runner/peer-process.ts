import { loadSockets } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { type CodePlatform, socketCode } from '../platforms/code.ts';
import { connectToStarter } from './channel.ts';
import type { PeerLink } from './peer.ts';
import type { PeerAnswer, PeerRequest } from './peer-protocol.ts';
import { PeerSocket } from './peer-socket.ts';
import { EnvironmentFailure } from './setup.ts';

/** A peer in a process of its own, which does what its starter asks until it is killed. */
export async function runPeer(): Promise<void> {
  const peer = servedPeer(await loadSockets());
  const channel = await connectToStarter(
    {},
    {
      message: async (message) => channel.send(await answerTo(peer, message as unknown as PeerRequest)),
      // Its starter is gone: there is nobody left to be a peer for.
      close: () => process.exit(0),
    },
  );
}

/** A peer of a trial in another process. */
export function servedPeer(sockets: Sockets): PeerSocket {
  const platform = process.platform === 'win32' ? 'windows' : (process.platform as CodePlatform);
  return new PeerSocket({ sockets, nameOf: (code: number) => socketCode(platform, code)?.name });
}

/** What crosses to the trial's process: a failure too. */
export async function answerTo(peer: PeerLink, request: PeerRequest): Promise<PeerAnswer> {
  try {
    return await peer.ask(request);
  } catch (error) {
    return { failed: (error as Error).message, environment: error instanceof EnvironmentFailure };
  }
}
