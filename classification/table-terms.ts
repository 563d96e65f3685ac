import type { Meaning } from '../language/code.ts';

/** The calls that a table may be for. */
export const TABLE_CALLS = ['recv', 'send', 'accept', 'connect'] as const;
export type TableCall = (typeof TABLE_CALLS)[number];

/**
 * Whose codes a table names. With `posix` and `winsock` a call returns -1 and leaves its code in errno or WSAGetLastError(); with the others the
 * negative return is the code.
 */
export const APIS = ['posix', 'winsock', 'freertos', 'rl', 'lwip'] as const;
export type Api = (typeof APIS)[number];

/** Whether a call of this api returns its code, instead of leaving it beside a -1. */
export function isInReturn(api: Api): boolean {
  return api !== 'posix' && api !== 'winsock';
}

export function meaningOf({ classes }: { readonly classes: Readonly<Record<string, { readonly meaning: Meaning }>> }, className: string): Meaning {
  return (classes[className] as { readonly meaning: Meaning }).meaning;
}

/** What messages and pages call a table. Calls are named where they are not the usual two. */
export function tableId({ name, label, api, calls }: { name: string; label: string; api: Api; calls: readonly TableCall[] }): string {
  const usual = calls.length === 2 && calls.includes('recv') && calls.includes('send');
  return `${name}@${label}/${api}${usual ? '' : `/${calls.join('+')}`}`;
}

/** The first version that a range names: where it begins. */
export function oldest(versions: string): string {
  return /\d[\d.]*/.exec(versions)?.[0] ?? '0';
}
