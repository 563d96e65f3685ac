import type { PollEvents } from '../../language/token.ts';
import type { Constants, TcpState } from '../sockets.ts';

/** The numbers of winsock2.h, ws2def.h, ws2ipdef.h, afunix.h, mswsock.h and mstcpip.h; the same on every CPU. */

export const CONSTANTS: Constants = {
  MSG_OOB: 0x1,
  MSG_PEEK: 0x2,
  // 0x100, Linux's MSG_WAITALL, is MSG_TRUNC here.
  MSG_WAITALL: 0x8,
  SOL_SOCKET: 0xffff,
  SO_LINGER: 0x80,
  SO_SNDTIMEO: 0x1005,
  SO_RCVTIMEO: 0x1006,
  SO_ERROR: 0x1007,
};

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 23;
/** afunix.h: UNIX_PATH_MAX. */
export const UNIX_PATH_BYTES = 108;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;

/** ioctlsocket's commands. */
export const FIONREAD = 0x4004667f;
export const FIONBIO = 0x8004667e;

/**
 * winsock2.h's event bits. IN stands for POLLRDNORM alone: POLLIN there is POLLRDNORM | POLLRDBAND, and whoever asks for what the provider does not
 * support (POLLPRI) is refused (https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsapoll).
 */
export const POLLRDNORM = 0x100;
export const POLLWRNORM = 0x10;
export const POLL_EVENTS: PollEvents = [
  ['IN', POLLRDNORM],
  ['OUT', POLLWRNORM],
  ['ERR', 0x1],
  ['HUP', 0x2],
  ['PRI', 0x400],
  ['NVAL', 0x4],
];

/** WSA_IO_PENDING (= ERROR_IO_PENDING): the operation goes on, its completion will be told elsewhere. */
export const IO_PENDING = 997;
/** ntstatus.h: what OVERLAPPED.Internal holds while the operation goes on. */
export const STATUS_PENDING = 0x103;

/** WSAIoctl's codes: https://learn.microsoft.com/windows/win32/winsock/winsock-ioctls. */
export const SIO_GET_EXTENSION_FUNCTION_POINTER = 0xc8000006;
export const SIO_UDP_CONNRESET = 0x9800000c;
export const SIO_TCP_INFO = 0xd8000027;

/** TCPSTATE, by number: https://learn.microsoft.com/windows/win32/api/mstcpip/ne-mstcpip-tcpstate. */
export const TCP_STATES: readonly TcpState[] = [
  'CLOSE',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
];

/** WSAEventSelect's events: the index is both FD_…_BIT, the place in iErrorCode, and the bit in lNetworkEvents. */
export const NETWORK_EVENTS = [
  'FD_READ',
  'FD_WRITE',
  'FD_OOB',
  'FD_ACCEPT',
  'FD_CONNECT',
  'FD_CLOSE',
  'FD_QOS',
  'FD_GROUP_QOS',
  'FD_ROUTING_INTERFACE_CHANGE',
  'FD_ADDRESS_LIST_CHANGE',
] as const;
export type NetworkEvent = (typeof NETWORK_EVENTS)[number];

/** mswsock.h. */
export const WSAID_ACCEPTEX = 'b5367df1-cbac-11cf-95ca-00805f48a192';
export const WSAID_CONNECTEX = '25a207b9-ddf3-4660-8ee9-76e58c74063e';
