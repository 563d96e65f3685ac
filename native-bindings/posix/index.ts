import { existsSync } from 'node:fs';
import { endianness } from 'node:os';
import { BerkeleySockets, type BerkeleyTypes, berkeleyCalls } from '../berkeley.ts';
import { captured } from '../captured.ts';
import { Sockaddr } from '../sockaddr.ts';
import type { Family, Handle, Polled, Readable, Returned, Selected, Sockets, SocketType, TcpInfo } from '../sockets.ts';
import { AF_INET, AF_UNIX, DARWIN, FD_SETSIZE, IPPROTO_TCP, LINUX, POLL_EVENTS, type PosixPlatform, SOCK_DGRAM, SOCK_STREAM } from './constants.ts';
import { errnoRegister } from './errno.ts';
import { libcNames, loadFirst } from './libc.ts';

/** struct pollfd: int fd, short events, short revents. */
const POLLFD_BYTES = 8;
/** struct tcp_info up to tcpi_bytes_received (Linux 4.1). tcpi_unacked counts, on a listening socket, the connections waiting to be accepted. */
const TCP_INFO_BYTES = 136;
const TCPI_UNACKED = 24;
const TCPI_BYTES_RECEIVED = 128;
const IS_LITTLE_ENDIAN = endianness() === 'LE';
/** Of a number of 64 bits: a BigInt of it would be allocated. */
const [LOW_WORD, HIGH_WORD] = IS_LITTLE_ENDIAN ? [0, 4] : ([4, 0] as const);

/** koffi has no ssize_t; intptr_t has its width and sign. */
const TYPES: BerkeleyTypes = { handle: 'int', size: 'size_t', transferred: 'intptr_t', socklen: 'uint32_t', close: 'close' };

/** The calls of this system's C library. */
export class PosixSockets extends BerkeleySockets implements Sockets {
  readonly api = 'posix';
  readonly constants;
  readonly pollEvents = POLL_EVENTS;
  readonly library: string;
  readonly #platform: PosixPlatform;
  readonly #ioctl;
  readonly #poll;
  readonly #length = new Uint32Array(1);
  readonly #int = new Int32Array(1);
  readonly #linger = new Int32Array(2);
  readonly #lingerBytes = new Uint8Array(this.#linger.buffer);
  readonly #timeval: DataView;
  readonly #timevalBytes: Uint8Array;
  readonly #tcpInfo = new DataView(new ArrayBuffer(TCP_INFO_BYTES));
  readonly #tcpInfoBytes = new Uint8Array(this.#tcpInfo.buffer);

  /** @throws Error where no C library can be loaded */
  constructor() {
    const platform = process.platform === 'darwin' ? DARWIN : LINUX;
    const { AF_INET6, sockaddrHasLength: hasLength, unixPathBytes } = platform;
    const { library, name } = loadFirst(libcNames(process.platform, process.arch, existsSync));
    const def = captured(library, errnoRegister(library), (ret) => ret === -1);
    const pton = library.func('inet_pton', 'int', ['int', 'str', 'void *']);
    const ntop = library.func('inet_ntop', 'str', ['int', 'void *', 'void *', 'uint32_t']);
    super(berkeleyCalls(def, TYPES), new Sockaddr({ AF_INET, AF_INET6, AF_UNIX, hasLength, unixPathBytes, pton, ntop }));
    this.#platform = platform;
    this.#timeval = new DataView(new ArrayBuffer(platform.timevalBytes));
    this.#timevalBytes = new Uint8Array(this.#timeval.buffer);
    this.constants = platform.constants;
    this.library = name;
    this.#ioctl = def('ioctl', 'int', ['int', 'unsigned long', '...']);
    this.#poll = def('poll', 'int', ['void *', 'unsigned long', 'int']);
  }

  socket(family: Family, type: SocketType): Returned {
    const domain = family === 'inet' ? AF_INET : family === 'inet6' ? this.#platform.AF_INET6 : AF_UNIX;
    return this.calls.socket(domain, (type === 'stream' ? SOCK_STREAM : SOCK_DGRAM) | this.#platform.SOCK_CLOEXEC, 0);
  }

  setNonBlocking(s: Handle, on: boolean): Returned {
    this.#int[0] = on ? 1 : 0;
    return this.#ioctl(s, this.#platform.FIONBIO, 'void *', this.#int);
  }

  poll(sockets: readonly Handle[], timeout: number): Polled {
    const fds = Buffer.alloc(sockets.length * POLLFD_BYTES);
    const asked = 0x1 | 0x4;
    sockets.forEach((s, i) => {
      fds.writeInt32LE(s, i * POLLFD_BYTES);
      fds.writeInt16LE(asked, i * POLLFD_BYTES + 4);
    });
    const { ret, code } = this.#poll(fds, sockets.length, timeout);
    return { ret, code, revents: sockets.map((_, i) => fds.readInt16LE(i * POLLFD_BYTES + 6)) };
  }

  select(s: Handle, timeout: number): Selected {
    if (s < 0 || s >= FD_SETSIZE) throw new RangeError(`an fd_set of select can hold only descriptors below ${FD_SETSIZE}, this one is ${s}`);
    const byte = s >> 3;
    const bit = 1 << (s & 7);
    const [read, write, except] = [0, 1, 2].map(() => {
      const set = new Uint8Array(FD_SETSIZE / 8);
      set[byte] = bit;
      return set;
    }) as [Uint8Array, Uint8Array, Uint8Array];
    const { ret, code } = this.calls.select(s + 1, read, write, except, this.timeout(timeout));
    const held = (set: Uint8Array) => ret > 0 && set[byte] === bit;
    return { ret, code, read: held(read), write: held(write), except: held(except) };
  }

  linger(on: boolean, seconds: number): Uint8Array {
    this.#linger[0] = on ? 1 : 0;
    this.#linger[1] = seconds;
    return this.#lingerBytes;
  }

  timeout(milliseconds: number): Uint8Array {
    this.#timeval.setUint32(0, Math.floor(milliseconds / 1000), true);
    this.#timeval.setUint32(this.#platform.timevalBytes / 2, (milliseconds % 1000) * 1000, true);
    return this.#timevalBytes;
  }

  tcpInfo(s: Handle): TcpInfo | undefined {
    const { tcpInfo } = this.#platform;
    if (tcpInfo === undefined) return undefined;
    this.#length[0] = TCP_INFO_BYTES;
    const info = this.#tcpInfo;
    if (this.calls.getsockopt(s, IPPROTO_TCP, tcpInfo.option, this.#tcpInfoBytes, this.#length).ret === -1) return undefined;
    return {
      state: tcpInfo.states[info.getUint8(0)],
      received: info.getUint32(TCPI_BYTES_RECEIVED + LOW_WORD, IS_LITTLE_ENDIAN) + info.getUint32(TCPI_BYTES_RECEIVED + HIGH_WORD, IS_LITTLE_ENDIAN) * 2 ** 32,
      unacknowledged: info.getUint32(TCPI_UNACKED, IS_LITTLE_ENDIAN),
    };
  }

  readable(s: Handle): Readable {
    const { ret, code } = this.#ioctl(s, this.#platform.FIONREAD, 'void *', this.#int);
    return { ret, code, bytes: ret === -1 ? 0 : (this.#int[0] as number) };
  }
}
