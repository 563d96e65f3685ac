import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const BUILDING = /^\.building-(\d+)-/;

/**
 * Creates a folder atomically: it is built under another name and then renamed, unless another process has created it first. Unfinished folders of killed
 * processes are removed.
 */
export async function wholeFolder(target: string, isWhole: () => boolean, build: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  removeAbandoned(parent, BUILDING);
  const folder = join(parent, `.building-${process.pid}-${randomBytes(4).toString('hex')}-${basename(target)}`);
  mkdirSync(folder);
  try {
    await build(folder);
    if (isWhole()) return;
    // The existing folder is damaged, or from an older sockatlas.
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes those entries of `parent` whose name says, as the pattern's first group, the id of a process that is gone. Gives their paths to `before`. */
export function removeAbandoned(parent: string, pattern: RegExp, before: (path: string) => void = () => {}): void {
  for (const name of readdirSync(parent)) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    try {
      before(path);
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, in a cache that is shared: not ours to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
