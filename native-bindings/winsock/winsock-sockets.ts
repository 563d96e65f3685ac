import type { Family, Outcome, Sockets, SocketType } from '../sockets.ts';
import type { Events } from './events.ts';
import type { Extensions } from './extensions.ts';
import type { CompletionPorts } from './iocp.ts';
import type { Ioctls } from './ioctls.ts';
import type { Overlapped } from './overlapped.ts';

/** What Winsock has beside the calls that every socket API has. */
export interface WinsockSockets extends Sockets {
  readonly api: 'winsock';
  /** WSARecv and WSASend with an OVERLAPPED, and how their results are asked for. */
  readonly overlapped: Overlapped;
  readonly ports: CompletionPorts;
  readonly extensions: Extensions;
  readonly events: Events;
  readonly ioctls: Ioctls;

  /**
   * A socket from WSASocketW, with WSA_FLAG_OVERLAPPED or without. `socket` always sets it; without it SO_RCVTIMEO has no effect, and
   * an overlapped call blocks. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasocketw
   */
  wsaSocket(family: Family, type: SocketType, options: { readonly overlapped: boolean }): Outcome;
  /** Wine's version where Wine answers the calls. */
  wineVersion(): string | undefined;
  /** Windows' major.minor.build. */
  windowsVersion(): string;
}

export function isWinsock(sockets: Sockets): sockets is WinsockSockets {
  return sockets.api === 'winsock';
}
