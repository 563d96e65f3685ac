import { LINUX } from '../posix/constants.ts';
import type { Handle, Returned } from '../sockets.ts';
import { systemCalls } from './system-calls.ts';

/** Makes calls on sockets in a program's place. None of them waits: MSG_DONTWAIT. */
export class Transfers {
  readonly #recvfrom;
  readonly #sendto;
  readonly #shutdown;
  readonly #getpeername;
  readonly #ioctl;

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    const { def } = systemCalls();
    this.#recvfrom = def('recvfrom', 'intptr_t', ['int', 'void *', 'size_t', 'int', 'void *', 'void *']);
    this.#sendto = def('sendto', 'intptr_t', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32_t']);
    this.#shutdown = def('shutdown', 'int', ['int', 'int']);
    this.#getpeername = def('getpeername', 'int', ['int', 'void *', 'void *']);
    this.#ioctl = def('ioctl', 'int', ['int', 'unsigned long', '...']);
  }

  /** `from` gets the sender's address, as far as it has room; `fromLength` holds its length before, and after what it would be. */
  receive(s: Handle, buffer: Uint8Array, flags: number, from: Uint8Array | null, fromLength: Uint32Array | null): Returned {
    return this.#recvfrom(s, buffer, buffer.length, flags | MSG_DONTWAIT, from, fromLength);
  }

  /** Raises no SIGPIPE. */
  send(s: Handle, bytes: Uint8Array, flags: number, to: Uint8Array | null): Returned {
    return this.#sendto(s, bytes, bytes.length, flags | MSG_DONTWAIT | MSG_NOSIGNAL, to, to?.length ?? 0);
  }

  shutdown(s: Handle, how: number): Returned {
    return this.#shutdown(s, how);
  }

  /** As `receive` has the sender's. */
  peerName(s: Handle, address: Uint8Array, length: Uint32Array): Returned {
    return this.#getpeername(s, address, length);
  }

  /** FIONREAD: an int. */
  readable(s: Handle, bytes: Int32Array): Returned {
    return this.#ioctl(s, LINUX.FIONREAD, 'void *', bytes);
  }
}

/** bits/socket.h */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
