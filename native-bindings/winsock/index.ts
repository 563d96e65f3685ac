import { SOCKADDR_BYTES, Sockaddr } from '../sockaddr.ts';
import type { Address, Direction, Family, Handle, InetFamily, Named, Outcome, Polled, Selected, SocketType, TcpState } from '../sockets.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  CONSTANTS,
  FIONBIO,
  FIONREAD,
  POLL_EVENTS,
  POLLRDNORM,
  POLLWRNORM,
  SHUT,
  SOCK_DGRAM,
  SOCK_STREAM,
  UNIX_PATH_BYTES,
  WSA_FLAG_OVERLAPPED,
} from './constants.ts';
import { Events } from './events.ts';
import { Extensions } from './extensions.ts';
import { CompletionPorts } from './iocp.ts';
import { Ioctls } from './ioctls.ts';
import { type Layouts, writePointer } from './layout.ts';
import { type WinsockLibrary, WS2_32, winsockLibrary } from './library.ts';
import { Overlapped } from './overlapped.ts';
import { windowsVersion, wineVersion } from './version.ts';
import type { WinsockSockets } from './winsock-sockets.ts';

/** Winsock, started. @throws Error where it does not start */
export function winsockSockets(): WinsockSockets {
  return new Winsock(winsockLibrary());
}

const DOMAIN: Readonly<Record<Family, number>> = { inet: AF_INET, inet6: AF_INET6, unix: AF_UNIX };

class Winsock implements WinsockSockets {
  readonly api = 'winsock';
  readonly constants = CONSTANTS;
  readonly pollEvents = POLL_EVENTS;
  readonly library = WS2_32;
  readonly overlapped: Overlapped;
  readonly ports: CompletionPorts;
  readonly extensions: Extensions;
  readonly events: Events;
  readonly ioctls: Ioctls;
  readonly #layouts: Layouts;
  readonly #c;
  readonly #sockaddr: Sockaddr;
  // Scratch memory: every call here is synchronous, so that no two need it at once.
  readonly #address = new Uint8Array(SOCKADDR_BYTES);
  readonly #length = new Int32Array(1);
  readonly #long = new Uint32Array(1);

  constructor(library: WinsockLibrary) {
    this.#layouts = library.layouts;
    const def = library.socketCall;
    // A SOCKET has a pointer's width; as a signed one INVALID_SOCKET is -1. Lengths are ints here, where POSIX has size_t.
    this.#c = {
      socket: def('socket', 'intptr_t', ['int', 'int', 'int']),
      wsaSocket: def('WSASocketW', 'intptr_t', ['int', 'int', 'int', 'void *', 'uint32_t', 'uint32_t']),
      bind: def('bind', 'int', ['intptr_t', 'void *', 'int']),
      listen: def('listen', 'int', ['intptr_t', 'int']),
      accept: def('accept', 'intptr_t', ['intptr_t', 'void *', 'void *']),
      connect: def('connect', 'int', ['intptr_t', 'void *', 'int']),
      recv: def('recv', 'int', ['intptr_t', 'void *', 'int', 'int']),
      recvfrom: def('recvfrom', 'int', ['intptr_t', 'void *', 'int', 'int', 'void *', 'void *']),
      send: def('send', 'int', ['intptr_t', 'void *', 'int', 'int']),
      sendto: def('sendto', 'int', ['intptr_t', 'void *', 'int', 'int', 'void *', 'int']),
      shutdown: def('shutdown', 'int', ['intptr_t', 'int']),
      closesocket: def('closesocket', 'int', ['intptr_t']),
      setsockopt: def('setsockopt', 'int', ['intptr_t', 'int', 'int', 'void *', 'int']),
      getsockopt: def('getsockopt', 'int', ['intptr_t', 'int', 'int', 'void *', 'void *']),
      getsockname: def('getsockname', 'int', ['intptr_t', 'void *', 'void *']),
      getpeername: def('getpeername', 'int', ['intptr_t', 'void *', 'void *']),
      ioctlsocket: def('ioctlsocket', 'int', ['intptr_t', 'uint32_t', 'void *']),
      poll: def('WSAPoll', 'int', ['void *', 'uint32_t', 'int']),
      select: def('select', 'int', ['int', 'void *', 'void *', 'void *', 'void *']),
    };
    const inetPton = library.plain('inet_pton', 'int', ['int', 'str', 'void *']);
    const inetNtop = library.plain('inet_ntop', 'str', ['int', 'void *', 'void *', 'size_t']);
    const familyNumber = (family: InetFamily) => DOMAIN[family];
    this.#sockaddr = new Sockaddr({
      AF_INET,
      AF_INET6,
      AF_UNIX,
      hasLength: false,
      unixPathBytes: UNIX_PATH_BYTES,
      inet_pton(family, host) {
        const bytes = new Uint8Array(family === 'inet6' ? 16 : 4);
        if (inetPton(familyNumber(family), host, bytes) !== 1) throw new TypeError(`inet_pton refuses ${JSON.stringify(host)} as an ${family} address`);
        return bytes;
      },
      inet_ntop: (family, bytes) => inetNtop(familyNumber(family), bytes, new Uint8Array(64), 64),
    });
    this.overlapped = new Overlapped(library);
    this.ports = new CompletionPorts(library);
    this.ioctls = new Ioctls(library);
    this.extensions = new Extensions(library, this.ioctls, this.#sockaddr);
    this.events = new Events(library);
  }

  socket(family: Family, type: SocketType): Outcome {
    return this.#c.socket(DOMAIN[family], type === 'stream' ? SOCK_STREAM : SOCK_DGRAM, 0);
  }

  wsaSocket(family: Family, type: SocketType, { overlapped }: { readonly overlapped: boolean }): Outcome {
    return this.#c.wsaSocket(DOMAIN[family], type === 'stream' ? SOCK_STREAM : SOCK_DGRAM, 0, null, 0, overlapped ? WSA_FLAG_OVERLAPPED : 0);
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
    return this.#c.closesocket(s);
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
    this.#long[0] = on ? 1 : 0;
    return this.#c.ioctlsocket(s, FIONBIO, this.#long);
  }

  poll(sockets: readonly Handle[], timeout: number): Polled {
    const { pointer, WSAPOLLFD } = this.#layouts;
    const fds = new DataView(new ArrayBuffer(sockets.length * WSAPOLLFD.size));
    sockets.forEach((s, i) => {
      writePointer(fds, pointer, i * WSAPOLLFD.size + WSAPOLLFD.offset.fd, s);
      fds.setInt16(i * WSAPOLLFD.size + WSAPOLLFD.offset.events, POLLRDNORM | POLLWRNORM, true);
    });
    const { ret, code } = this.#c.poll(fds.buffer, sockets.length, timeout);
    return { ret, code, revents: sockets.map((_, i) => fds.getInt16(i * WSAPOLLFD.size + WSAPOLLFD.offset.revents, true)) };
  }

  select(s: Handle, timeout: number): Selected {
    const { pointer, fd_set, timeval } = this.#layouts;
    const [read, write, except] = [0, 1, 2].map(() => {
      const set = new DataView(new ArrayBuffer(fd_set.size));
      set.setUint32(fd_set.offset.fd_count, 1, true);
      writePointer(set, pointer, fd_set.offset.fd_array, s);
      return set;
    }) as [DataView, DataView, DataView];
    const time = new DataView(new ArrayBuffer(timeval.size));
    time.setInt32(timeval.offset.tv_sec, Math.floor(timeout / 1000), true);
    time.setInt32(timeval.offset.tv_usec, (timeout % 1000) * 1000, true);
    // The first parameter is there for Berkeley's sake, and ignored.
    const { ret, code } = this.#c.select(0, read.buffer, write.buffer, except.buffer, time.buffer);
    const held = (set: DataView) => ret > 0 && set.getUint32(fd_set.offset.fd_count, true) === 1;
    return { ret, code, read: held(read), write: held(write), except: held(except) };
  }

  linger(on: boolean, seconds: number): Uint8Array {
    return new Uint8Array(Uint16Array.of(on ? 1 : 0, seconds).buffer);
  }

  timeout(milliseconds: number): Uint8Array {
    return new Uint8Array(Uint32Array.of(milliseconds).buffer);
  }

  tcpState(s: Handle): TcpState | undefined {
    return this.ioctls.tcpInfo(s).state;
  }

  acceptQueue(): undefined {
    return undefined;
  }

  bytesReadable(s: Handle): number | undefined {
    return this.#c.ioctlsocket(s, FIONREAD, this.#long).ret === -1 ? undefined : this.#long[0];
  }

  wineVersion(): string | undefined {
    return wineVersion();
  }

  windowsVersion(): string {
    return windowsVersion();
  }

  #named(outcome: Outcome): Named {
    const address = outcome.ret === -1 ? undefined : this.#sockaddr.decode(this.#address, this.#length[0] ?? 0);
    return address === undefined ? outcome : { ret: outcome.ret, code: outcome.code, address };
  }
}
