import { deviating, type Model } from '../../language/model.ts';
import { windowsTcp } from '../windows/tcp.ts';
import { windowsUdp } from '../windows/udp.ts';
import { wineTcp } from './tcp.ts';
import { wineUdp } from './udp.ts';

/** What a Wine answers: what Windows does, but for its deviations. Wine 8.0 and 10.0 are measured; what is between has the deviations that its source says. */
export function wine(version: string): Model {
  return {
    platform: `wine-${version}`,
    deliversAtOnce: false,
    ends: {
      tcp: deviating(windowsTcp, inVersion(wineTcp, version)),
      udp: deviating(windowsUdp, inVersion(wineUdp, version)),
      unix: isBefore(version, '10.2') ? 'Wine has AF_UNIX sockets from 10.2 on' : 'nothing was measured',
    },
  };
}

function inVersion<D extends { readonly from?: string; readonly until?: string }>(deviations: readonly D[], version: string): readonly D[] {
  return deviations.filter(({ from, until }) => (from === undefined || !isBefore(version, from)) && (until === undefined || isBefore(version, until)));
}

/** 8.20 is before 8.21, and 8.21 before 10.0. */
function isBefore(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}
