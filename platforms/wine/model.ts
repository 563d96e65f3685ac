import { deviating, type End, type EndModel, endModel, type Model } from '../../language/model.ts';
import { windowsTcp } from '../windows/tcp.ts';
import { windowsUdp } from '../windows/udp.ts';
import { MEASURED, wineTcp } from './tcp.ts';
import { wineUdp } from './udp.ts';

/** What a Wine answers: what Windows does, but for its deviations. Wine 8.0 and 10.0 are measured; what is between has the deviations that its source says. */
export function wine(version: string): Model {
  return {
    platform: `wine-${version}`,
    deliversAtOnce: false,
    ends: {
      tcp: measuredOn(version, deviating(windowsTcp, inVersion(wineTcp, version))),
      udp: measuredOn(version, deviating(windowsUdp, inVersion(wineUdp, version))),
      unix: isBefore(version, '10.2') ? 'Wine has AF_UNIX sockets from 10.2 on' : 'nothing was measured',
    },
  };
}

/** Random sequences on both versions gave what the rules say, those of Windows too. */
function measuredOn<S extends End>(version: string, end: EndModel<S>): EndModel<S> {
  const source = MEASURED.filter((one) => one.includes(`Wine ${version} `));
  if (source.length === 0) return end;
  const rules = end.rules.map((rule) =>
    'source' in rule ? { ...rule, source: [...new Set([...rule.source, ...source])], evidence: 'measured' as const } : rule,
  );
  return endModel({ ...end, rules });
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
