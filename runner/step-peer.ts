import type { Address } from '../language/address.ts';
import type { PeerStep } from '../language/steps.ts';
import type { Peer } from './peer.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import type { Arrival } from './settle.ts';
import type { Subject, Trial } from './trial.ts';

/** The other end of a sequence of steps: what it does, and what is awaited after a step of either end (docs/steps.md). */
export interface StepPeer {
  perform(step: PeerStep, S: Subject): void | Promise<void>;
  /** S has sent so many bytes; `settles`: they are awaited. */
  afterSend(S: Subject, bytes: number, settles: boolean): void | Promise<void>;
  /** S has shut its sending side. */
  afterShutdown(S: Subject): void | Promise<void>;
}

/** P of a stream: TCP's, or AF_UNIX's. */
export class StreamPeer implements StepPeer {
  readonly #peer: Peer;
  readonly #address: Address;
  /** An AF_UNIX socket of POSIX hands over while the call lasts. */
  readonly #isSynchronous: boolean;
  readonly #tellsState: boolean;
  #isGone = false;
  /** Bytes that each end has sent: so many has the other received. */
  #sent = 0;
  #sentByS = 0;
  /** Whether S is connected to it, and can be asked what has arrived. */
  isTaken: boolean;

  constructor(t: Trial, peer: Peer, address: Address, isTaken: boolean) {
    const { sockets, tellsState } = t.context;
    this.#peer = peer;
    this.#address = address;
    this.#isSynchronous = address.family === 'unix' && sockets.api === 'posix';
    this.#tellsState = address.family !== 'unix' && tellsState;
    this.isTaken = isTaken;
  }

  perform(step: PeerStep, S: Subject): void | Promise<void> {
    switch (step.verb) {
      case 'recv':
        return step.recorded ? this.#peer.receive(0).then(() => {}) : this.#asks({ do: 'take' }, () => {});
      case 'send':
        return this.#asks({ do: 'send', length: step.length }, (reply) => {
          if (!('sent' in reply)) return;
          this.#sent += reply.sent;
          return this.#settled(step, S, { received: this.#sent });
        });
      case 'shutdown':
        return this.#asks({ do: 'shutdown', direction: step.direction }, (reply) =>
          'refused' in reply || step.direction === 'read' ? undefined : this.#settled(step, S, 'end'),
        );
      case 'connect':
        return this.#asks({ do: 'connect', to: this.#address }, () => this.#settled(step, S, { connections: 1 }));
      case 'reset':
        this.#isGone = true;
        return this.#asks({ do: 'reset' }, () => this.#settled(step, S, 'reset'));
      case 'close':
        return this.#ends(step, S, () => this.#peer.ask({ do: 'close' }));
      case 'kill':
        return this.#ends(step, S, () => this.#peer.end());
    }
  }

  afterSend(S: Subject, bytes: number, settles: boolean): void | Promise<void> {
    this.#sentByS += bytes;
    if (!settles) return;
    // It has connected once more, and nobody has taken that connection: no end of it is there to be asked.
    if (!this.isTaken) return this.#arrived(S, 'unobservable');
    // Its own data draws an RST from a peer that is gone.
    return this.#isGone ? this.#arrived(S, 'reset') : this.#arrivedHere(S, { received: this.#sentByS });
  }

  afterShutdown(S: Subject): void | Promise<void> {
    return this.#isGone || !this.isTaken ? undefined : this.#arrivedHere(S, 'end');
  }

  /** By a plain end, which resets the connection where P has not read everything. */
  #ends(step: PeerStep, S: Subject, how: () => unknown): void | Promise<void> {
    this.#isGone = true;
    const end = (unread: number) => after(how(), () => this.#settled(step, S, unread > 0 ? 'reset' : 'end'));
    return this.#sentByS === 0 ? end(0) : this.#asks({ do: 'unread' }, (reply) => end('unread' in reply ? reply.unread : 0));
  }

  #asks(request: PeerRequest, then: (reply: PeerReply) => void | Promise<void>): void | Promise<void> {
    return after(this.#peer.ask(request), then);
  }

  #settled({ settles, verb }: PeerStep, S: Subject, arrival: Arrival): void | Promise<void> {
    if (!settles || S.isClosed) return;
    // A process that is killed takes longer to end: where nothing tells, the pause for its end is another.
    return verb === 'kill' && !this.#isSynchronous ? S.settledNow(this.isTaken ? arrival : 'unobservable') : this.#arrived(S, arrival);
  }

  #arrived(S: Subject, arrival: Arrival): void | Promise<void> {
    if (this.#isSynchronous) return;
    // A connection that S has not taken has no handle that could be asked.
    const isTold = this.#tellsState && (this.isTaken || (typeof arrival === 'object' && 'connections' in arrival));
    return S.settledNow(isTold ? arrival : 'unobservable');
  }

  /** The same at P. */
  #arrivedHere(S: Subject, arrival: Arrival): void | Promise<void> {
    if (this.#isSynchronous) return;
    if (!this.#tellsState) return S.settledNow('unobservable');
    // Where both its sides are shut, P has answered with an RST, or both ends are done: S is done too.
    return this.#asks({ do: 'settle', arrival }, (reply) => ('settled' in reply && reply.settled === 'CLOSE' ? S.settledNow('reset') : undefined));
  }
}

/** P of UDP: a socket beside S, bound to a port of its own. */
export class DatagramPeer implements StepPeer {
  readonly #t: Trial;
  readonly #socket: Subject;
  readonly #address: Address;
  readonly #addressOfS: Address;
  /** On POSIX poll tells that something has come. */
  readonly #tells: boolean;
  #isGone = false;
  /** A connected socket is told that nobody listens there; on POSIX no other is. */
  isConnected = false;

  constructor(t: Trial, socket: Subject, { address, addressOfS }: { readonly address: Address; readonly addressOfS: Address }) {
    this.#t = t;
    this.#socket = socket;
    this.#address = address;
    this.#addressOfS = addressOfS;
    this.#tells = t.context.tellsState && t.context.sockets.api === 'posix';
  }

  perform(step: PeerStep, S: Subject): void | Promise<void> {
    switch (step.verb) {
      case 'send':
        this.#socket.sendTo(this.#addressOfS, step.length);
        if (step.settles && !S.isClosed) return this.#arrived(S);
        break;
      case 'recv':
        this.#socket.takeAll(step.recorded);
        break;
      case 'close':
        this.#isGone = true;
        this.#t.closePort(this.#socket, this.#address);
    }
  }

  afterSend(S: Subject, _: number, settles: boolean): void | Promise<void> {
    if (!settles) return;
    if (!this.#isGone) return this.#arrived(this.#socket);
    if (this.isConnected || !this.#tells) return this.#arrived(S);
  }

  afterShutdown(): void {}

  #arrived(s: Subject): void | Promise<void> {
    return s.settledNow(this.#tells ? 'datagram' : 'unobservable');
  }
}

/** At once where there is no promise: a turn of the event loop is as long as a trial. */
export function after<T>(value: T | Promise<T>, then: (value: T) => void | Promise<void>): void | Promise<void> {
  return value instanceof Promise ? value.then(then) : then(value);
}
