import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Connections } from '../native-bindings/linux/connections.ts';
import type { Transfers } from '../native-bindings/linux/transfers.ts';
import type { Returned } from '../native-bindings/sockets.ts';
import { CONTINUE, type Intercepted, type Reply } from './intercepted.ts';
import { MSG } from './message-flags.ts';
import type { Unseen } from './recorded-call.ts';

/** What the kernel answered to a call that was made in the program's place, and with what the program's own call is to be answered. */
export interface Performed extends Returned {
  readonly reply: Reply;
  readonly us: number;
  /** What it wrote: the value of SO_ERROR, the bytes of FIONREAD. */
  readonly value?: number;
}

const { EFAULT, EPIPE } = constants.errno;
/** Longer ones are left to the kernel: what is copied is bounded, and a shorter answer than the kernel's would be another. */
const MOST_BYTES = 1024 * 1024;
/** What a copy of the data changes nothing of. MSG_TRUNC writes nothing on TCP, MSG_ZEROCOPY keeps the pages, MSG_FASTOPEN connects. */
const UNDERSTOOD = MSG.PEEK | MSG.DONTWAIT | MSG.WAITALL | MSG.NOSIGNAL | MSG.MORE | MSG.CMSG_CLOEXEC;
const AF_INET = 2;
const AF_INET6 = 10;
/** struct sockaddr_storage */
const ADDRESS_BYTES = 128;
/** The kernel refuses a length below 0. */
const MOST_ROOM = 0x7fff_ffff;

/**
 * Makes calls that do not wait on a copy of the program's descriptor. A socket of another kind than TCP and UDP is left alone: over AF_UNIX the receiver may ask whose call
 * it was (SO_PASSCRED), and a path means another file in another folder.
 */
export class Performer {
  readonly #connections: Connections;
  readonly #transfers: Transfers;

  constructor(connections: Connections, transfers: Transfers) {
    this.#connections = connections;
    this.#transfers = transfers;
  }

  /** Or why it was not made. */
  perform(call: Intercepted, copy: number): Performed | Unseen {
    if (this.#connections.protocol(copy) === undefined) return 'neither TCP nor UDP';
    const [, second, third, fourth, fifth, sixth] = call.args as [number, number, number, number, number, number];
    switch (call.call) {
      case 'read':
        // Of no bytes it never comes to the socket (net/socket.c sock_read_iter()).
        return third === 0 ? 'its length' : this.#receive(call, copy, { buffer: second, length: third, flags: 0, address: 0, size: 0 });
      case 'recvfrom':
        return this.#receive(call, copy, { buffer: second, length: third, flags: fourth | 0, address: fifth, size: sixth });
      case 'write':
        return this.#send(call, copy, { buffer: second, length: third, flags: 0, address: 0, size: 0 });
      case 'sendto':
        return this.#send(call, copy, { buffer: second, length: third, flags: fourth | 0, address: fifth, size: sixth });
      case 'getsockopt':
        return this.#soError(call, copy, fourth, fifth);
      case 'shutdown':
        return answered(() => this.#transfers.shutdown(copy, second | 0));
      case 'getpeername':
        return this.#peerName(call, copy, second, third);
      case 'ioctl':
        return this.#readable(call, copy, third);
      default:
        return 'a vector or ancillary data';
    }
  }

  #receive(call: Intercepted, copy: number, transfer: Transfer): Performed | Unseen {
    const { buffer, length, flags, address, size } = transfer;
    const unfit = this.#unfit(copy, transfer);
    if (unfit !== undefined) return unfit;
    const room = address === 0 ? undefined : u32(call.read(size, 4));
    if (address !== 0 && (room === undefined || room > MOST_ROOM)) return 'its address';
    const bytes = new Uint8Array(length);
    const from = room === undefined ? null : new Uint8Array(ADDRESS_BYTES);
    const fromLength = from && Uint32Array.of(ADDRESS_BYTES);
    const performed = answered(() => this.#transfers.receive(copy, bytes, flags, from, fromLength));
    if (performed.ret < 0) return performed;
    const isWritten =
      (performed.ret === 0 || call.write(buffer, bytes.subarray(0, performed.ret))) &&
      (from === null || fromLength === null || room === undefined || wroteAddress(call, { address, size, room }, from, fromLength[0] as number));
    // The kernel would have left what it cannot write in the queue: here it is lost.
    return isWritten ? performed : failed(EFAULT, performed.us);
  }

  #send(call: Intercepted, copy: number, transfer: Transfer): Performed | Unseen {
    const { buffer, length, flags, address, size } = transfer;
    const unfit = this.#unfit(copy, transfer);
    if (unfit !== undefined) return unfit;
    const bytes = length === 0 ? new Uint8Array() : call.read(buffer, length);
    if (bytes.length < length) return 'its memory';
    const to = address === 0 ? null : addressAt(call, address, size | 0);
    if (to === undefined) return 'its address';
    const performed = answered(() => this.#transfers.send(copy, bytes, flags, to));
    // SIGPIPE is the calling thread's: the kernel fails with EPIPE again (net/core/stream.c sk_stream_error()), and raises it.
    return performed.code === EPIPE && (flags & MSG.NOSIGNAL) === 0 ? { ...performed, reply: CONTINUE } : performed;
  }

  #soError(call: Intercepted, copy: number, address: number, size: number): Performed | Unseen {
    if (u32(call.read(size, 4)) !== 4 || call.read(address, 4).length < 4) return 'its memory';
    const begun = performance.now();
    const value = this.#connections.takeError(copy);
    const us = (performance.now() - begun) * 1000;
    if (!call.write(address, new Uint8Array(Int32Array.of(value).buffer))) return failed(EFAULT, us);
    return { ret: 0, code: 0, us, value, reply: { type: 'returns', ret: 0 } };
  }

  #peerName(call: Intercepted, copy: number, address: number, size: number): Performed | Unseen {
    const room = u32(call.read(size, 4));
    if (room === undefined || room > MOST_ROOM) return 'its address';
    const name = new Uint8Array(ADDRESS_BYTES);
    const length = Uint32Array.of(ADDRESS_BYTES);
    const performed = answered(() => this.#transfers.peerName(copy, name, length));
    return performed.ret < 0 || wroteAddress(call, { address, size, room }, name, length[0] as number) ? performed : failed(EFAULT, performed.us);
  }

  #readable(call: Intercepted, copy: number, address: number): Performed | Unseen {
    const bytes = new Int32Array(1);
    const performed = answered(() => this.#transfers.readable(copy, bytes));
    if (performed.ret < 0) return performed;
    return call.write(address, new Uint8Array(bytes.buffer)) ? { ...performed, value: bytes[0] as number } : failed(EFAULT, performed.us);
  }

  #unfit(copy: number, { length, flags }: Transfer): Unseen | undefined {
    if ((flags & ~UNDERSTOOD) !== 0) return 'its flags';
    if ((flags & MSG.DONTWAIT) === 0 && !this.#connections.isNonBlocking(copy)) return 'it may wait';
    return length < 0 || length > MOST_BYTES ? 'its length' : undefined;
  }
}

/** Addresses in the program. */
interface Transfer {
  readonly buffer: number;
  readonly length: number;
  readonly flags: number;
  readonly address: number;
  /** The address' length, or of recvfrom where it stands. */
  readonly size: number;
}

function answered(make: () => Returned): Performed {
  const begun = performance.now();
  const { ret, code } = make();
  const us = (performance.now() - begun) * 1000;
  return { ret, code, us, reply: ret < 0 ? { type: 'fails', errno: code } : { type: 'returns', ret } };
}

function failed(errno: number, us: number): Performed {
  return { ret: -1, code: errno, us, reply: { type: 'fails', errno } };
}

/** undefined for an address of another kind than TCP and UDP have: the kernel says what is wrong. */
function addressAt(call: Intercepted, address: number, size: number): Uint8Array | undefined {
  if (size < 2 || size > ADDRESS_BYTES) return undefined;
  const bytes = call.read(address, size);
  const family = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  return bytes.length === size && (family === AF_INET || family === AF_INET6) ? bytes : undefined;
}

/** As the kernel does (net/socket.c move_addr_to_user()): as much as has room, and the length that it would have. */
function wroteAddress(
  call: Intercepted,
  { address, size, room }: { readonly address: number; readonly size: number; readonly room: number },
  from: Uint8Array,
  length: number,
): boolean {
  const given = Math.min(room, length);
  return (given === 0 || call.write(address, from.subarray(0, given))) && call.write(size, new Uint8Array(Uint32Array.of(length).buffer));
}

function u32(bytes: Uint8Array): number | undefined {
  return bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
