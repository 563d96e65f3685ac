import type { StdioOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { linkOf } from './proc.ts';

/** What node changes of what it was started with, as it was before: the program has to get it so. */
export interface StarterState {
  /** Which of 0, 1, 2 are non-blocking. */
  readonly nonBlocking: readonly number[];
  /** Descriptors beside these three, which node has marked to be closed by execve. */
  readonly inherited: readonly number[];
  /** How many files the starter may open; undefined where nobody can say: node raises it. */
  readonly softFileLimit: number | undefined;
}

const O_WRONLY = 0o1;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

/** What a child process gets of them: they have to be handed on twice, through the supervisor. `channel` says where node's own is wanted. */
export function stdioOf({ inherited }: StarterState, ...channel: readonly 'ipc'[]): StdioOptions {
  const first = Array.from({ length: inherited.length + 1 }, (_, i) => i + 3).find((fd) => !inherited.includes(fd)) as number;
  const length = Math.max(2, first, ...inherited) + 1;
  return Array.from({ length }, (_, fd) => (fd < 3 || inherited.includes(fd) ? fd : fd === first ? (channel[0] ?? 'ignore') : 'ignore'));
}

/** node's own are event queues and pipes that it has both ends of. */
function inheritedDescriptors(): number[] {
  const open = descriptors().flatMap((fd) => {
    const [link, flags] = [linkOf(`/proc/self/fd/${fd}`), flagsOf(fd)];
    return link === undefined || flags === undefined || (flags & O_CLOEXEC) === 0 || link.startsWith('anon_inode:')
      ? []
      : [{ fd, link, writes: (flags & O_WRONLY) !== 0 }];
  });
  return open
    .filter(({ link, writes }) => !link.startsWith('pipe:') || !open.some((other) => other.link === link && other.writes !== writes))
    .map(({ fd }) => fd);
}

function descriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .filter((fd) => fd > 2);
  } catch {
    return [];
  }
}

function flagsOf(fd: number): number | undefined {
  try {
    const [, flags] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return flags === undefined ? undefined : Number.parseInt(flags, 8);
  } catch {
    return undefined;
  }
}

function isNonBlocking(fd: number): boolean {
  return ((flagsOf(fd) ?? 0) & O_NONBLOCK) !== 0;
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
export const starter: StarterState = {
  nonBlocking: [0, 1, 2].filter(isNonBlocking),
  inherited: inheritedDescriptors(),
  softFileLimit: softFileLimit(),
};
