import type { Address, Direction, Handle, Sockets } from '../native-bindings/sockets.ts';
import { type Answer, type Call, perform } from './calls.ts';
import { type Arrival, settle } from './settle.ts';
import { mustSucceed, SetupFailed } from './setup.ts';
import type { TrialContext } from './trial.ts';

type Context = Pick<TrialContext, 'sockets' | 'nameOf'>;

/** What a peer in another process is asked, one request at a time, each answered before the next. */
export type PeerRequest =
  | { readonly do: 'connect'; readonly to: Address }
  | { readonly do: 'send'; readonly length: number }
  | { readonly do: 'shutdown'; readonly direction: Direction }
  | { readonly do: 'close' }
  | { readonly do: 'reset' }
  | { readonly do: 'settle'; readonly arrival: Arrival }
  | { readonly do: 'receive'; readonly length: number };

export type PeerAnswer =
  /** A connect, and the address that the peer has connected from. */
  | { readonly connected: Address }
  | { readonly done: true }
  | { readonly received: Answer }
  /** `environment`: the machine refused it, as every trial's (setup.ts). */
  | { readonly failed: string; readonly environment: boolean };

export function receiveCall(handle: Handle): Call {
  return { call: 'recv', s: handle, stream: true, length: 4096, flags: [], nullBuffer: false };
}

/** Receives on a peer's socket once `length` bytes have arrived there. */
export async function receiveOn(sockets: Sockets, handle: Handle, length: number): Promise<Answer> {
  await settle(sockets, handle, { bytes: length });
  return perform(sockets, receiveCall(handle));
}

/** The same numbers on Linux, macOS and Windows: IPPROTO_TCP is IANA's, TCP_NODELAY is 1 in each one's header. */
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = Uint8Array.of(1, 0, 0, 0);

/**
 * Connects a peer's socket. Gives the address that it connects from. What it sends leaves at once (TCP_NODELAY): else a second piece waits for the acknowledgement of the
 * first, which the other end delays by 40 ms.
 */
export function connectPeer(context: Context, handle: Handle, to: Address): Address {
  const { sockets } = context;
  mustSucceed(context, sockets.connect(handle, to), "the peer's connect");
  if (to.family === 'unix') return to;
  mustSucceed(context, sockets.setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, ON), 'setsockopt(TCP_NODELAY)');
  const named = sockets.getsockname(handle);
  mustSucceed(context, named, 'getsockname');
  if (named.address === undefined) throw new SetupFailed('getsockname succeeded without an address');
  return named.address;
}

/** Makes the close that follows a reset: SO_LINGER {1, 0}. */
export function resetOnClose(context: Context, handle: Handle): void {
  const { sockets } = context;
  const { SOL_SOCKET, SO_LINGER } = sockets.constants;
  mustSucceed(context, sockets.setsockopt(handle, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0)), 'setsockopt(SO_LINGER)');
}
