import os from 'node:os';
import type { WinsockSockets } from '../../native-bindings/winsock/index.ts';
import type { Platform } from '../platform.ts';

/** Windows or Wine. Wine is recognized by its own version export. Its `build` is the Windows version that it reports. */
export function identifyWindows(
  common: Pick<Platform, 'arch' | 'node' | 'koffi' | 'library'>,
  system: Pick<WinsockSockets, 'wineVersion' | 'windowsVersion'>,
): Platform {
  const wine = system.wineVersion();
  const build = system.windowsVersion();
  const product = productOf(os.version(), build);
  if (wine === undefined) return { id: 'windows', name: windowsName(os.version(), build), os: product.slice(0, 200), build, ...common };
  return { id: 'wine', name: wineName(wine), os: `${product} as answered by Wine`.slice(0, 200), build, wine: wine.slice(0, 200), ...common };
}

/**
 * Node reads the product name from the registry. If the registry has none (a fresh Wine prefix), Node returns uninitialized memory.
 */
export function productOf(version: string, build: string): string {
  return /^(Microsoft )?Windows [\x20-\x7e]+$/.test(version) ? version : `Windows ${build}`;
}

/**
 * `windows-11-26100` of "Windows 11 Pro", `windows-server-2025-26100` of "Windows Server 2025 Datacenter": editions do not differ in their sockets,
 * releases and builds do.
 */
export function windowsName(product: string, build: string): string {
  const [, server, release = ''] = /^(?:Microsoft )?Windows( Server)?(?: (\d[\d.]*(?: R2)?))?/.exec(product) ?? [];
  const parts = ['windows', server === undefined ? '' : 'server', release.replace(' ', '-').toLowerCase(), build.split('.')[2] ?? ''];
  return parts.filter((part) => part !== '').join('-');
}

/** `wine-10.0` of "10.0" and of "10.0 (Staging)". */
export function wineName(version: string): string {
  return `wine-${/^\d+(\.\d+)*(-rc\d+)?/.exec(version)?.[0] ?? 'unknown'}`;
}
