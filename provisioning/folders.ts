import { join } from 'node:path';
import { cacheFolder } from '../platforms/cache.ts';
import type { Lane } from './lanes.ts';

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
