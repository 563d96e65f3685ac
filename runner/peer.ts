import type { Address } from '../language/address.ts';
import { type Call, type CallResult, RECEIVE } from '../language/call.ts';
import type { TimedObservation } from '../results/measured.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import { EnvironmentFailure, SetupFailed } from './setup.ts';

/** The way to a peer: its socket in this process, or a channel to another. */
export interface PeerLink {
  /** @throws SetupFailed, EnvironmentFailure */
  ask(request: PeerRequest): PeerReply | Promise<PeerReply>;
  /** Ends the peer, and its process where it has one of its own, and waits until it is gone: its sockets are closed by the system. */
  end(): void | Promise<void>;
}

/** What a peer tells the trial that it is of. */
interface PeerTrial {
  expectFrom(peer: Address): void;
  countStrangers(dropped: number): void;
  observe(on: 'P', call: Call, result: CallResult): TimedObservation;
}

const DONE = Promise.resolve();

/** The other end of a connection. What it does prepares what S will see, and is not recorded, but for `receive`. Of a peer in this process it is done when the call returns. */
export class Peer {
  readonly #trial: PeerTrial;
  readonly #link: PeerLink;

  constructor(trial: PeerTrial, link: PeerLink) {
    this.#trial = trial;
    this.#link = link;
  }

  connect(to: Address): Promise<void> {
    return this.#must({ do: 'connect', to });
  }

  send(length: number): Promise<void> {
    return this.#must({ do: 'send', length });
  }

  close(): Promise<void> {
    return this.#must({ do: 'close' });
  }

  reset(): Promise<void> {
    return this.#must({ do: 'reset' });
  }

  /** Receives all there is, once `length` bytes are there, and records it as one recv. */
  async receive(length: number): Promise<TimedObservation> {
    const reply = await this.ask({ do: 'receive', length });
    if (!('received' in reply)) throw new SetupFailed("the peer's receive: the peer sent no result");
    return this.#trial.observe('P', RECEIVE, reply.received);
  }

  /** What the system refuses is an answer too. @throws SetupFailed, EnvironmentFailure */
  ask(request: PeerRequest): PeerReply | Promise<PeerReply> {
    const reply = this.#link.ask(request);
    return reply instanceof Promise ? reply.then((later) => this.#heard(request, later)) : this.#heard(request, reply);
  }

  /** Ends the peer, and its process where it has one of its own. */
  end(): void | Promise<void> {
    return this.#link.end();
  }

  #must(request: PeerRequest): Promise<void> {
    const reply = this.ask(request);
    if (reply instanceof Promise) return reply.then(mustHaveDone);
    mustHaveDone(reply);
    return DONE;
  }

  #heard({ do: what }: PeerRequest, reply: PeerReply): PeerReply {
    if ('failed' in reply) throw reply.environment ? new EnvironmentFailure(reply.failed) : new SetupFailed(reply.failed);
    if (what === 'connect' && 'address' in reply) this.#trial.expectFrom(reply.address);
    if ('strangers' in reply) this.#trial.countStrangers(reply.strangers);
    return reply;
  }
}

function mustHaveDone(reply: PeerReply): void {
  if ('refused' in reply) throw new SetupFailed(reply.refused);
}
