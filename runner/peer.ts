import type { Address } from '../language/address.ts';
import { type Answer, type Call, RECEIVE } from '../language/call.ts';
import type { Direction } from '../native-bindings/sockets.ts';
import type { TimedObservation } from '../results/measured.ts';
import type { PeerAnswer, PeerRequest } from './peer-protocol.ts';
import type { Arrival } from './settle.ts';
import { EnvironmentFailure, SetupFailed } from './setup.ts';

/** The way to a peer: its socket in this process, or a channel to another. */
export interface PeerLink {
  /** @throws SetupFailed, EnvironmentFailure */
  ask(request: PeerRequest): PeerAnswer | Promise<PeerAnswer>;
  /** Ends the peer, and its process where it has one of its own, and waits until it is gone: its sockets are closed by the system. */
  end(): void | Promise<void>;
}

/** What a peer tells the trial that it is of. */
interface PeerTrial {
  expectFrom(peer: Address): void;
  observe(on: 'P', call: Call, answer: Answer): TimedObservation;
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
    const answer = await this.#link.ask({ do: 'receive', length });
    this.#heard(answer);
    if (!('received' in answer)) throw new SetupFailed("the peer's receive: the peer sent no result");
    return this.#trial.observe('P', RECEIVE, answer.received);
  }

  end(): void | Promise<void> {
    return this.#link.end();
  }

  #do(request: PeerRequest): Promise<void> {
    const answer = this.#link.ask(request);
    if (answer instanceof Promise) return answer.then((later) => this.#heard(later));
    this.#heard(answer);
    return DONE;
  }

  #heard(answer: PeerAnswer): void {
    if ('connected' in answer) this.#trial.expectFrom(answer.connected);
    else if ('failed' in answer) throw answer.environment ? new EnvironmentFailure(answer.failed) : new SetupFailed(answer.failed);
  }
}

/** A peer in a process of its own, which a scenario may kill. */
export class KillablePeer extends Peer {
  async kill(): Promise<void> {
    await this.end();
  }
}
