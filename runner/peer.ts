import type { Address } from '../language/address.ts';
import { type Call, type CallResult, type Direction, RECEIVE } from '../language/call.ts';
import type { TimedObservation } from '../results/measured.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import type { Arrival } from './settle.ts';
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
    return this.#do({ do: 'connect', to });
  }

  send(length: number): Promise<void> {
    return this.#do({ do: 'send', length });
  }

  shutdown(direction: Direction): Promise<void> {
    return this.#do({ do: 'shutdown', direction });
  }

  close(): Promise<void> {
    return this.#do({ do: 'close' });
  }

  reset(): Promise<void> {
    return this.#do({ do: 'reset' });
  }

  settled(arrival: Arrival): Promise<void> {
    return this.#do({ do: 'settle', arrival });
  }

  async receive(length: number): Promise<TimedObservation> {
    const reply = await this.#link.ask({ do: 'receive', length });
    this.#heard(reply);
    if (!('received' in reply)) throw new SetupFailed("the peer's receive: the peer sent no result");
    return this.#trial.observe('P', RECEIVE, reply.received);
  }

  end(): void | Promise<void> {
    return this.#link.end();
  }

  #do(request: PeerRequest): Promise<void> {
    const reply = this.#link.ask(request);
    if (reply instanceof Promise) return reply.then((later) => this.#heard(later));
    this.#heard(reply);
    return DONE;
  }

  #heard(reply: PeerReply): void {
    if ('connected' in reply) this.#trial.expectFrom(reply.connected);
    else if ('failed' in reply) throw reply.environment ? new EnvironmentFailure(reply.failed) : new SetupFailed(reply.failed);
  }
}

/** A peer in a process of its own, which a scenario may kill. */
export class KillablePeer extends Peer {
  async kill(): Promise<void> {
    await this.end();
  }
}
