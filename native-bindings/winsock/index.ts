import { BerkeleySockets, type BerkeleyTypes, berkeleyCalls } from '../berkeley.ts';
import { Sockaddr } from '../sockaddr.ts';
import type { Family, Handle, Polled, Readable, Returned, Selected, Sockets, SocketType, TcpInfo } from '../sockets.ts';
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
  SOCK_DGRAM,
  SOCK_STREAM,
  UNIX_PATH_BYTES,
} from './constants.ts';
import { Events } from './events.ts';
import { Extensions } from './extensions.ts';
import { CompletionPorts } from './iocp.ts';
import { Ioctls } from './ioctls.ts';
import { type Layouts, writePointer } from './layout.ts';
import { WS2_32, winsockLibrary } from './library.ts';
import { Overlapped } from './overlapped.ts';
import { windowsVersion, wineVersion } from './version.ts';

/** handleapi.h */
const HANDLE_FLAG_INHERIT = 1;

const DOMAIN: Readonly<Record<Family, number>> = { inet: AF_INET, inet6: AF_INET6, unix: AF_UNIX };

/** A SOCKET has a pointer's width; as a signed one INVALID_SOCKET is -1. Lengths are ints here, where POSIX has size_t. */
const TYPES: BerkeleyTypes = { handle: 'intptr_t', size: 'int', transferred: 'int', socklen: 'int', close: 'closesocket' };

/** Winsock's calls, those that every socket API has and its own. */
export class WinsockSockets extends BerkeleySockets implements Sockets {
  readonly api = 'winsock';
  readonly constants = CONSTANTS;
  readonly pollEvents = POLL_EVENTS;
  readonly library = WS2_32;
  readonly wineVersion = wineVersion;
  readonly windowsVersion = windowsVersion;
  /** WSARecv and WSASend with an OVERLAPPED, and how their results are asked for. */
  readonly overlapped;
  readonly ports;
  readonly extensions;
  readonly events;
  readonly ioctls;
  readonly #layouts: Layouts;
  readonly #setHandleInformation;
  readonly #ioctlsocket;
  readonly #poll;
  readonly #long = new Uint32Array(1);

  /** @throws Error where Winsock does not start */
  constructor() {
    const library = winsockLibrary();
    const def = library.socketCall;
    super(
      berkeleyCalls(def, TYPES),
      new Sockaddr({
        AF_INET,
        AF_INET6,
        AF_UNIX,
        hasLength: false,
        unixPathBytes: UNIX_PATH_BYTES,
        pton: library.plain('inet_pton', 'int', ['int', 'str', 'void *']),
        ntop: library.plain('inet_ntop', 'str', ['int', 'void *', 'void *', 'size_t']),
      }),
    );
    this.#layouts = library.layouts;
    this.#setHandleInformation = library.kernelCall('SetHandleInformation', 'int', ['intptr_t', 'uint32_t', 'uint32_t']);
    this.#ioctlsocket = def('ioctlsocket', 'int', ['intptr_t', 'uint32_t', 'void *']);
    this.#poll = def('WSAPoll', 'int', ['void *', 'uint32_t', 'int']);
    this.overlapped = new Overlapped(library);
    this.ports = new CompletionPorts(library);
    this.ioctls = new Ioctls(library);
    this.extensions = new Extensions(library, this.ioctls, this.sockaddr);
    this.events = new Events(library);
  }

  socket(family: Family, type: SocketType): Returned {
    const returned = this.calls.socket(DOMAIN[family], type === 'stream' ? SOCK_STREAM : SOCK_DGRAM, 0);
    // A socket that a started process has too is not reset, nor closed, when it is closed here.
    if (returned.ret !== -1) this.#setHandleInformation(returned.ret, HANDLE_FLAG_INHERIT, 0);
    return returned;
  }

  setNonBlocking(s: Handle, on: boolean): Returned {
    this.#long[0] = on ? 1 : 0;
    return this.#ioctlsocket(s, FIONBIO, this.#long);
  }

  poll(sockets: readonly Handle[], timeout: number): Polled {
    const { pointer, WSAPOLLFD } = this.#layouts;
    const fds = new DataView(new ArrayBuffer(sockets.length * WSAPOLLFD.size));
    sockets.forEach((s, i) => {
      writePointer(fds, pointer, i * WSAPOLLFD.size + WSAPOLLFD.offset.fd, s);
      fds.setInt16(i * WSAPOLLFD.size + WSAPOLLFD.offset.events, POLLRDNORM | POLLWRNORM, true);
    });
    const { ret, code } = this.#poll(fds.buffer, sockets.length, timeout);
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
    const { ret, code } = this.calls.select(0, read.buffer, write.buffer, except.buffer, time.buffer);
    const held = (set: DataView) => ret > 0 && set.getUint32(fd_set.offset.fd_count, true) === 1;
    return { ret, code, read: held(read), write: held(write), except: held(except) };
  }

  linger(on: boolean, seconds: number): Uint8Array {
    return new Uint8Array(Uint16Array.of(on ? 1 : 0, seconds).buffer);
  }

  timeout(milliseconds: number): Uint8Array {
    return new Uint8Array(Uint32Array.of(milliseconds).buffer);
  }

  tcpInfo(s: Handle): TcpInfo | undefined {
    return this.ioctls.tcpInfo(s).info;
  }

  readable(s: Handle): Readable {
    const { ret, code } = this.#ioctlsocket(s, FIONREAD, this.#long);
    return { ret, code, bytes: ret === -1 ? 0 : (this.#long[0] as number) };
  }
}
