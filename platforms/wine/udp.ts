import { rulesOf } from '../../language/model.ts';
import { readable } from '../answers.ts';
import type { WindowsUdp } from '../windows/udp.ts';
import { MEASURED, type WineDeviation } from './tcp.ts';

const on = rulesOf<WindowsUdp>();

export const wineUdp: readonly WineDeviation<WindowsUdp>[] = [
  { instead: 'udp recv: MSG_WAITALL', rules: [] },
  { instead: 'udp recv: port unreachable, once for each', rules: [] },
  {
    instead: 'udp FIONREAD: all that has arrived',
    rules: on('readable', [
      {
        name: 'udp FIONREAD: the first datagram',
        does: (s) => readable(s.queue[0] ?? 0),
        source: ['net/ipv4/udp.c udp_ioctl() of the Linux below', ...MEASURED],
        evidence: 'measured',
      },
    ]),
  },
  // One that is not connected hears of no port unreachable: the Linux socket below does not tell it.
  {
    instead: 'arrives: port unreachable, also where it is not connected',
    rules: on('unreachable', [
      {
        name: 'arrives: port unreachable, where it is connected',
        when: (s) => s.to !== undefined,
        unknown: 'whether wineserver or the next call takes the error of the Linux socket is a race',
      },
    ]),
  },
];
