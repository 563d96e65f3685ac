import type { Command } from '../platforms/command.ts';
import type { Door } from './channel.ts';
import { believed, type Conversation, conversationAt, ProcessConversation } from './conversation.ts';
import { Silence } from './inbox.ts';
import type { PeerLink } from './peer.ts';
import type { HostRequest, PeerReply, PeerRequest } from './peer-protocol.ts';
import { PeerSocket } from './peer-socket.ts';
import { EnvironmentFailure, type SetupContext } from './setup.ts';

/** Where the peers of an agent's trials live. */
export interface Peers {
  /** Whether they live on the subject's own platform, and may share a file system with it. */
  readonly onSamePlatform: boolean;
  /** A peer that no trial kills: at once where it lives beside the subject. */
  shared(): PeerLink | Promise<PeerLink>;
  /** A peer in a process of its own, which a trial may kill. */
  inOwnProcess(): Promise<PeerLink>;
}

/** Peers beside the subject; `command` starts one in a process of its own. */
export function localPeers(context: SetupContext, command: Command): Peers {
  return {
    onSamePlatform: true,
    shared: () => new PeerSocket(context),
    inOwnProcess: () => processLink(command),
  };
}

/** Peers in the process that listens at `host`, or in processes that it starts. */
export function hostedPeers(host: Door): Peers {
  return {
    onSamePlatform: false,
    shared: () => hostLink(host, false),
    inOwnProcess: () => hostLink(host, true),
  };
}

const WAITING_MS = 500;

/** The same peers. While one in another process is awaited, `onWaiting` is called again and again: on a busy machine a process may take longer to start than an agent may be silent. */
export function tellWaiting(peers: Peers, onWaiting: () => void): Peers {
  const during = async <T>(work: T | Promise<T>): Promise<T> => {
    const timer = setInterval(onWaiting, WAITING_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  };
  const linked = async (linking: Promise<PeerLink>): Promise<PeerLink> => {
    const link = await during(linking);
    return { ask: (request) => during(link.ask(request)), end: () => during(link.end()) };
  };
  return {
    ...peers,
    shared: () => {
      const link = peers.shared();
      return link instanceof Promise ? linked(link) : link;
    },
    inOwnProcess: () => linked(peers.inOwnProcess()),
  };
}

/** ms for a peer to do what it is asked: longer than it waits for anything itself. */
const REPLY_MS = 10_000;

async function processLink(command: Command): Promise<PeerLink> {
  const conversation = await ProcessConversation.start<PeerRequest, PeerReply>(command, believed());
  return { ask: (request) => replied(conversation, request), end: () => conversation.stop() };
}

async function hostLink(host: Door, ownProcess: boolean): Promise<PeerLink> {
  // Loaded only here, for it loads zod.
  const { peerReplySchema } = await import('./peer-protocol.ts');
  const conversation = await conversationAt<HostRequest, PeerReply>(host, peerReplySchema).catch((error) => {
    throw new EnvironmentFailure(`the peer host: ${error.message}`);
  });
  conversation.say({ do: 'begin', ownProcess });
  return {
    ask: (request) => replied(conversation, request),
    // The host ends the peer, and only then its side of the connection.
    end: async () => {
      conversation.say({ do: 'end' });
      await conversation.ended;
    },
  };
}

async function replied(conversation: Conversation<PeerRequest, PeerReply>, request: PeerRequest): Promise<PeerReply> {
  conversation.say(request);
  const reply = await conversation.hear({ ms: REPLY_MS });
  if (reply instanceof Silence) throw new EnvironmentFailure(`the peer ${reply.inWords(`did not answer within ${REPLY_MS / 1000} s`)}`);
  return reply;
}
