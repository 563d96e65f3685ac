import type { Model } from '../../language/model.ts';
import { windowsTcp } from './tcp.ts';
import { windowsUdp } from './udp.ts';

/**
 * What Windows answers (11 24H2), as tests that run there assert it, its documentation says, and users saw it; no Windows machine measured it. Where nothing decides
 * between answers a rule has both.
 */
export const windows: Model = {
  platform: 'windows',
  deliversAtOnce: false,
  ends: { tcp: windowsTcp, udp: windowsUdp, unix: 'no source says what a reset of an AF_UNIX socket is there, nor what a send to a closed peer gives' },
};
