import { type Address, isSameAddress } from '../language/address.ts';
import { type CallResult, RECEIVE } from '../language/call.ts';
import type { Handle, Returned } from '../native-bindings/sockets.ts';
import { PEER_PAYLOAD, perform, receiveAll } from './calls.ts';
import type { PeerLink } from './peer.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import { type Arrival, isWhole, settleNow } from './settle.ts';
import { ENVIRONMENT_CODES, EnvironmentFailure, mustName, mustSucceed, type SetupContext } from './setup.ts';

/** The same numbers on Linux, macOS and Windows: IPPROTO_TCP is IANA's, TCP_NODELAY is 1 in each one's header. */
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = Uint8Array.of(1, 0, 0, 0);

/** How long a connect to the trial's listener may take, and a send that finds the buffers full, in ms. */
const MOST_MS = 1000;
/** What a connect gives where the queue of a listener is full: Linux drops the SYN and SO_SNDTIMEO passes (socket(7)), Windows refuses. Only strangers can have filled a trial's. */
const QUEUE_FULL: ReadonlySet<string> = new Set(['EINPROGRESS', 'WSAECONNREFUSED']);
const BACKLOG = 128;

const DONE: PeerReply = { done: true };

/** A peer's socket, which does what it is asked: at once where it need not wait, so that it costs a trial in the same process no turn of an async function. Blocking. */
export class PeerSocket implements PeerLink {
  readonly #context: SetupContext;
  #handle: Handle = -1;
  #listener: Handle = -1;

  constructor(context: SetupContext) {
    this.#context = context;
  }

  get handle(): Handle {
    return this.#handle;
  }

  /** @throws SetupFailed, EnvironmentFailure */
  ask(request: PeerRequest): PeerReply | Promise<PeerReply> {
    const { sockets } = this.#context;
    switch (request.do) {
      case 'connect':
        return { address: this.#connect(request) };
      case 'listen':
        return { address: this.#listen(request.at) };
      case 'accept':
        return this.#accept(request.from);
      case 'send':
        return this.#send(request);
      case 'shutdown':
        return this.#did(request, sockets.shutdown(this.#handle, request.direction));
      case 'close':
        return this.#did(request, this.#close());
      case 'reset': {
        const { SOL_SOCKET, SO_LINGER } = sockets.constants;
        mustSucceed(this.#context, sockets.setsockopt(this.#handle, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0)), 'setsockopt(SO_LINGER)');
        return this.#did(request, this.#close());
      }
      case 'settle':
        return this.#settle(request.arrival);
      case 'receive':
        return this.#receive(request.length);
      case 'take':
        // Wine counts the bytes that a reset took, too: a recv that fails ends it.
        while (sockets.readable(this.#handle).bytes > 0 && perform(sockets, this.#handle, RECEIVE).ret > 0) {}
        return DONE;
      case 'unread':
        return { unread: sockets.readable(this.#handle).bytes };
    }
  }

  /** Closes it, where it is open: nobody will ask it any more. */
  end(): void {
    if (this.#handle !== -1) this.#close();
    if (this.#listener !== -1) this.#context.sockets.close(this.#listener);
    this.#listener = -1;
  }

  #send(request: PeerRequest & { readonly do: 'send' }): PeerReply {
    const { length } = request;
    const returned = this.#context.sockets.send(this.#handle, payload(length), length, 0);
    return returned.ret === -1 ? this.#did(request, returned) : { sent: returned.ret };
  }

  #settle(arrival: Arrival): PeerReply | Promise<PeerReply> {
    const { sockets } = this.#context;
    const settled = settleNow(sockets, this.#handle, arrival);
    const told = (): PeerReply => ({ settled: sockets.tcpInfo(this.#handle)?.state ?? null });
    return settled === undefined ? told() : settled.then(told);
  }

  #did({ do: what }: PeerRequest, { ret, code }: Returned): PeerReply {
    if (ret !== -1) return DONE;
    const name = this.#context.nameOf(code) ?? `code ${code}`;
    if (ENVIRONMENT_CODES.has(name)) throw new EnvironmentFailure(`the peer's ${what}: ${name}`);
    return { refused: `the peer's ${what}: ${name}` };
  }

  /** Gives the address that it has connected from. What it sends leaves at once (TCP_NODELAY): else a second piece waits for the acknowledgement of the first, which the other end delays by 40 ms. */
  #connect({ to, from }: PeerRequest & { readonly do: 'connect' }): Address {
    const { sockets } = this.#context;
    const { SOL_SOCKET, SO_SNDTIMEO } = sockets.constants;
    this.#handle = this.#socket(to);
    mustSucceed(this.#context, sockets.setsockopt(this.#handle, SOL_SOCKET, SO_SNDTIMEO, sockets.timeout(MOST_MS)), 'setsockopt(SO_SNDTIMEO)');
    if (from !== undefined) mustSucceed(this.#context, sockets.bind(this.#handle, from), "the peer's bind");
    const connected = sockets.connect(this.#handle, to);
    if (connected.ret === -1 && QUEUE_FULL.has(this.#context.nameOf(connected.code) ?? ''))
      throw new EnvironmentFailure("the peer's connect: the queue of the trial's listener is full of connections of other processes");
    mustSucceed(this.#context, connected, "the peer's connect");
    if (to.family === 'unix') return to;
    this.#sendsAtOnce();
    return mustName(this.#context, sockets.getsockname(this.#handle), 'getsockname');
  }

  #listen(at: Address): Address {
    const { sockets } = this.#context;
    this.#listener = this.#socket(at);
    mustSucceed(this.#context, sockets.bind(this.#listener, at), "the peer's bind");
    mustSucceed(this.#context, sockets.listen(this.#listener, BACKLOG), "the peer's listen");
    const { SOL_SOCKET, SO_RCVTIMEO } = sockets.constants;
    mustSucceed(this.#context, sockets.setsockopt(this.#listener, SOL_SOCKET, SO_RCVTIMEO, sockets.timeout(MOST_MS)), 'setsockopt(SO_RCVTIMEO)');
    return at.family === 'unix' ? at : mustName(this.#context, sockets.getsockname(this.#listener), 'getsockname');
  }

  #accept(from: Address): PeerReply {
    const { sockets } = this.#context;
    for (let strangers = 0; ; strangers++) {
      const accepted = sockets.acceptNamed(this.#listener);
      // A machine that has run out of ports ends connections while they begin.
      if (accepted.ret === -1 && this.#context.nameOf(accepted.code) === 'EAGAIN')
        throw new EnvironmentFailure(`the peer's accept: no connection within ${MOST_MS} ms`);
      mustSucceed(this.#context, accepted, "the peer's accept");
      if (from.family === 'unix' || (isSameAddress(accepted.address, from) && isWhole(sockets, accepted.ret))) {
        this.#handle = accepted.ret;
        if (from.family !== 'unix') this.#sendsAtOnce();
        return { strangers };
      }
      sockets.close(accepted.ret);
    }
  }

  #socket({ family }: Address): Handle {
    const socket = this.#context.sockets.socket(family, 'stream');
    mustSucceed(this.#context, socket, "the peer's socket");
    return socket.ret;
  }

  #sendsAtOnce(): void {
    mustSucceed(this.#context, this.#context.sockets.setsockopt(this.#handle, IPPROTO_TCP, TCP_NODELAY, ON), 'setsockopt(TCP_NODELAY)');
  }

  #receive(length: number): PeerReply | Promise<PeerReply> {
    const pending = length === 0 ? undefined : settleNow(this.#context.sockets, this.#handle, { bytes: length });
    const received = (): PeerReply => ({ received: this.#receiveAll() });
    return pending === undefined ? received() : pending.then(received);
  }

  /** Only a recv that finds nothing more tells that this was all: it must not wait. */
  #receiveAll(): CallResult {
    const { sockets } = this.#context;
    sockets.setNonBlocking(this.#handle, true);
    const all = receiveAll(sockets, this.#handle, RECEIVE);
    sockets.setNonBlocking(this.#handle, false);
    return all;
  }

  #close(): Returned {
    const closed = this.#handle;
    this.#handle = -1;
    return this.#context.sockets.close(closed);
  }
}

function payload(length: number): Uint8Array {
  return length <= PEER_PAYLOAD.length ? PEER_PAYLOAD : Buffer.alloc(length, PEER_PAYLOAD);
}
