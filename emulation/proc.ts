import { readFileSync, readlinkSync } from 'node:fs';

/** What /proc says of a process or thread that may end at any time: undefined where it has. */

export interface Stat {
  readonly state: string;
  readonly parent: number;
}

export function statOf(pid: number): Stat | undefined {
  // pid (name) state ppid: the name may hold anything, parentheses too.
  const [state = '', parent] =
    read(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ', 2) ?? [];
  return state === '' ? undefined : { state, parent: Number(parent) };
}

export function statusOf(thread: number): string | undefined {
  return read(`/proc/${thread}/status`);
}

/** What a link is to: `socket:[1234]` of a descriptor. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
