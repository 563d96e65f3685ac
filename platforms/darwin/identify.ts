import os from 'node:os';
import type { Platform } from '../platform.ts';

export function identifyDarwin(common: Pick<Platform, 'arch' | 'node' | 'koffi' | 'library'>): Platform {
  const kernel = os.release();
  return { id: 'darwin', name: `darwin-${kernel.split('.')[0]}`, os: 'macOS', kernel, build: os.version().slice(0, 200), ...common };
}
