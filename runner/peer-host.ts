import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { loadSockets, requireKoffi } from '../native-bindings/load.ts';
import type { Sockets } from '../native-bindings/sockets.ts';
import type { Command } from '../platforms/command.ts';
import { identify } from '../platforms/identify.ts';
import { type Channel, channelOver, connectToStarter, type Listener } from './channel.ts';
import { servePeer } from './peer-process.ts';
import type { PeerRequest } from './peer-protocol.ts';
import type { PeerHello, PeerHost } from './peers.ts';
import { startProcess } from './process.ts';

type Request = PeerRequest | { readonly do: 'kill' };

/** A process that holds the peers of subjects on another platform: one connection a peer. It ends with its starter. */
export async function runPeerHost(peerCommand: Command): Promise<void> {
  process.on('SIGINT', () => {});
  const sockets = await loadSockets();
  const token = randomBytes(32).toString('hex');
  const server = createServer((socket) => serve(socket, token, sockets, peerCommand));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const host: PeerHost = { port, token };
  const platform = identify(sockets, await requireKoffi());
  await connectToStarter({ host, platform }, { message: () => {}, close: () => process.kill(process.pid, 'SIGKILL') });
}

/** The first message says who asks, and for what kind of peer; each one after it is a request. */
function serve(socket: Socket, token: string, sockets: Sockets, peerCommand: Command): void {
  let answer: ((request: Request) => void) | undefined;
  let kill = () => {};
  const listener: Listener = {
    message: async (message) => {
      if (answer !== undefined) return answer(message as Request);
      const hello = message as PeerHello;
      if (hello.token !== token) return channel.destroy();
      const early: Request[] = [];
      answer = (request) => early.push(request);
      ({ answer, kill } = await (hello.ownProcess ? inOwnProcess(channel, peerCommand) : shared(channel, sockets)));
      for (const request of early) answer(request);
    },
    close: () => kill(),
  };
  const channel = channelOver(socket, listener);
}

interface Served {
  answer(request: Request): void;
  kill(): void;
}

async function shared(channel: Channel, sockets: Sockets): Promise<Served> {
  const peer = servePeer(sockets);
  return {
    answer: async (request) => (request.do === 'kill' ? void channel.end() : channel.send(await peer.answer(request))),
    kill: peer.end,
  };
}

/** A peer in a process of this platform: requests and answers are handed on. */
async function inOwnProcess(channel: Channel, peerCommand: Command): Promise<Served> {
  const { child, channel: peer, ended } = await startProcess(peerCommand, { message: (message) => channel.send(message), close: () => {} });
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
    await channel.end();
  };
  return { answer: (request) => (request.do === 'kill' ? void kill() : peer.send(request)), kill: () => void child.kill('SIGKILL') };
}
