import type { CodePlatform } from '../language/code.ts';
import { loadSockets } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import { socketCode } from '../platforms/codes.ts';
import type { PeerLink } from './peer.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import { PeerSocket } from './peer-socket.ts';
import { EnvironmentFailure, type SetupContext } from './setup.ts';
import { withStarter } from './starter.ts';

/** A peer in a process of its own, which does what its starter asks until it is killed. */
export async function runPeer(): Promise<void> {
  const peer = new PeerSocket(peerContext(await loadSockets()));
  const starter = await withStarter<PeerReply, PeerRequest>();
  for (;;) starter.say(await replyOf(peer, await starter.hear()));
}

/** What peers need on this platform; Wine has the codes of Windows. */
export function peerContext(sockets: Sockets): SetupContext {
  const platform = process.platform === 'win32' ? 'windows' : (process.platform as CodePlatform);
  return { sockets, nameOf: (code) => socketCode(platform, code)?.name };
}

/** What crosses to the trial's process: a failure too. */
export async function replyOf(peer: PeerLink, request: PeerRequest): Promise<PeerReply> {
  try {
    return await peer.ask(request);
  } catch (error) {
    return { failed: (error as Error).message, environment: error instanceof EnvironmentFailure };
  }
}
