import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const BUILDING = /^\.building-(\d+)-/;

/** Makes a folder that is there whole or not at all: built elsewhere, then renamed. What killed builds left beside it is removed. */
export async function wholeFolder(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  removeAbandoned(parent, BUILDING);
  const folder = join(parent, `.building-${process.pid}-${randomBytes(4).toString('hex')}-${basename(target)}`);
  mkdirSync(folder);
  try {
    await build(folder);
    // Only a broken one stands in its place: whoever builds has looked.
    rmSync(target, { recursive: true, force: true });
    try {
      renameSync(folder, target);
    } catch (error) {
      // Another process was as fast.
      if (!existsSync(target)) throw error;
    }
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
