import type { Address, InetFamily } from '../language/address.ts';
import type { Direction } from '../language/call.ts';
import type { PollEvents } from '../language/token.ts';

/**
 * The interface that both socket APIs implement: POSIX and Winsock.
 *
 * No call throws for a socket error. Each returns what the operating system returned, together with the error code.
 */

/** The result of one call. `code` is errno or WSAGetLastError(), read as the very next native call; 0 when `ret` is no failure. */
export interface Returned {
  /** The raw return value. A SOCKET is 64 bits wide on Windows, but its values fit a double; INVALID_SOCKET reads as -1. */
  readonly ret: number;
  readonly code: number;
}

/** A file descriptor, or a Windows SOCKET. */
export type Handle = number;

export type Family = InetFamily | 'unix';
export type SocketType = 'stream' | 'dgram';

/** TCP's states (RFC 9293, 3.3.2), under the names that netstat and ss print. */
export type TcpState =
  | 'ESTABLISHED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'LISTEN'
  | 'CLOSING';

export interface TcpInfo {
  readonly state: TcpState | undefined;
  /** How many bytes have arrived, read or not; a FIN counts as one on Linux. */
  readonly received: number;
  /** How many segments were sent and are not acknowledged, or, of a listening socket, how many connections wait to be accepted. undefined where the platform does not tell. */
  readonly unacknowledged: number | undefined;
}

/** Flags, options and levels by name. The numbers differ between platforms (MSG_WAITALL is 0x100 on Linux, 0x8 on Windows). */
export interface Constants {
  readonly MSG_OOB: number;
  readonly MSG_PEEK: number;
  readonly MSG_WAITALL: number;
  readonly SOL_SOCKET: number;
  readonly SO_ERROR: number;
  readonly SO_LINGER: number;
  readonly SO_RCVTIMEO: number;
  readonly SO_SNDTIMEO: number;
}

export interface Readable extends Returned {
  /** 0 where the call failed. */
  readonly bytes: number;
}

export interface Polled extends Returned {
  /** Raw bits, one number for each socket asked about. */
  readonly revents: readonly number[];
}

/** Which of select's three sets held the socket when it returned. */
export interface Selected extends Returned {
  readonly read: boolean;
  readonly write: boolean;
  readonly except: boolean;
}

export interface Named extends Returned {
  /** Present when the call succeeded. */
  readonly address?: Address;
}

export interface Sockets {
  readonly api: 'posix' | 'winsock';
  readonly constants: Constants;
  readonly pollEvents: PollEvents;
  /** The C library or DLL that the calls go to, as it was loaded. */
  readonly library: string;

  socket(family: Family, type: SocketType): Returned;
  bind(s: Handle, address: Address): Returned;
  listen(s: Handle, backlog: number): Returned;
  /** Without asking for an address: Wine 8 fails where it is asked for one and the peer has reset the connection. */
  accept(s: Handle): Returned;
  /** accept that asks for the address of the other end. */
  acceptNamed(s: Handle): Named;
  connect(s: Handle, address: Address): Returned;
  /** `buffer` null passes a null pointer, together with `length`. */
  recv(s: Handle, buffer: Uint8Array | null, length: number, flags: number): Returned;
  send(s: Handle, buffer: Uint8Array, length: number, flags: number): Returned;
  sendto(s: Handle, buffer: Uint8Array, length: number, flags: number, to: Address): Returned;
  shutdown(s: Handle, direction: Direction): Returned;
  close(s: Handle): Returned;
  setsockopt(s: Handle, level: number, option: number, value: Uint8Array): Returned;
  /** Writes into `value`, whose length is the room offered. */
  getsockopt(s: Handle, level: number, option: number, value: Uint8Array): Returned;
  getsockname(s: Handle): Named;
  getpeername(s: Handle): Named;
  setNonBlocking(s: Handle, on: boolean): Returned;
  /** Asks for IN and OUT on each socket. `timeout` in ms, -1 for ever. */
  poll(sockets: readonly Handle[], timeout: number): Polled;
  /** Asks for `s` in all three sets. `timeout` in ms. @throws RangeError where an fd_set cannot hold `s`. */
  select(s: Handle, timeout: number): Selected;

  /** SO_LINGER's value: two ints on POSIX, two u_shorts on Windows. Good until the next call of it. */
  linger(on: boolean, seconds: number): Uint8Array;
  /** The value of SO_RCVTIMEO and SO_SNDTIMEO: a timeval on POSIX, a DWORD of milliseconds on Windows. Good until the next call of it. */
  timeout(milliseconds: number): Uint8Array;

  /** What TCP knows of the connection, by a call that changes nothing of it (TCP_INFO; SIO_TCP_INFO). undefined where the platform has no such call, or it failed. */
  tcpInfo(s: Handle): TcpInfo | undefined;
  /** How many bytes wait to be received, by a call that consumes nothing (FIONREAD). */
  readable(s: Handle): Readable;
}
