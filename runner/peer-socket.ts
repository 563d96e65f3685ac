import type { Address } from '../language/address.ts';
import { type CallResult, RECEIVE } from '../language/call.ts';
import type { Handle, Returned } from '../native-bindings/sockets.ts';
import { PEER_PAYLOAD, perform } from './calls.ts';
import type { PeerLink } from './peer.ts';
import type { PeerReply, PeerRequest } from './peer-protocol.ts';
import { settle } from './settle.ts';
import { EnvironmentFailure, mustName, mustSucceed, type SetupContext } from './setup.ts';

/** The same numbers on Linux, macOS and Windows: IPPROTO_TCP is IANA's, TCP_NODELAY is 1 in each one's header. */
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = Uint8Array.of(1, 0, 0, 0);

/** How long a connect to the trial's listener may take, in ms. */
const CONNECT_MS = 1000;
/** What a connect gives where the queue of a listener is full: Linux drops the SYN and SO_SNDTIMEO passes (socket(7)), Windows refuses. Only strangers can have filled a trial's. */
const QUEUE_FULL: ReadonlySet<string> = new Set(['EINPROGRESS', 'WSAECONNREFUSED']);

const DONE: PeerReply = { done: true };

/** A peer's socket, which does what it is asked: at once where it need not wait, so that it costs a trial in the same process no turn of an async function. Blocking. */
export class PeerSocket implements PeerLink {
  readonly #context: SetupContext;
  #handle: Handle = -1;

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
        return { connected: this.#connect(request.to) };
      case 'send':
        return this.#did(request, sockets.send(this.#handle, PEER_PAYLOAD, request.length, 0));
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
        return settle(sockets, this.#handle, request.arrival).then(() => DONE);
      case 'receive':
        return this.#receive(request.length).then((received) => ({ received }));
    }
  }

  /** Closes it, where it is open: nobody will ask it any more. */
  end(): void {
    if (this.#handle !== -1) this.#close();
  }

  #did(request: PeerRequest, returned: Returned): PeerReply {
    mustSucceed(this.#context, returned, `the peer's ${request.do}`);
    return DONE;
  }

  /** Gives the address that it has connected from. What it sends leaves at once (TCP_NODELAY): else a second piece waits for the acknowledgement of the first, which the other end delays by 40 ms. */
  #connect(to: Address): Address {
    const { sockets } = this.#context;
    const { SOL_SOCKET, SO_SNDTIMEO } = sockets.constants;
    const socket = sockets.socket(to.family, 'stream');
    mustSucceed(this.#context, socket, "the peer's socket");
    this.#handle = socket.ret;
    mustSucceed(this.#context, sockets.setsockopt(this.#handle, SOL_SOCKET, SO_SNDTIMEO, sockets.timeout(CONNECT_MS)), 'setsockopt(SO_SNDTIMEO)');
    const connected = sockets.connect(this.#handle, to);
    if (connected.ret === -1 && QUEUE_FULL.has(this.#context.nameOf(connected.code) ?? ''))
      throw new EnvironmentFailure("the peer's connect: the queue of the trial's listener is full of connections of other processes");
    mustSucceed(this.#context, connected, "the peer's connect");
    if (to.family === 'unix') return to;
    mustSucceed(this.#context, sockets.setsockopt(this.#handle, IPPROTO_TCP, TCP_NODELAY, ON), 'setsockopt(TCP_NODELAY)');
    return mustName(this.#context, sockets.getsockname(this.#handle), 'getsockname');
  }

  async #receive(length: number): Promise<CallResult> {
    await settle(this.#context.sockets, this.#handle, { bytes: length });
    return perform(this.#context.sockets, this.#handle, RECEIVE);
  }

  #close(): Returned {
    const closed = this.#handle;
    this.#handle = -1;
    return this.#context.sockets.close(closed);
  }
}
