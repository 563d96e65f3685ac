import { ANY } from './trace.ts';

/**
 * A token with the POSIX name of its code: WSAECONNRESET is the name of ECONNRESET on Windows, and WSAEWOULDBLOCK that of EAGAIN. Codes that differ in more
 * than the name (EPIPE, WSAESHUTDOWN) stay different: a table must handle both.
 */
export function withoutSpelling(token: string): string {
  return token.replace(/\bWSA(?=E[A-Z])/g, '').replace(/\bEWOULDBLOCK\b/g, 'EAGAIN');
}

/** Whether two traces are the same behaviour on systems that spell their codes differently. `?` on either side stands for any one token. */
export function sameTrace(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((token, i) => token === ANY || b[i] === ANY || token === b[i] || withoutSpelling(token) === withoutSpelling(b[i] as string))
  );
}
