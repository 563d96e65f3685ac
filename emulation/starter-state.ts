import { readFileSync } from 'node:fs';

/** What node changes of what it was started with, as it was before: the program has to get it so. */
export interface StarterState {
  /** Which of 0, 1, 2 are non-blocking. */
  readonly nonBlocking: readonly number[];
  /** How many files the starter may open; undefined where nobody can say: node raises it. */
  readonly softFileLimit: number | undefined;
}

const O_NONBLOCK = 0o4000;

function isNonBlocking(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return (Number.parseInt(flags, 8) & O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}

/** node raises its own to the hard limit before any of our code runs; what its parent has is what it got, unless a program in between (prlimit) ended as node. */
function softFileLimit(): number | undefined {
  const parent = fileLimits(process.ppid);
  return parent !== undefined && parent.hard === fileLimits(process.pid)?.hard ? parent.soft : undefined;
}

function fileLimits(pid: number): { readonly soft: number; readonly hard: string } | undefined {
  try {
    const [, soft, hard] = /^Max open files\s+(\d+)\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1')) ?? [];
    return soft === undefined || hard === undefined ? undefined : { soft: Number(soft), hard };
  } catch {
    return undefined;
  }
}

/** As this module found it: it has to be loaded before anything touches process.stdout, which sets O_NONBLOCK on a pipe, for all who have it. */
export const starter: StarterState = { nonBlocking: [0, 1, 2].filter(isNonBlocking), softFileLimit: softFileLimit() };
