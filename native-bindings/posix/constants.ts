import type { PollEvents } from '../../language/token.ts';
import type { Constants, TcpState } from '../sockets.ts';

/** What differs between the POSIX systems; everything else in this folder is common to them. */
export interface PosixPlatform {
  readonly constants: Constants;
  readonly AF_INET6: number;
  readonly sockaddrHasLength: boolean;
  readonly unixPathBytes: number;
  /** Keeps a socket from the processes that are started: one that lives on there as well is not reset, nor closed, when it is closed here. 0 where it cannot be asked for. */
  readonly SOCK_CLOEXEC: number;
  readonly FIONREAD: number;
  readonly FIONBIO: number;
  /** A timeval's microseconds: tv_usec has 8 bytes on 64-bit Linux, 4 (and 4 of padding) on Darwin, 4 on 32-bit systems. */
  readonly timevalBytes: number;
  /** IPPROTO_TCP's TCP_INFO and the names of its states, where there is one. */
  readonly tcpInfo?: { readonly option: number; readonly states: readonly (TcpState | undefined)[] };
}

export const AF_UNIX = 1;
export const AF_INET = 2;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const IPPROTO_TCP = 6;
export const FD_SETSIZE = 1024;

/** The same on Linux and Darwin (poll.h). */
export const POLL_EVENTS: PollEvents = [
  ['IN', 0x1],
  ['OUT', 0x4],
  ['ERR', 0x8],
  ['HUP', 0x10],
  ['PRI', 0x2],
  ['NVAL', 0x20],
];

const pointerBytes = ['arm', 'ia32', 'mipsel', 'mips'].includes(process.arch) ? 4 : 8;

/** Linux's asm-generic numbers, which x86, ARM, RISC-V, POWER and s390x share; include/net/tcp_states.h for the states. */
export const LINUX: PosixPlatform = {
  constants: {
    MSG_OOB: 0x1,
    MSG_PEEK: 0x2,
    MSG_WAITALL: 0x100,
    SOL_SOCKET: 1,
    SO_ERROR: 4,
    SO_LINGER: 13,
    SO_RCVTIMEO: 20,
    SO_SNDTIMEO: 21,
  },
  AF_INET6: 10,
  sockaddrHasLength: false,
  unixPathBytes: 108,
  SOCK_CLOEXEC: 0o2000000,
  FIONREAD: 0x541b,
  FIONBIO: 0x5421,
  timevalBytes: pointerBytes * 2,
  tcpInfo: {
    option: 11,
    states: [undefined, 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING'],
  },
};

/** Darwin's sys/socket.h, sys/fcntl.h and sys/filio.h. */
export const DARWIN: PosixPlatform = {
  constants: {
    MSG_OOB: 0x1,
    MSG_PEEK: 0x2,
    MSG_WAITALL: 0x40,
    SOL_SOCKET: 0xffff,
    SO_ERROR: 0x1007,
    // SO_LINGER (0x80) counts in clock ticks there, SO_LINGER_SEC (0x1080) in seconds; with 0 both reset the connection.
    SO_LINGER: 0x1080,
    SO_RCVTIMEO: 0x1006,
    SO_SNDTIMEO: 0x1005,
  },
  AF_INET6: 30,
  sockaddrHasLength: true,
  unixPathBytes: 104,
  SOCK_CLOEXEC: 0,
  FIONREAD: 0x4004667f,
  FIONBIO: 0x8004667e,
  timevalBytes: 16,
};
