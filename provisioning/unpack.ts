import { chmodSync, copyFileSync, existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool, ToolFailed } from './tool.ts';

/** Unpacks Debian's packages of Wine into `root`, so that they run from there. @throws ToolFailed */
export async function unpackWine(debs: readonly string[], root: string, signal?: AbortSignal): Promise<void> {
  for (const deb of debs) await runTool('dpkg-deb', ['--extract', deb, root], { cwd: root, signal });
  useOwnLibc(root);
  addZlib(root);
  // From where the server is, it looks for its character tables in share/wine/wine.
  symlinkSync('.', join(root, 'usr', 'share', 'wine', 'wine'));
}

/** Wine finds itself by the program that the kernel started, which is then ld.so: a link would be followed, so that a copy stands beside Wine's programs. */
const LAUNCHER = `#!/bin/sh
d=\${0%/*}
exec "$d/ld.so" --library-path "$d/../x86_64-linux-gnu:$d/../../../lib/x86_64-linux-gnu" --argv0 "$0" "$0.bin" "$@"
`;

/** Has Wine's two programs start with the C library that was unpacked beside them, whatever the machine's own is. */
function useOwnLibc(root: string): void {
  const wine = join(root, 'usr', 'lib', 'wine');
  // Debian 12's packages have some libraries in /lib, Debian 13's all in /usr/lib.
  const loader = ['usr/lib', 'lib'].map((path) => join(root, path, 'x86_64-linux-gnu', 'ld-linux-x86-64.so.2')).find(existsSync);
  if (loader === undefined) throw new ToolFailed('the package libc6 has no ld-linux-x86-64.so.2 in the expected folders');
  copyFileSync(loader, join(wine, 'ld.so'));
  chmodSync(join(wine, 'ld.so'), 0o755);
  for (const [packaged, name] of [
    ['wine64', 'wine64'],
    ['wineserver64', 'wineserver'],
  ] as const) {
    renameSync(join(wine, packaged), join(wine, `${name}.bin`));
    writeFileSync(join(wine, name), LAUNCHER);
    chmodSync(join(wine, name), 0o755);
  }
}

/** What Debian's libwine does as it is installed: puts the zlib of libz-mingw-w64 among Wine's own DLLs, with the mark of one in its DOS stub. */
function addZlib(root: string): void {
  const source = join(root, 'usr', 'x86_64-w64-mingw32', 'lib', 'zlib1.dll');
  if (!existsSync(source)) return;
  const dll = readFileSync(source);
  dll.fill(0, 64, 96).write('Wine builtin DLL', 64, 'latin1');
  writeFileSync(join(root, 'usr', 'lib', 'x86_64-linux-gnu', 'wine', 'x86_64-windows', 'zlib1.dll'), dll);
}
