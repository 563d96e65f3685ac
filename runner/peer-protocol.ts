import type { Address, Direction } from '../native-bindings/sockets.ts';
import type { Answer } from './call.ts';
import type { Arrival } from './settle.ts';

/** What a peer is asked to do, in whichever process it lives: one request at a time, each answered before the next. */
export type PeerRequest =
  | { readonly do: 'connect'; readonly to: Address }
  | { readonly do: 'send'; readonly length: number }
  | { readonly do: 'shutdown'; readonly direction: Direction }
  /** A plain close: sends a FIN where all was read, an RST where something was not. */
  | { readonly do: 'close' }
  /** Resets the connection: SO_LINGER {1, 0}, then close. */
  | { readonly do: 'reset' }
  /** Waits until what S did has arrived at P, by calls that consume nothing of it. */
  | { readonly do: 'settle'; readonly arrival: Arrival }
  /** Receives what S sent, once `length` bytes of it are there. */
  | { readonly do: 'receive'; readonly length: number };

export type PeerAnswer =
  /** A connect, and the address that the peer has connected from. */
  | { readonly connected: Address }
  | { readonly done: true }
  | { readonly received: Answer }
  /** From another process. `environment`: the machine refused it, as every trial's (setup.ts). */
  | { readonly failed: string; readonly environment: boolean };
