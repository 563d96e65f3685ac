import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';

/** The needed part of the registry: the version of Windows (Node reads it) and the provider of random numbers (OpenSSL reads it). */
const REGISTRY = join(packageRoot, 'provisioning', 'prefix');

/**
 * Makes a Wine prefix without running Wine: a few links and two small files of registry, in milliseconds instead of the seconds and the 1.4 GB of
 * wineboot. Enough for a console program that uses sockets and threads.
 */
export function createPrefix(folder: string, root: string): void {
  // Unix's root is Z:.
  const links = {
    'dosdevices/c:': '../drive_c',
    'dosdevices/z:': '/',
    'drive_c/windows/system32': join(root, 'usr', 'lib', 'x86_64-linux-gnu', 'wine', 'x86_64-windows'),
  };
  for (const path of ['dosdevices', 'drive_c/windows/temp', 'drive_c/users']) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
  for (const file of ['user.reg', 'system.reg']) writeFileSync(join(folder, file), readFileSync(join(REGISTRY, file)));
  // With this value wineboot never updates the prefix.
  writeFileSync(join(folder, '.update-timestamp'), 'disable\n');
}
