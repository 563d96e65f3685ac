import type { Address, Direction, Handle, Sockets } from '../native-bindings/sockets.ts';
import { type Answer, type Call, perform } from './calls.ts';
import { type Arrival, settle } from './settle.ts';
import { mustSucceed } from './setup.ts';
import type { TrialContext } from './trial.ts';

/** What a peer in another process is asked, one request at a time, each answered before the next. */
export type PeerRequest =
  | { readonly do: 'connect'; readonly to: Address }
  | { readonly do: 'send'; readonly length: number }
  | { readonly do: 'shutdown'; readonly direction: Direction }
  | { readonly do: 'close' }
  | { readonly do: 'reset' }
  | { readonly do: 'settle'; readonly arrival: Arrival }
  | { readonly do: 'receive'; readonly length: number };

export type PeerAnswer = { readonly done: true } | { readonly received: Answer } | { readonly failed: string };

export function receiveCall(handle: Handle): Call {
  return { call: 'recv', s: handle, stream: true, length: 4096, flags: [], nullBuffer: false };
}

/** Receives on a peer's socket once `length` bytes have arrived there. */
export async function receiveOn(sockets: Sockets, handle: Handle, length: number): Promise<Answer> {
  await settle(sockets, handle, { bytes: length });
  return perform(sockets, receiveCall(handle));
}

/** Makes the close that follows a reset: SO_LINGER {1, 0}. */
export function resetOnClose(context: Pick<TrialContext, 'sockets' | 'nameOf'>, handle: Handle): void {
  const { sockets } = context;
  const { SOL_SOCKET, SO_LINGER } = sockets.constants;
  mustSucceed(context, sockets.setsockopt(handle, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0)), 'setsockopt(SO_LINGER)');
}
