import koffi from 'koffi';
import { UNTOUCHED } from '../../language/code.ts';
import type { Handle, Returned } from '../sockets.ts';
import { IO_PENDING, STATUS_PENDING } from './constants.ts';
import { type Layouts, writePointer } from './layout.ts';
import type { WinsockLibrary } from './library.ts';

/** A call that tells how many bytes went over, where it wrote that. */
export interface Transferred extends Returned {
  /** undefined where the call left the number untouched. */
  readonly bytes: number | undefined;
}

/** Operations that Windows may still write into. They are kept here so that their memory is not collected. */
const pending = new Set<Operation>();

/**
 * An overlapped operation: its OVERLAPPED, and everything else that Windows reads and writes while it goes on, also after the call that named it has returned.
 *
 * All of it is one ArrayBuffer: V8 keeps those outside of the heap that its collector compacts, so that the address holds for as long as the buffer lives. (A small
 * `new Uint8Array(n)` begins inside that heap.)
 */
export class Operation {
  /** What was received so far, or is sent. */
  readonly data: Uint8Array;
  readonly overlapped: Uint8Array;
  readonly buffers: Uint8Array;
  readonly flags: Uint8Array;
  readonly transferred: Uint8Array;
  /** Where its OVERLAPPED lies: by it a completion port tells which operation is done. */
  readonly address: bigint;
  readonly #view: DataView;
  readonly #layouts: Layouts;
  readonly #transferredAt: number;

  constructor(layouts: Layouts, dataBytes: number) {
    const { OVERLAPPED, WSABUF, pointer } = layouts;
    const flagsAt = OVERLAPPED.size + WSABUF.size;
    const dataAt = flagsAt + 8;
    const memory = new ArrayBuffer(dataAt + dataBytes);
    const part = (offset: number, length: number) => new Uint8Array(memory, offset, length);
    const view = new DataView(memory);
    this.address = koffi.address(memory);
    this.#view = view;
    this.#layouts = layouts;
    this.#transferredAt = flagsAt + 4;
    this.overlapped = part(0, OVERLAPPED.size);
    this.buffers = part(OVERLAPPED.size, WSABUF.size);
    this.flags = part(flagsAt, 4);
    this.transferred = part(this.#transferredAt, 4);
    this.data = part(dataAt, dataBytes);
    view.setUint32(OVERLAPPED.size + WSABUF.offset.len, dataBytes, true);
    writePointer(view, pointer, OVERLAPPED.size + WSABUF.offset.buf, this.address + BigInt(dataAt));
    view.setUint32(this.#transferredAt, UNTOUCHED, true);
  }

  /**
   * OVERLAPPED.Internal: the operation's NTSTATUS, unsigned (0xC000020D after a reset), 0x103 while it goes on. 0 before it has begun. After a
   * call that failed immediately, the value is not documented.
   * https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
   */
  get internal(): number {
    // An NTSTATUS has 32 bits; only these are written where Internal has 64.
    return this.#view.getUint32(this.#layouts.OVERLAPPED.offset.Internal, true);
  }

  /** Adds what the call wrote, and keeps the memory alive for as long as Windows may write to it. */
  begun(returned: Returned): Transferred {
    for (const operation of pending) if (operation.internal !== STATUS_PENDING) pending.delete(operation);
    if (returned.code === IO_PENDING) pending.add(this);
    const bytes = this.#view.getUint32(this.#transferredAt, true);
    return { ...returned, bytes: bytes === UNTOUCHED ? undefined : bytes };
  }
}

/** Overlapped calls: they return at once, -1 with WSA_IO_PENDING (997) where the operation goes on. */
export class Overlapped {
  readonly #layouts: Layouts;
  readonly #calls;

  constructor({ layouts, socketCall, boolCall, kernelCall }: WinsockLibrary) {
    this.#layouts = layouts;
    const transfer = ['intptr_t', 'void *', 'uint32_t', 'void *'] as const;
    this.#calls = {
      recv: socketCall('WSARecv', 'int', [...transfer, 'void *', 'void *', 'void *']),
      send: socketCall('WSASend', 'int', [...transfer, 'uint32_t', 'void *', 'void *']),
      wsaResult: boolCall('WSAGetOverlappedResult', 'int', ['intptr_t', 'void *', 'void *', 'int', 'void *']),
      result: kernelCall('GetOverlappedResult', 'int', ['intptr_t', 'void *', 'void *', 'int']),
    };
  }

  /** An operation with room for `length` bytes, to be given to one call. Its completion is told at the port that the socket is bound to, if any. */
  operation(length: number): Operation {
    return new Operation(this.#layouts, length);
  }

  /**
   * WSARecv into `operation.data`: 0 where it was done at once, else -1 and a Winsock code. A completion follows a 0 and a 997, no other answer.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsarecv
   */
  recv(s: Handle, operation: Operation): Transferred {
    return operation.begun(this.#calls.recv(s, operation.buffers, 1, operation.transferred, operation.flags, operation.overlapped, null));
  }

  /** WSASend of `operation.data`, answering as `recv` does. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasend */
  send(s: Handle, operation: Operation): Transferred {
    return operation.begun(this.#calls.send(s, operation.buffers, 1, operation.transferred, 0, operation.overlapped, null));
  }

  /**
   * WSAGetOverlappedResult: 1 (TRUE), or 0 with a Winsock code, to which it translates the operation's NTSTATUS: 10054 after a reset, 996 while the
   * operation goes on and `wait` is false. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsagetoverlappedresult
   */
  wsaResult(s: Handle, operation: Operation, wait: boolean): Transferred {
    const bytes = presetBytes();
    return transferred(this.#calls.wsaResult(s, operation.overlapped, bytes, wait ? 1 : 0, operation.flags), bytes);
  }

  /**
   * GetOverlappedResult: 1 (TRUE), or 0 with a Win32 code, to which it translates the operation's NTSTATUS: 64 ERROR_NETNAME_DELETED after a reset.
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult
   */
  result(s: Handle, operation: Operation, wait: boolean): Transferred {
    const bytes = presetBytes();
    return transferred(this.#calls.result(s, operation.overlapped, bytes, wait ? 1 : 0), bytes);
  }
}

/** Room for a DWORD of bytes, preset to what no call writes. */
export function presetBytes(): Uint32Array {
  return Uint32Array.of(UNTOUCHED);
}

export function transferred(returned: Returned, bytes: Uint32Array): Transferred {
  return { ...returned, bytes: bytes[0] === UNTOUCHED ? undefined : bytes[0] };
}
