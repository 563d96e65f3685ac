import type { Sockets } from '../sockets.ts';
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

  /** Wine's version where Wine answers the calls. */
  wineVersion(): string | undefined;
  /** Windows' major.minor.build. */
  windowsVersion(): string;
}

export function isWinsock(sockets: Sockets): sockets is WinsockSockets {
  return sockets.api === 'winsock';
}
