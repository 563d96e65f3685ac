import { constants } from 'node:os';

/** What a message calls an errno of this system: `EPERM`. */
export function errnoName(code: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === code)?.[0] ?? `errno ${code}`;
}
