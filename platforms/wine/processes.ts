import { readdirSync, readFileSync } from 'node:fs';

const DEADLINE_MS = 2000;
const PAUSE_MS = 5;

/**
 * Ends every process of a prefix, agents and Wine's own, and returns when they are gone. Linux's /proc tells whose they are: `wineserver -k` takes
 * up to two seconds to do it, and needs a server that answers.
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

/** The processes that were started with this prefix. One that has ended and that its parent has not asked about is none. */
export function processesOf(prefix: string): number[] {
  const own = `WINEPREFIX=${prefix}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(own))
    .map(Number);
}

/** A zombie's is empty, another user's is not to be read. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Without an event loop: this is also done as the process exits. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
