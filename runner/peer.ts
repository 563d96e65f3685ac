import type { Address, Direction, Handle } from '../native-bindings/sockets.ts';
import type { TimedObservation } from '../results/measured.ts';
import { observed, PEER_PAYLOAD } from './calls.ts';
import { connectPeer, receiveCall, receiveOn, resetOnClose } from './peer-protocol.ts';
import { type Arrival, settle } from './settle.ts';
import { mustSucceed } from './setup.ts';
import type { Trial } from './trial.ts';

/** The other end of a connection. Its calls prepare what S will see; they are not recorded, but for `receive`. */
export interface Peer {
  connect(to: Address): Promise<void>;
  send(length: number): Promise<void>;
  shutdown(direction: Direction): Promise<void>;
  /** A plain close: sends a FIN where all was read, an RST where something was not. */
  close(): Promise<void>;
  /** Resets the connection: SO_LINGER {1, 0}, then close. */
  reset(): Promise<void>;
  /** Waits until what S did has arrived at P, by calls that consume nothing of it. */
  settled(arrival: Arrival): Promise<void>;
  /** Receives what S sent, once `length` bytes of it are there: recorded. */
  receive(length: number): Promise<TimedObservation>;
}

const DONE = Promise.resolve();

/** A peer in the process of the subject. Its calls are done when they return, and cost a trial no turn of an async function of their own. */
export class LocalPeer implements Peer {
  readonly #trial: Trial;
  #handle: Handle = -1;
  #family: Address['family'] = 'inet';

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  connect(to: Address): Promise<void> {
    this.#family = to.family;
    this.#handle = this.#trial.socket(this.#family).handle;
    this.#trial.expectFrom(connectPeer(this.#context, this.#handle, to));
    return DONE;
  }

  send(length: number): Promise<void> {
    mustSucceed(this.#context, this.#sockets.send(this.#handle, PEER_PAYLOAD, length, 0), "the peer's send");
    return DONE;
  }

  shutdown(direction: Direction): Promise<void> {
    mustSucceed(this.#context, this.#sockets.shutdown(this.#handle, direction), "the peer's shutdown");
    return DONE;
  }

  close(): Promise<void> {
    this.#trial.disown(this.#handle);
    mustSucceed(this.#context, this.#sockets.close(this.#handle), "the peer's close");
    return DONE;
  }

  reset(): Promise<void> {
    resetOnClose(this.#context, this.#handle);
    return this.close();
  }

  settled(arrival: Arrival): Promise<void> {
    return settle(this.#sockets, this.#handle, arrival);
  }

  async receive(length: number): Promise<TimedObservation> {
    const answer = await receiveOn(this.#sockets, this.#handle, length);
    return this.#trial.record(observed(this.#sockets, this.#context.nameOf, 'P', receiveCall(this.#handle), answer));
  }

  get #context() {
    return this.#trial.context;
  }

  get #sockets() {
    return this.#trial.context.sockets;
  }
}
