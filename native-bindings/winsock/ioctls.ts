import type { Handle, Returned, TcpInfo } from '../sockets.ts';
import { SIO_GET_EXTENSION_FUNCTION_POINTER, SIO_TCP_INFO, SIO_UDP_CONNRESET, TCP_STATES } from './constants.ts';
import { guidBytes, type Layouts, readPointer } from './layout.ts';
import type { WinsockLibrary } from './library.ts';

/** WSAIoctl, by what it is asked: 0, or -1 with a Winsock code. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaioctl */
export class Ioctls {
  readonly #layouts: Layouts;
  readonly #call;
  // Every call here is synchronous, so that no two need it at once.
  readonly #returned = new Uint32Array(1);

  constructor({ layouts, socketCall }: WinsockLibrary) {
    this.#layouts = layouts;
    this.#call = socketCall('WSAIoctl', 'int', ['intptr_t', 'uint32_t', 'void *', 'uint32_t', 'void *', 'uint32_t', 'void *', 'void *', 'void *']);
  }

  /**
   * SIO_TCP_INFO (Windows 10 1703): the connection's state and counters, which it does not change. Wine has no such code: -1 with 10045.
   * https://learn.microsoft.com/windows/win32/winsock/sio-tcp-info
   */
  tcpInfo(s: Handle): Returned & { readonly info?: TcpInfo } {
    const { TCP_INFO_v0 } = this.#layouts;
    const info = new DataView(new ArrayBuffer(TCP_INFO_v0.size));
    const version0 = new Uint32Array(1);
    const returned = this.#ioctl(s, SIO_TCP_INFO, new Uint8Array(version0.buffer), new Uint8Array(info.buffer));
    if (returned.ret === -1) return returned;
    const { State, BytesIn } = TCP_INFO_v0.offset;
    const state = TCP_STATES[info.getInt32(State, true)];
    return { ...returned, info: { state, received: Number(info.getBigUint64(BytesIn, true)), unacknowledged: undefined } };
  }

  /**
   * SIO_UDP_CONNRESET: whether an ICMP "port unreachable" makes a receive fail with 10054 (as it does unless told otherwise).
   * https://learn.microsoft.com/windows/win32/winsock/winsock-ioctls
   */
  udpConnReset(s: Handle, on: boolean): Returned {
    return this.#ioctl(s, SIO_UDP_CONNRESET, new Uint8Array(Int32Array.of(on ? 1 : 0).buffer), null);
  }

  /** SIO_GET_EXTENSION_FUNCTION_POINTER: where the provider of `s` has the function of that GUID. */
  extensionFunction(s: Handle, guid: string): Returned & { readonly address?: bigint } {
    const { pointer } = this.#layouts;
    const address = new DataView(new ArrayBuffer(pointer));
    const returned = this.#ioctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, guidBytes(guid), new Uint8Array(address.buffer));
    return returned.ret === -1 ? returned : { ...returned, address: readPointer(address, pointer, 0) };
  }

  #ioctl(s: Handle, code: number, input: Uint8Array, output: Uint8Array | null): Returned {
    return this.#call(s, code, input, input.length, output, output?.length ?? 0, this.#returned, null, null);
  }
}
