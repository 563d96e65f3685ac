import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import { type Channel, connectToStarter, type Listener, type Message } from './channel.ts';
import { Conversation } from './conversation.ts';
import { openDoor } from './door.ts';
import { Silence } from './inbox.ts';
import { answerTo, servedPeer } from './peer-process.ts';
import type { PeerRequest } from './peer-protocol.ts';

type Request = PeerRequest | { readonly do: 'end' };

/** A process that holds the peers of subjects on another platform: one connection a peer. It ends with its starter. */
export async function runPeerHost(peerCommand: Command): Promise<void> {
  process.on('SIGINT', () => {});
  const sockets = await loadSockets();
  const { port, token } = await openDoor((channel, hello) => (hello.ownProcess === true ? inOwnProcess(channel, peerCommand) : shared(channel, sockets)));
  const platform = identify(sockets, await requireKoffi());
  await connectToStarter({ host: { port, token }, platform }, { message: () => {}, close: () => process.kill(process.pid, 'SIGKILL') });
}

function shared(channel: Channel, sockets: Sockets): Listener {
  const peer = servedPeer(sockets);
  return {
    message: async (message) => {
      const request = asRequest(message);
      if (request.do === 'end') await channel.end();
      else channel.send(await answerTo(peer, request));
    },
    close: () => peer.end(),
  };
}

/** A peer in a process of this platform: requests and answers are handed on. */
function inOwnProcess(channel: Channel, peerCommand: Command): Listener {
  const started = Conversation.start(peerCommand);
  // Without its peer the connection is of no use, and its end says so.
  started.catch(() => channel.destroy());
  return {
    message: async (message) => {
      const peer = await started.catch(() => undefined);
      if (peer === undefined) return;
      if (asRequest(message).do === 'end') {
        await peer.stop();
        return channel.end();
      }
      peer.say(message);
      const answer = await peer.hear();
      if (answer instanceof Silence) channel.destroy();
      else channel.send(answer);
    },
    close: () => void started.then((peer) => peer.kill()).catch(() => {}),
  };
}

function asRequest(message: Message): Request {
  return message as unknown as Request;
}
