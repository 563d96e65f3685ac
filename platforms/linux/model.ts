import type { Model } from '../../language/model.ts';
import { linuxTcp } from './tcp.ts';
import { linuxUdp } from './udp.ts';
import { linuxUnix } from './unix.ts';

/** What Linux answers. Every rule is measured: random sequences of steps on real sockets gave what it says (docs/models.md). */
export const linux: Model = {
  platform: 'linux',
  deliversAtOnce: true,
  ends: { tcp: linuxTcp, unix: linuxUnix, udp: linuxUdp },
};
