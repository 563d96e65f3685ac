import type { Sockets } from '../sockets.ts';
import type { WinsockSockets } from './index.ts';

/** Apart from the class: who only asks loads no koffi. */
export function isWinsock(sockets: Sockets): sockets is WinsockSockets {
  return sockets.api === 'winsock';
}
