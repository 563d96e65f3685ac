import os from 'node:os';
import type { Sockets } from '../native-bindings/sockets.ts';
import { isWinsock } from '../native-bindings/winsock/is-winsock.ts';
import { identifyLinux } from './linux/identify.ts';
import type { Platform } from './platform.ts';
import { identifyWindows } from './windows/identify.ts';

/** The platform that this process runs on. `koffi` is the version of the library that makes the calls. */
export function identify(sockets: Sockets, koffi: string): Platform {
  const common = { arch: process.arch, node: process.versions.node, koffi, library: sockets.library };
  if (isWinsock(sockets)) return identifyWindows(common, sockets);
  if (process.platform !== 'darwin') return identifyLinux(common);
  const kernel = os.release();
  return { id: 'darwin', name: `darwin-${kernel.split('.')[0]}`, os: 'macOS', kernel, build: os.version().slice(0, 200), ...common };
}
