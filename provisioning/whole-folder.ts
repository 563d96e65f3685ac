import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { orElse } from './or-else.ts';

const BUILDING = /^\.building-/;

/**
 * Creates a folder atomically: it is built under another name and then renamed, unless another process has created it first. Unfinished folders of killed
 * processes are removed.
 */
export async function wholeFolder(target: string, isWhole: () => boolean, build: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `.building-${holder()}-${basename(target)}`);
  mkdirSync(folder);
  try {
    await build(folder);
    if (isWhole()) return;
    // The existing folder is damaged, or from an older sockatlas.
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    // Here, not above: by now a program of the killed process has ended too.
    removeUnfinished(parent);
  }
}

/** Removes the folders in `parent` that were never finished, and that no living process holds: neither the one that built it, nor a program of it that still works there. */
export function removeUnfinished(parent: string): void {
  removeAbandoned(parent, BUILDING, (folder) => {
    if (isWorkedIn(folder)) throw new Error(`${folder} is in use`);
  });
}

const HOLDER = /-(\d+)\.(\d+)\.(\d+)-[0-9a-f]{8}(?:-|$)/;

/**
 * What a name says of the process that holds the file. An id alone does not name one: ids are given again, and each container counts its own. So the start of the process
 * follows, and the namespace of the id; then a part that is different for each name.
 */
export function holder(): string {
  return `${process.pid}.${startOf(process.pid)}.${idNamespace()}-${randomBytes(4).toString('hex')}`;
}

/** Nothing here says whether a process of another container lives, or which one an older sockatlas named. */
const UNKNOWN_IS_ABANDONED_MS = 7 * 24 * 60 * 60 * 1000;

/** Removes the entries of `parent` that match, and whose `holder` is gone. Gives each path to `before`, which throws to keep it. */
export function removeAbandoned(parent: string, pattern: RegExp, before: (path: string) => void): void {
  for (const name of orElse([], () => readdirSync(parent)).filter((entry) => pattern.test(entry))) {
    const path = join(parent, name);
    try {
      if (isHeld(path)) continue;
      before(path);
      rmSync(path, { recursive: true, force: true });
    } catch {
      // In use, or another user's in a cache that is shared: not ours to remove.
    }
  }
}

function isHeld(path: string): boolean {
  const [, pid, start, namespace] = HOLDER.exec(basename(path)) ?? [];
  if (namespace !== idNamespace()) return Date.now() - statSync(path).mtimeMs < UNKNOWN_IS_ABANDONED_MS;
  return startOf(Number(pid)) === start;
}

/** When a process started, in the kernel's ticks since boot; 0 for one that is gone, or where there is no /proc. */
function startOf(pid: number): string {
  const stat = orElse('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // pid (name) state …: the name may hold anything, parentheses too.
  const fields = stat.replace(/^.*\) /s, '').split(' ');
  // Killed, and not yet asked for by its parent: in a container without an init for ever.
  return fields[0] === 'Z' ? '0' : (fields[19] ?? '0');
}

function idNamespace(): string {
  return /\d+/.exec(orElse('', () => readlinkSync('/proc/self/ns/pid')))?.[0] ?? '0';
}

/** Whether a process has its working folder in there: npm, apt-get and dpkg-deb outlive a setup that is killed. */
function isWorkedIn(folder: string): boolean {
  const inside = `${realpathSync(folder)}/`;
  const pids = orElse([], () => readdirSync('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => `${orElse('', () => readlinkSync(`/proc/${pid}/cwd`))}/`.startsWith(inside));
}
