import type { Handle, Returned } from '../sockets.ts';
import { NETWORK_EVENTS, type NetworkEvent, WSA_WAIT_FAILED } from './constants.ts';
import { type Layouts, writePointer } from './layout.ts';
import type { WinsockLibrary } from './library.ts';

interface NetworkEvents extends Returned {
  /** What has happened since it was last asked, each with its error code, 0 for none. */
  readonly events: Readonly<Partial<Record<NetworkEvent, number>>>;
}

/** Event objects, and what WSAEventSelect reports by them. */
export class Events {
  readonly #layouts: Layouts;
  readonly #calls;

  constructor({ layouts, socketCall, boolCall, call }: WinsockLibrary) {
    this.#layouts = layouts;
    this.#calls = {
      create: boolCall('WSACreateEvent', 'intptr_t', []),
      close: boolCall('WSACloseEvent', 'int', ['intptr_t']),
      select: socketCall('WSAEventSelect', 'int', ['intptr_t', 'intptr_t', 'int32_t']),
      enumerate: socketCall('WSAEnumNetworkEvents', 'int', ['intptr_t', 'intptr_t', 'void *']),
      wait: call((ret) => ret === WSA_WAIT_FAILED)('WSAWaitForMultipleEvents', 'uint32_t', ['uint32_t', 'void *', 'int', 'uint32_t', 'int']),
    };
  }

  /**
   * WSACreateEvent: `ret` is the handle of an event that stays signalled until it is reset; 0 with a Winsock code where it failed.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsacreateevent
   */
  create(): Returned {
    return this.#calls.create();
  }

  /** WSACloseEvent: 1, or 0 with a Winsock code. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsacloseevent */
  close(event: Handle): Returned {
    return this.#calls.close(event);
  }

  /**
   * WSAEventSelect: signals `event` at each of `events` (none: at nothing any more), and makes `s` non-blocking. 0, or -1 with a Winsock code.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
   */
  select(s: Handle, event: Handle, events: readonly NetworkEvent[]): Returned {
    let bits = 0;
    for (const name of events) bits |= 1 << NETWORK_EVENTS.indexOf(name);
    return this.#calls.select(s, event, bits);
  }

  /**
   * WSAEnumNetworkEvents: what has happened at `s`, and resets `event` (0: no event). 0, or -1 with a Winsock code.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumnetworkevents
   */
  enumerate(s: Handle, event: Handle = 0): NetworkEvents {
    const { size, offset } = this.#layouts.WSANETWORKEVENTS;
    const happened = new DataView(new ArrayBuffer(size));
    const returned = this.#calls.enumerate(s, event, happened.buffer);
    const bits = returned.ret === -1 ? 0 : happened.getInt32(offset.lNetworkEvents, true);
    const events: Partial<Record<NetworkEvent, number>> = {};
    NETWORK_EVENTS.forEach((name, bit) => {
      if ((bits & (1 << bit)) !== 0) events[name] = happened.getInt32(offset.iErrorCode + 4 * bit, true);
    });
    return { ...returned, events };
  }

  /**
   * WSAWaitForMultipleEvents: the index of a signalled event; 258 (WSA_WAIT_TIMEOUT) where none was within `timeout` ms; 0xFFFFFFFF with a Winsock code.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsawaitformultipleevents
   */
  wait(events: readonly Handle[], timeout: number, { all = false }: { readonly all?: boolean } = {}): Returned {
    const { pointer } = this.#layouts;
    const handles = new DataView(new ArrayBuffer(pointer * events.length));
    events.forEach((event, i) => {
      writePointer(handles, pointer, i * pointer, event);
    });
    return this.#calls.wait(events.length, handles.buffer, all ? 1 : 0, timeout, 0);
  }
}
