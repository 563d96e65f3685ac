import { endianness } from 'node:os';
import { IPPROTO_TCP, LINUX } from '../posix/constants.ts';
import type { Handle, TcpState } from '../sockets.ts';
import { systemCalls } from './system-calls.ts';

/** asm-generic/socket.h; SO_COOKIE since Linux 4.12. */
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_PROTOCOL = 38;
const SO_COOKIE = 57;
/** linux/in.h, linux/in6.h */
const IPPROTO_IP = 0;
const IP_RECVERR = 11;
const IPPROTO_IPV6 = 41;
const IPV6_RECVERR = 25;
/** bits/socket.h */
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;
const ECONNREFUSED = 111;
/** poll.h */
const POLLIN = 1;
const IPPROTO_UDP = 17;
/** fcntl.h */
const F_GETFL = 3;
const O_NONBLOCK = 0o4000;

const TCP_INFO = LINUX.tcpInfo?.option as number;
const STATES = LINUX.tcpInfo?.states as readonly (TcpState | undefined)[];
/** struct tcp_info (linux/tcp.h) up to tcpi_bytes_retrans, Linux 4.19. */
const TCP_INFO_BYTES = 216;
const TCPI_OPTIONS = 5;
const TCPI_BYTES_ACKED = 120;
const TCPI_BYTES_RECEIVED = 128;
const TCPI_BYTES_SENT = 200;
const TCPI_BYTES_RETRANS = 208;
/** struct sockaddr_in6 */
const SOCKADDR_BYTES = 28;
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** What the kernel tells of a TCP connection by calls that change nothing of it. */
export interface TcpConnection {
  readonly state: TcpState | undefined;
  /** Whether there ever was a connection: something was negotiated, or has come. */
  readonly wasConnected: boolean;
  /** Bytes that wait to be received (FIONREAD). */
  readonly unread: number;
  /** Bytes that were sent and that the peer has not acknowledged; a SYN and a FIN may count as one. */
  readonly unacknowledged: number;
}

/** Looks at sockets that other processes use too. */
export class Connections {
  readonly #getsockopt;
  readonly #fcntl;
  readonly #ioctl;
  readonly #setsockopt;
  readonly #recv;
  readonly #poll;
  readonly #getpeername;
  readonly #connect;
  readonly #int = new Int32Array(2);
  /** struct pollfd: int fd, short events, short revents; little endian, as both architectures are. */
  readonly #pollfd = new Int32Array(2);
  readonly #length = new Uint32Array(1);
  readonly #info = new DataView(new ArrayBuffer(TCP_INFO_BYTES));
  readonly #infoBytes = new Uint8Array(this.#info.buffer);

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    const { def } = systemCalls();
    this.#getsockopt = def('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']);
    this.#fcntl = def('fcntl', 'int', ['int', 'int', 'int']);
    this.#ioctl = def('ioctl', 'int', ['int', 'unsigned long', '...']);
    this.#setsockopt = def('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']);
    this.#recv = def('recv', 'intptr_t', ['int', 'void *', 'size_t', 'int']);
    this.#poll = def('poll', 'int', ['void *', 'unsigned long', 'int']);
    this.#getpeername = def('getpeername', 'int', ['int', 'void *', 'void *']);
    this.#connect = def('connect', 'int', ['int', 'void *', 'uint32_t']);
  }

  /** The number that a socket has for its life, whoever holds it; undefined for what is no socket. */
  cookie(s: Handle): number | undefined {
    this.#length[0] = 8;
    if (this.#getsockopt(s, SOL_SOCKET, SO_COOKIE, this.#int, this.#length).ret === -1) return undefined;
    const [low, high] = this.#int as unknown as [number, number];
    return (low >>> 0) + high * 2 ** 32;
  }

  protocol(s: Handle): 'tcp' | 'udp' | undefined {
    const protocol = this.#option(s, SO_PROTOCOL);
    return protocol === IPPROTO_TCP ? 'tcp' : protocol === IPPROTO_UDP ? 'udp' : undefined;
  }

  tcp(s: Handle): TcpConnection | undefined {
    this.#length[0] = TCP_INFO_BYTES;
    if (this.#getsockopt(s, IPPROTO_TCP, TCP_INFO, this.#infoBytes, this.#length).ret === -1) return undefined;
    const info = this.#info;
    const u64 = (at: number) => Number(info.getBigUint64(at, IS_LITTLE_ENDIAN));
    const received = u64(TCPI_BYTES_RECEIVED);
    return {
      state: STATES[info.getUint8(0)],
      wasConnected: received > 0 || info.getUint8(TCPI_OPTIONS) !== 0,
      unread: received > 0 ? this.#unread(s) : 0,
      unacknowledged: u64(TCPI_BYTES_SENT) - u64(TCPI_BYTES_RETRANS) - u64(TCPI_BYTES_ACKED),
    };
  }

  /** The address of the other end, as getpeername writes it; undefined where there is none any more. */
  peerName(s: Handle): Uint8Array | undefined {
    const address = new Uint8Array(SOCKADDR_BYTES);
    this.#length[0] = SOCKADDR_BYTES;
    return this.#getpeername(s, address, this.#length).ret === -1 ? undefined : address.slice(0, this.#length[0]);
  }

  /** SO_ERROR, as an errno: 0 for none. The kernel forgets it. */
  takeError(s: Handle): number {
    return this.#option(s, SO_ERROR) ?? 0;
  }

  isNonBlocking(s: Handle): boolean {
    const { ret } = this.#fcntl(s, F_GETFL, 0);
    return ret !== -1 && (ret & O_NONBLOCK) !== 0;
  }

  /** Resets the connection, whoever else holds the socket: connect to AF_UNSPEC (net/ipv4/tcp.c tcp_disconnect()). */
  reset(s: Handle): void {
    this.#connect(s, new Uint8Array(16), 16);
  }

  /** From now on a UDP socket is told of port unreachables, connected or not. */
  askForErrors(s: Handle): void {
    const on = Int32Array.of(1);
    this.#setsockopt(s, IPPROTO_IP, IP_RECVERR, on, 4);
    this.#setsockopt(s, IPPROTO_IPV6, IPV6_RECVERR, on, 4);
  }

  /** How many port unreachables have arrived at such a socket since it was asked; the kernel forgets them. */
  takeUnreachables(s: Handle): number {
    if (this.takeError(s) !== ECONNREFUSED) return 0;
    let queued = 0;
    while (this.#recv(s, this.#int, 0, MSG_ERRQUEUE | MSG_DONTWAIT).ret !== -1) queued++;
    return Math.max(1, queued);
  }

  /** Whether a datagram waits. */
  hasData(s: Handle): boolean {
    this.#pollfd[0] = s;
    this.#pollfd[1] = POLLIN;
    return this.#poll(this.#pollfd, 1, 0).ret > 0 && ((this.#pollfd[1] >> 16) & POLLIN) !== 0;
  }

  #unread(s: Handle): number {
    return this.#ioctl(s, LINUX.FIONREAD, 'void *', this.#int).ret === -1 ? 0 : (this.#int[0] as number);
  }

  #option(s: Handle, option: number): number | undefined {
    this.#length[0] = 4;
    return this.#getsockopt(s, SOL_SOCKET, option, this.#int, this.#length).ret === -1 ? undefined : this.#int[0];
  }
}
