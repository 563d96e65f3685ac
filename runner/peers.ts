import { createConnection } from 'node:net';
import type { Command } from '../platforms/command.ts';
import { channelOver } from './channel.ts';
import { deferred } from './deferred.ts';
import { LocalPeer, type Peer } from './peer.ts';
import type { PeerAnswer } from './peer-protocol.ts';
import { startProcess } from './process.ts';
import { type PeerLink, RemotePeer } from './remote-peer.ts';
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

/** A process that holds peers on another platform: where it listens, and what it wants to hear first. */
export interface PeerHost {
  readonly port: number;
  readonly token: string;
}

/** What a connection to a peer host begins with. */
export interface PeerHello {
  readonly token: string;
  readonly ownProcess: boolean;
}

/** Peers in the process of `host`, or in processes that it starts. */
export function hostedPeers(host: PeerHost): Peers {
  return {
    onSamePlatform: false,
    shared: async (trial) => new RemotePeer(trial, await hostLink(host, false)),
    inOwnProcess: async (trial) => new RemotePeer(trial, await hostLink(host, true)),
  };
}

async function processLink(command: Command): Promise<PeerLink> {
  const answers = new Answers();
  const { child, channel, ended } = await startProcess(command, answers);
  return {
    ask: (request) => answers.to(() => channel.send(request)),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
      channel.destroy();
    },
  };
}

async function hostLink({ port, token }: PeerHost, ownProcess: boolean): Promise<PeerLink> {
  const answers = new Answers();
  const gone = deferred<void>();
  const socket = createConnection({ host: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const channel = channelOver(socket, {
    message: answers.message,
    close: () => {
      answers.close();
      gone.resolve();
    },
  });
  channel.send({ token, ownProcess } satisfies PeerHello);
  return {
    ask: (request) => answers.to(() => channel.send(request)),
    // The host ends the peer, and only then its side of the connection.
    kill: () => {
      channel.send({ do: 'kill' });
      return gone.promise;
    },
  };
}

/** Answers come in the order of the requests, one at a time. */
class Answers {
  #next: (answer: PeerAnswer) => void = () => {};
  #isGone = false;

  readonly message = (message: unknown): void => this.#next(message as PeerAnswer);

  readonly close = (): void => {
    this.#isGone = true;
    this.#next({ failed: 'its process has ended' });
  };

  to(send: () => void): Promise<PeerAnswer> {
    return new Promise((resolve) => {
      this.#next = resolve;
      if (this.#isGone) this.close();
      else send();
    });
  }
}
