import type { Handle, Returned } from '../sockets.ts';
import { NETWORK_EVENTS, type NetworkEvent } from './constants.ts';
import type { Layouts } from './layout.ts';
import type { WinsockLibrary } from './library.ts';

interface NetworkEvents extends Returned {
  /** What has happened since it was last asked, each with its error code, 0 for none. */
  readonly events: Readonly<Partial<Record<NetworkEvent, number>>>;
}

/** Event objects, and what WSAEventSelect reports by them. */
export class Events {
  readonly #layouts: Layouts;
  readonly #calls;

  constructor({ layouts, socketCall, boolCall }: WinsockLibrary) {
    this.#layouts = layouts;
    this.#calls = {
      create: boolCall('WSACreateEvent', 'intptr_t', []),
      close: boolCall('WSACloseEvent', 'int', ['intptr_t']),
      select: socketCall('WSAEventSelect', 'int', ['intptr_t', 'intptr_t', 'int32_t']),
      enumerate: socketCall('WSAEnumNetworkEvents', 'int', ['intptr_t', 'intptr_t', 'void *']),
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
   * WSAEnumNetworkEvents: what has happened at `s`; it resets no event. 0, or -1 with a Winsock code.
   * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumnetworkevents
   */
  enumerate(s: Handle): NetworkEvents {
    const { size, offset } = this.#layouts.WSANETWORKEVENTS;
    const happened = new DataView(new ArrayBuffer(size));
    const returned = this.#calls.enumerate(s, 0, happened.buffer);
    const bits = returned.ret === -1 ? 0 : happened.getInt32(offset.lNetworkEvents, true);
    const events: Partial<Record<NetworkEvent, number>> = {};
    NETWORK_EVENTS.forEach((name, bit) => {
      if ((bits & (1 << bit)) !== 0) events[name] = happened.getInt32(offset.iErrorCode + 4 * bit, true);
    });
    return { ...returned, events };
  }
}
