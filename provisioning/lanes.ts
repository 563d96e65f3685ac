import { join } from 'node:path';
import { cacheFolder } from '../platforms/cache.ts';

/** A version of Wine on which agents run. Each is a separate platform, because they differ: after an RST, recv on Wine 8 returns 0 every time. */
export interface Lane {
  readonly name: 'wine-8.0' | 'wine-10.0';
  /** Wine's version. */
  readonly wine: string;
  /** The Debian release that has it. */
  readonly suite: string;
  /** How much is fetched and unpacked, for messages. */
  readonly size: string;
}

export const LANES: readonly Lane[] = [
  { name: 'wine-8.0', wine: '8.0', suite: 'bookworm', size: '100 MB to fetch, 670 MB unpacked' },
  { name: 'wine-10.0', wine: '10.0', suite: 'trixie', size: '115 MB to fetch, 740 MB unpacked' },
];

/** What people may ask for: every lane by `wine`, or one by its name. */
export const LANE_NAMES: readonly string[] = ['wine', ...LANES.map(({ name }) => name)];

/** The lanes that `name` stands for; none where it is no name of a lane. */
export function lanesNamed(name: string): readonly Lane[] {
  return name === 'wine' ? LANES : LANES.filter((lane) => lane.name === name);
}

/** The lane for the Wine that reports `version`: `wine-8.0 (Debian 8.0~repack-4)`. */
export function laneOf(version: string): Lane | undefined {
  const number = /^wine-(\d+\.\d+)/.exec(version)?.[1];
  return LANES.find(({ wine }) => wine === number);
}

/** All of Wine that sockatlas keeps, in the user's cache. */
export function wineFolder(): string {
  return join(cacheFolder(), 'wine');
}

/** Where a lane's Wine is unpacked. */
export function unpackedFolder(lane: Lane): string {
  return join(wineFolder(), lane.name);
}

/** Where prefixes are while they are in use: each process has its own, so that two runs cannot end each other's Wine. */
export function prefixesFolder(): string {
  return join(wineFolder(), 'prefixes');
}
