import { existsSync } from 'node:fs';
import type koffi from 'koffi';
import { captured } from '../captured.ts';
import { SOCKADDR_BYTES, Sockaddr } from '../sockaddr.ts';
import type { Address, Direction, Family, Handle, InetFamily, Named, Outcome, Polled, Selected, Sockets, SocketType, TcpState } from '../sockets.ts';
import {
  AF_INET,
  AF_UNIX,
  DARWIN,
  F_GETFL,
  F_SETFL,
  FD_SETSIZE,
  IPPROTO_TCP,
  LINUX,
  POLL_EVENTS,
  type PosixPlatform,
  SHUT,
  SOCK_DGRAM,
  SOCK_STREAM,
} from './constants.ts';
import { errnoRegister } from './errno.ts';
import { libcNames, loadFirst } from './libc.ts';

/** struct pollfd: int fd, short events, short revents. */
const POLLFD_BYTES = 8;
/** struct tcp_info up to tcpi_unacked, which on a listening socket counts the connections waiting to be accepted. */
const TCP_INFO_BYTES = 28;
const TCPI_UNACKED = 24;

export function posixSockets(): Sockets {
  const platform = process.platform === 'darwin' ? DARWIN : LINUX;
  const { library, name } = loadFirst(libcNames(process.platform, process.arch, existsSync));
  return new PosixSockets(platform, library, name);
}

class PosixSockets implements Sockets {
  readonly api = 'posix';
  readonly constants;
  readonly pollEvents = POLL_EVENTS;
  readonly library: string;
  readonly #platform: PosixPlatform;
  readonly #c;
  readonly #sockaddr: Sockaddr;
  // Scratch memory: every call here is synchronous, so that no two need it at once. A fresh array costs koffi more than the call that it is for.
  readonly #address = new Uint8Array(SOCKADDR_BYTES);
  readonly #length = new Uint32Array(1);
  readonly #int = new Int32Array(1);
  readonly #linger = new Int32Array(2);
  readonly #lingerBytes = new Uint8Array(this.#linger.buffer);
  readonly #tcpInfo = new Uint8Array(TCP_INFO_BYTES);

  constructor(platform: PosixPlatform, library: ReturnType<typeof koffi.load>, name: string) {
    this.#platform = platform;
    this.constants = platform.constants;
    this.library = name;
    const def = captured(library, errnoRegister(library), (ret) => ret === -1);
    // koffi has no ssize_t; intptr_t has its width and sign.
    this.#c = {
      socket: def('socket', 'int', ['int', 'int', 'int']),
      bind: def('bind', 'int', ['int', 'void *', 'uint32_t']),
      listen: def('listen', 'int', ['int', 'int']),
      accept: def('accept', 'int', ['int', 'void *', 'void *']),
      connect: def('connect', 'int', ['int', 'void *', 'uint32_t']),
      recv: def('recv', 'intptr_t', ['int', 'void *', 'size_t', 'int']),
      recvfrom: def('recvfrom', 'intptr_t', ['int', 'void *', 'size_t', 'int', 'void *', 'void *']),
      send: def('send', 'intptr_t', ['int', 'void *', 'size_t', 'int']),
      sendto: def('sendto', 'intptr_t', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32_t']),
      shutdown: def('shutdown', 'int', ['int', 'int']),
      close: def('close', 'int', ['int']),
      setsockopt: def('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']),
      getsockopt: def('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']),
      getsockname: def('getsockname', 'int', ['int', 'void *', 'void *']),
      getpeername: def('getpeername', 'int', ['int', 'void *', 'void *']),
      fcntl: def('fcntl', 'int', ['int', 'int', '...']),
      ioctl: def('ioctl', 'int', ['int', 'unsigned long', '...']),
      poll: def('poll', 'int', ['void *', 'unsigned long', 'int']),
      select: def('select', 'int', ['int', 'void *', 'void *', 'void *', 'void *']),
    };
    const inetPton = library.func('inet_pton', 'int', ['int', 'str', 'void *']);
    const inetNtop = library.func('inet_ntop', 'str', ['int', 'void *', 'void *', 'uint32_t']);
    const { AF_INET6 } = platform;
    const familyNumber = (family: InetFamily) => (family === 'inet6' ? AF_INET6 : AF_INET);
    this.#sockaddr = new Sockaddr({
      AF_INET,
      AF_INET6,
      AF_UNIX,
      hasLength: platform.sockaddrHasLength,
      unixPathBytes: platform.unixPathBytes,
      inet_pton(family, host) {
        const bytes = new Uint8Array(family === 'inet6' ? 16 : 4);
        if (inetPton(familyNumber(family), host, bytes) !== 1) throw new TypeError(`inet_pton refuses ${JSON.stringify(host)} as an ${family} address`);
        return bytes;
      },
      inet_ntop: (family, bytes) => inetNtop(familyNumber(family), bytes, new Uint8Array(64), 64),
    });
  }

  socket(family: Family, type: SocketType): Outcome {
    const domain = family === 'inet' ? AF_INET : family === 'inet6' ? this.#platform.AF_INET6 : AF_UNIX;
    return this.#c.socket(domain, type === 'stream' ? SOCK_STREAM : SOCK_DGRAM, 0);
  }

  bind(s: Handle, address: Address): Outcome {
    const bytes = this.#sockaddr.encode(address);
    return this.#c.bind(s, bytes, bytes.length);
  }

  listen(s: Handle, backlog: number): Outcome {
    return this.#c.listen(s, backlog);
  }

  accept(s: Handle): Outcome {
    return this.#c.accept(s, null, null);
  }

  connect(s: Handle, address: Address): Outcome {
    const bytes = this.#sockaddr.encode(address);
    return this.#c.connect(s, bytes, bytes.length);
  }

  recv(s: Handle, buffer: Uint8Array | null, length: number, flags: number): Outcome {
    return this.#c.recv(s, buffer, length, flags);
  }

  recvfrom(s: Handle, buffer: Uint8Array | null, length: number, flags: number): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.#c.recvfrom(s, buffer, length, flags, this.#address, this.#length));
  }

  send(s: Handle, buffer: Uint8Array, length: number, flags: number): Outcome {
    return this.#c.send(s, buffer, length, flags);
  }

  sendto(s: Handle, buffer: Uint8Array, length: number, flags: number, to: Address): Outcome {
    const bytes = this.#sockaddr.encode(to);
    return this.#c.sendto(s, buffer, length, flags, bytes, bytes.length);
  }

  shutdown(s: Handle, direction: Direction): Outcome {
    return this.#c.shutdown(s, SHUT[direction]);
  }

  close(s: Handle): Outcome {
    return this.#c.close(s);
  }

  setsockopt(s: Handle, level: number, option: number, value: Uint8Array): Outcome {
    return this.#c.setsockopt(s, level, option, value, value.length);
  }

  getsockopt(s: Handle, level: number, option: number, value: Uint8Array): Outcome {
    this.#length[0] = value.length;
    return this.#c.getsockopt(s, level, option, value, this.#length);
  }

  getsockname(s: Handle): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.#c.getsockname(s, this.#address, this.#length));
  }

  getpeername(s: Handle): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.#c.getpeername(s, this.#address, this.#length));
  }

  setNonBlocking(s: Handle, on: boolean): Outcome {
    const flags = this.#c.fcntl(s, F_GETFL, 'int', 0);
    if (flags.ret === -1) return flags;
    const { O_NONBLOCK } = this.#platform;
    return this.#c.fcntl(s, F_SETFL, 'int', on ? flags.ret | O_NONBLOCK : flags.ret & ~O_NONBLOCK);
  }

  poll(sockets: readonly Handle[], timeout: number): Polled {
    const fds = Buffer.alloc(sockets.length * POLLFD_BYTES);
    const asked = 0x1 | 0x4;
    sockets.forEach((s, i) => {
      fds.writeInt32LE(s, i * POLLFD_BYTES);
      fds.writeInt16LE(asked, i * POLLFD_BYTES + 4);
    });
    const { ret, code } = this.#c.poll(fds, sockets.length, timeout);
    return { ret, code, revents: sockets.map((_, i) => fds.readInt16LE(i * POLLFD_BYTES + 6)) };
  }

  select(s: Handle, timeout: number): Selected {
    if (s < 0 || s >= FD_SETSIZE) throw new RangeError(`select's fd_set holds descriptors below ${FD_SETSIZE}, this one is ${s}`);
    const byte = s >> 3;
    const bit = 1 << (s & 7);
    const [read, write, except] = [0, 1, 2].map(() => {
      const set = new Uint8Array(FD_SETSIZE / 8);
      set[byte] = bit;
      return set;
    }) as [Uint8Array, Uint8Array, Uint8Array];
    const { ret, code } = this.#c.select(s + 1, read, write, except, this.timeout(timeout));
    const held = (set: Uint8Array) => ret > 0 && set[byte] === bit;
    return { ret, code, read: held(read), write: held(write), except: held(except) };
  }

  linger(on: boolean, seconds: number): Uint8Array {
    this.#linger[0] = on ? 1 : 0;
    this.#linger[1] = seconds;
    return this.#lingerBytes;
  }

  timeout(milliseconds: number): Uint8Array {
    const { timevalBytes } = this.#platform;
    const timeval = Buffer.alloc(timevalBytes);
    timeval.writeUInt32LE(Math.floor(milliseconds / 1000), 0);
    timeval.writeUInt32LE((milliseconds % 1000) * 1000, timevalBytes / 2);
    return timeval;
  }

  tcpState(s: Handle): TcpState | undefined {
    const { tcpInfo } = this.#platform;
    if (tcpInfo === undefined || this.#getTcpInfo(s, tcpInfo.option).ret === -1) return undefined;
    return tcpInfo.states[this.#tcpInfo[0] ?? 0];
  }

  acceptQueue(s: Handle): number | undefined {
    const { tcpInfo } = this.#platform;
    if (tcpInfo === undefined || this.#getTcpInfo(s, tcpInfo.option).ret === -1) return undefined;
    return new DataView(this.#tcpInfo.buffer).getUint32(TCPI_UNACKED, true);
  }

  bytesReadable(s: Handle): number | undefined {
    return this.#c.ioctl(s, this.#platform.FIONREAD, 'void *', this.#int).ret === -1 ? undefined : this.#int[0];
  }

  #getTcpInfo(s: Handle, option: number): Outcome {
    this.#length[0] = TCP_INFO_BYTES;
    return this.#c.getsockopt(s, IPPROTO_TCP, option, this.#tcpInfo, this.#length);
  }

  #named(outcome: Outcome): Named {
    const address = outcome.ret === -1 ? undefined : this.#sockaddr.decode(this.#address, this.#length[0] ?? 0);
    return address === undefined ? outcome : { ret: outcome.ret, code: outcome.code, address };
  }
}
