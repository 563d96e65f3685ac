import { readdirSync, readFileSync } from 'node:fs';
import { orElse } from './or-else.ts';

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
    // One that has ended by itself is not there to be killed.
    for (const pid of left) orElse(false, () => process.kill(pid, 'SIGKILL'));
    pause(PAUSE_MS);
  }
}

/** The processes that were started with this prefix, without zombies (ended, but not yet reaped by the parent). */
export function processesOf(prefix: string): number[] {
  const own = `WINEPREFIX=${prefix}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      // Empty for a zombie; not readable for a process of another user.
      orElse('', () => readFileSync(`/proc/${pid}/environ`, 'utf8'))
        .split('\0')
        .includes(own),
    )
    .map(Number);
}

/** Synchronous, because it also runs while the process exits. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
