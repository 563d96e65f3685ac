import { readdirSync, readFileSync } from 'node:fs';

const DEADLINE_MS = 2000;
const PAUSE_MS = 5;

/**
 * Ends every process of a prefix (agents and the processes of Wine), and returns when they have ended. It finds them through /proc. `wineserver -k` would take
 * up to two seconds, and it needs a server that responds.
 */
export function endProcesses(prefix: string): void {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const left = processesOf(prefix);
    if (left.length === 0 || Date.now() > deadline) return;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    pause(PAUSE_MS);
  }
}

/** The processes that were started with this prefix, without zombies (ended, but not yet reaped by the parent). */
export function processesOf(prefix: string): number[] {
  const own = `WINEPREFIX=${prefix}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(own))
    .map(Number);
}

/** Empty for a zombie; not readable for a process of another user. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Synchronous, because it also runs while the process exits. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
