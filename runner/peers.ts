import type { Command } from '../platforms/command.ts';
import { connectTo, type Door, type Message } from './channel.ts';
import { Conversation } from './conversation.ts';
import { Inbox, Silence } from './inbox.ts';
import { LocalPeer, type Peer } from './peer.ts';
import type { PeerAnswer } from './peer-protocol.ts';
import { type PeerLink, RemotePeer } from './remote-peer.ts';
import { EnvironmentFailure } from './setup.ts';
import type { Trial } from './trial.ts';

/** Where the peers of an agent's trials live. */
export interface Peers {
  /** Whether they live on the subject's own platform, and may share a file system with it. */
  readonly onSamePlatform: boolean;
  /** A peer that no trial kills. */
  shared(trial: Trial): Peer | Promise<Peer>;
  /** A peer in a process of its own, which a trial may kill. */
  inOwnProcess(trial: Trial): Promise<RemotePeer>;
}

/** Peers beside the subject; `command` starts one in a process of its own. */
export function localPeers(command: Command): Peers {
  return {
    onSamePlatform: true,
    shared: (trial) => new LocalPeer(trial),
    inOwnProcess: async (trial) => new RemotePeer(trial, await processLink(command)),
  };
}

/** Peers in the process that listens at `host`, or in processes that it starts. */
export function hostedPeers(host: Door): Peers {
  return {
    onSamePlatform: false,
    shared: async (trial) => new RemotePeer(trial, await hostLink(host, { ownProcess: false })),
    inOwnProcess: async (trial) => new RemotePeer(trial, await hostLink(host, { ownProcess: true })),
  };
}

/** What a connection to a peer host begins with, beside the token. */
export interface PeerHello {
  readonly ownProcess: boolean;
}

/** ms for a peer to do what it is asked: longer than it waits for anything itself. */
const ANSWER_MS = 10_000;

async function processLink(command: Command): Promise<PeerLink> {
  const conversation = await Conversation.start(command);
  return {
    ask: (request) => {
      conversation.say(request);
      return answerOf(conversation.hear({ ms: ANSWER_MS }));
    },
    kill: () => conversation.stop(),
  };
}

async function hostLink(host: Door, hello: PeerHello): Promise<PeerLink> {
  const inbox = new Inbox();
  const channel = await connectTo(host, hello, inbox).catch((error) => {
    throw new EnvironmentFailure(`the peer host: ${error.message}`);
  });
  inbox.closed.then(() => inbox.end('its host closed the connection'));
  return {
    ask: (request) => {
      channel.send(request);
      return answerOf(inbox.next({ ms: ANSWER_MS }));
    },
    // The host ends the peer, and only then its side of the connection.
    kill: () => {
      channel.send({ do: 'kill' });
      return inbox.closed;
    },
  };
}

async function answerOf(heard: Promise<Message | Silence>): Promise<PeerAnswer> {
  const answer = await heard;
  if (!(answer instanceof Silence)) return answer as unknown as PeerAnswer;
  return { failed: answer.why === 'ended' ? `its process ended: ${answer.how}` : `it did not answer within ${ANSWER_MS / 1000} s`, environment: true };
}
