import type { Address } from '../../language/address.ts';
import { SOCKADDR_BYTES, type Sockaddr } from '../sockaddr.ts';
import type { Handle, Returned } from '../sockets.ts';
import { WSAID_ACCEPTEX, WSAID_CONNECTEX } from './constants.ts';
import type { Ioctls } from './ioctls.ts';
import type { WinsockLibrary } from './library.ts';
import { Operation, type Transferred } from './overlapped.ts';

/** AcceptEx wants 16 bytes more than an address has, for each of the two that it writes. */
const ACCEPT_ADDRESS_BYTES = SOCKADDR_BYTES + 16;
/** How much of an operation's room AcceptEx takes for itself. */
const ACCEPT_ADDRESSES_BYTES = 2 * ACCEPT_ADDRESS_BYTES;

type Call = ReturnType<ReturnType<WinsockLibrary['callAt']>>;

/** Calls that no DLL exports by name: WSAIoctl gives their addresses, for a socket, since each provider has its own. */
export class Extensions {
  readonly #library: WinsockLibrary;
  readonly #ioctls: Ioctls;
  readonly #sockaddr: Sockaddr;
  readonly #known = new Map<bigint, Call>();

  constructor(library: WinsockLibrary, ioctls: Ioctls, sockaddr: Sockaddr) {
    this.#library = library;
    this.#ioctls = ioctls;
    this.#sockaddr = sockaddr;
  }

  /** An operation for AcceptEx, with room for the two addresses behind the `receive` bytes that it waits for. */
  acceptOperation(receive = 0): Operation {
    return new Operation(this.#library.layouts, receive + ACCEPT_ADDRESSES_BYTES);
  }

  /**
   * AcceptEx: `acceptor`, a fresh socket, becomes the next connection of `listener`. 1 (TRUE), or 0 with a Winsock code, 997 where it goes on. It is done
   * when `receive` bytes have come too (0: it waits for none), and they are at the beginning of `operation.data`.
   * https://learn.microsoft.com/windows/win32/api/mswsock/nf-mswsock-acceptex
   */
  acceptEx(listener: Handle, acceptor: Handle, operation: Operation, receive = 0): Transferred {
    const room = operation.data.length - receive - ACCEPT_ADDRESSES_BYTES;
    if (room < 0) throw new RangeError(`AcceptEx would write ${-room} bytes beyond the operation's ${operation.data.length}`);
    const call = this.#call(listener, WSAID_ACCEPTEX, ['intptr_t', 'intptr_t', 'void *', 'uint32_t', 'uint32_t', 'uint32_t', 'void *', 'void *']);
    if (typeof call !== 'function') return { ...call, bytes: undefined };
    const { data, transferred, overlapped } = operation;
    return operation.begun(call(listener, acceptor, data, receive, ACCEPT_ADDRESS_BYTES, ACCEPT_ADDRESS_BYTES, transferred, overlapped));
  }

  /**
   * ConnectEx, which sends nothing on connecting: 1 (TRUE), or 0 with a Winsock code, 997 where it goes on. `s` must be bound (10022 where it is not).
   * https://learn.microsoft.com/windows/win32/api/mswsock/nc-mswsock-lpfn_connectex
   */
  connectEx(s: Handle, to: Address, operation: Operation): Transferred {
    const call = this.#call(s, WSAID_CONNECTEX, ['intptr_t', 'void *', 'int', 'void *', 'uint32_t', 'void *', 'void *']);
    if (typeof call !== 'function') return { ...call, bytes: undefined };
    const address = this.#sockaddr.encode(to);
    return operation.begun(call(s, address, address.length, null, 0, operation.transferred, operation.overlapped));
  }

  /** The call, or what WSAIoctl said instead of its address; `ret` is then 0, as the call itself would fail. */
  #call(s: Handle, id: string, parameters: readonly string[]): Call | Returned {
    const found = this.#ioctls.extensionFunction(s, id);
    if (found.address === undefined) return { ret: 0, code: found.code };
    let call = this.#known.get(found.address);
    if (call === undefined) {
      call = this.#library.callAt(found.address)(id, 'int', parameters);
      this.#known.set(found.address, call);
    }
    return call;
  }
}
