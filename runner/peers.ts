import type { Command } from '../platforms/command.ts';
import { connectTo, type Door, type Message } from './channel.ts';
import { Conversation } from './conversation.ts';
import { Inbox, Silence } from './inbox.ts';
import type { PeerLink } from './peer.ts';
import type { PeerAnswer } from './peer-protocol.ts';
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
    shared: () => hostLink(host, { ownProcess: false }),
    inOwnProcess: () => hostLink(host, { ownProcess: true }),
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
    end: () => conversation.stop(),
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
    end: () => {
      channel.send({ do: 'end' });
      return inbox.closed;
    },
  };
}

async function answerOf(heard: Promise<Message | Silence>): Promise<PeerAnswer> {
  const answer = await heard;
  if (!(answer instanceof Silence)) return answer as unknown as PeerAnswer;
  throw new EnvironmentFailure(`the peer ${answer.why === 'ended' ? `ended its process: ${answer.how}` : `did not answer within ${ANSWER_MS / 1000} s`}`);
}
