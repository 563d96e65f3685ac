import type { Address, Direction } from '../native-bindings/sockets.ts';
import type { TimedObservation } from '../results/measured.ts';
import { observed } from './calls.ts';
import type { Peer } from './peer.ts';
import { type PeerAnswer, type PeerRequest, receiveCall } from './peer-protocol.ts';
import type { Arrival } from './settle.ts';
import { EnvironmentFailure, SetupFailed } from './setup.ts';
import type { Trial } from './trial.ts';

/** The way to a peer in another process. */
export interface PeerLink {
  ask(request: PeerRequest): Promise<PeerAnswer>;
  /** Ends the peer's process, where it has one of its own, and waits until it is gone: its sockets are closed by the system. */
  kill(): Promise<void>;
}

/** A peer in another process. */
export class RemotePeer implements Peer {
  readonly #trial: Trial;
  readonly #link: PeerLink;

  constructor(trial: Trial, link: PeerLink) {
    this.#trial = trial;
    this.#link = link;
  }

  async connect(to: Address): Promise<void> {
    const answer = await this.#ask({ do: 'connect', to });
    if ('connected' in answer) this.#trial.expectFrom(answer.connected);
  }

  async send(length: number): Promise<void> {
    await this.#ask({ do: 'send', length });
  }

  async shutdown(direction: Direction): Promise<void> {
    await this.#ask({ do: 'shutdown', direction });
  }

  async close(): Promise<void> {
    await this.#ask({ do: 'close' });
  }

  async reset(): Promise<void> {
    await this.#ask({ do: 'reset' });
  }

  async settled(arrival: Arrival): Promise<void> {
    await this.#ask({ do: 'settle', arrival });
  }

  async receive(length: number): Promise<TimedObservation> {
    const answer = await this.#ask({ do: 'receive', length });
    if (!('received' in answer)) throw new SetupFailed("the peer's receive: the peer sent no result");
    const { sockets, nameOf } = this.#trial.context;
    return this.#trial.record(observed(sockets, nameOf, 'P', receiveCall(-1), answer.received));
  }

  kill(): Promise<void> {
    return this.#link.kill();
  }

  async #ask(request: PeerRequest): Promise<PeerAnswer> {
    const answer = await this.#link.ask(request);
    if (!('failed' in answer)) return answer;
    const what = `the peer's ${request.do}: ${answer.failed}`;
    throw answer.environment ? new EnvironmentFailure(what) : new SetupFailed(what);
  }
}
