import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import type { PeerHostMessage } from './agent-protocol.ts';
import { Conversation } from './conversation.ts';
import { openDoor } from './door.ts';
import { Inbox, Silence } from './inbox.ts';
import type { PeerLink } from './peer.ts';
import { peerContext, replyOf } from './peer-process.ts';
import { type HostRequest, hostRequestSchema, type PeerReply } from './peer-protocol.ts';
import { localPeers, type Peers } from './peers.ts';
import { withStarter } from './starter.ts';

/** A process that holds the peers of subjects on another platform: one connection a peer. It ends with its starter. */
export async function runPeerHost(peerCommand: Command): Promise<void> {
  process.on('SIGINT', () => {});
  const starter = await withStarter<PeerHostMessage, never>();
  try {
    const sockets = await loadSockets();
    const platform = identify(sockets, await requireKoffi());
    const peers = localPeers(peerContext(sockets), peerCommand);
    const { port, token } = await openDoor((channel) => {
      const inbox = new Inbox();
      // Without its peer the connection is of no use, and its end says so.
      serve(new Conversation(channel, inbox, hostRequestSchema), peers).catch(() => channel.destroy());
      return inbox;
    });
    starter.say({ type: 'ready', door: { port, token }, platform });
  } catch (error) {
    starter.say({ type: 'cannot', reason: (error as Error).message });
    await starter.end();
  }
}

/** One peer of an agent's, until the agent says that it is to end, or is gone. */
async function serve(agent: Conversation<PeerReply, HostRequest>, peers: Peers): Promise<void> {
  let peer: PeerLink | undefined;
  for (;;) {
    const request = await agent.hear();
    if (request instanceof Silence && request.why === 'unfit') agent.say({ failed: `the agent ${request.how}`, environment: false });
    else if (request instanceof Silence || request.do === 'end') {
      await peer?.end();
      return agent.end();
    } else if (request.do === 'begin') peer = await (request.ownProcess ? peers.inOwnProcess() : peers.shared());
    else if (peer !== undefined) agent.say(await replyOf(peer, request));
  }
}
