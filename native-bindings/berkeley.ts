import type { Address } from '../language/address.ts';
import type { Direction } from '../language/call.ts';
import type { captured } from './captured.ts';
import { SOCKADDR_BYTES, type Sockaddr } from './sockaddr.ts';
import type { Handle, Named, Returned } from './sockets.ts';

/** The C types by which the Berkeley calls differ between POSIX and Winsock. */
export interface BerkeleyTypes {
  readonly handle: string;
  /** Of a buffer's length, and of what recv and send return. */
  readonly size: string;
  readonly transferred: string;
  readonly socklen: string;
  readonly close: 'close' | 'closesocket';
}

/** The calls that POSIX and Winsock share, by one prototype. */
export function berkeleyCalls(def: ReturnType<typeof captured>, { handle, size, transferred, socklen, close }: BerkeleyTypes) {
  return {
    socket: def('socket', handle, ['int', 'int', 'int']),
    bind: def('bind', 'int', [handle, 'void *', socklen]),
    listen: def('listen', 'int', [handle, 'int']),
    accept: def('accept', handle, [handle, 'void *', 'void *']),
    connect: def('connect', 'int', [handle, 'void *', socklen]),
    recv: def('recv', transferred, [handle, 'void *', size, 'int']),
    send: def('send', transferred, [handle, 'void *', size, 'int']),
    sendto: def('sendto', transferred, [handle, 'void *', size, 'int', 'void *', socklen]),
    shutdown: def('shutdown', 'int', [handle, 'int']),
    close: def(close, 'int', [handle]),
    setsockopt: def('setsockopt', 'int', [handle, 'int', 'int', 'void *', socklen]),
    getsockopt: def('getsockopt', 'int', [handle, 'int', 'int', 'void *', 'void *']),
    getsockname: def('getsockname', 'int', [handle, 'void *', 'void *']),
    getpeername: def('getpeername', 'int', [handle, 'void *', 'void *']),
    select: def('select', 'int', ['int', 'void *', 'void *', 'void *', 'void *']),
  };
}

/** SHUT_RD, SHUT_WR and SHUT_RDWR; SD_RECEIVE, SD_SEND and SD_BOTH: the same numbers everywhere. */
const SHUT: Readonly<Record<Direction, number>> = { read: 0, write: 1, both: 2 };

/** What POSIX's and Winsock's sockets have in common, but for types and numbers. */
export abstract class BerkeleySockets {
  protected readonly calls: ReturnType<typeof berkeleyCalls>;
  protected readonly sockaddr: Sockaddr;
  // Scratch memory: every call here is synchronous, so that no two need it at once. A fresh array costs koffi more than the call that it is for.
  readonly #address = new Uint8Array(SOCKADDR_BYTES);
  readonly #length = new Uint32Array(1);

  constructor(calls: ReturnType<typeof berkeleyCalls>, sockaddr: Sockaddr) {
    this.calls = calls;
    this.sockaddr = sockaddr;
  }

  bind(s: Handle, address: Address): Returned {
    const bytes = this.sockaddr.encode(address);
    return this.calls.bind(s, bytes, bytes.length);
  }

  listen(s: Handle, backlog: number): Returned {
    return this.calls.listen(s, backlog);
  }

  accept(s: Handle): Returned {
    return this.calls.accept(s, null, null);
  }

  acceptNamed(s: Handle): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.calls.accept(s, this.#address, this.#length));
  }

  connect(s: Handle, address: Address): Returned {
    const bytes = this.sockaddr.encode(address);
    return this.calls.connect(s, bytes, bytes.length);
  }

  recv(s: Handle, buffer: Uint8Array | null, length: number, flags: number): Returned {
    return this.calls.recv(s, buffer, length, flags);
  }

  send(s: Handle, buffer: Uint8Array, length: number, flags: number): Returned {
    return this.calls.send(s, buffer, length, flags);
  }

  sendto(s: Handle, buffer: Uint8Array, length: number, flags: number, to: Address): Returned {
    const bytes = this.sockaddr.encode(to);
    return this.calls.sendto(s, buffer, length, flags, bytes, bytes.length);
  }

  shutdown(s: Handle, direction: Direction): Returned {
    return this.calls.shutdown(s, SHUT[direction]);
  }

  close(s: Handle): Returned {
    return this.calls.close(s);
  }

  setsockopt(s: Handle, level: number, option: number, value: Uint8Array): Returned {
    return this.calls.setsockopt(s, level, option, value, value.length);
  }

  getsockopt(s: Handle, level: number, option: number, value: Uint8Array): Returned {
    this.#length[0] = value.length;
    return this.calls.getsockopt(s, level, option, value, this.#length);
  }

  getsockname(s: Handle): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.calls.getsockname(s, this.#address, this.#length));
  }

  getpeername(s: Handle): Named {
    this.#length[0] = SOCKADDR_BYTES;
    return this.#named(this.calls.getpeername(s, this.#address, this.#length));
  }

  #named(returned: Returned): Named {
    const address = returned.ret === -1 ? undefined : this.sockaddr.decode(this.#address, this.#length[0] ?? 0);
    return address === undefined ? returned : { ret: returned.ret, code: returned.code, address };
  }
}
