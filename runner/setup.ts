import type { Outcome } from '../native-bindings/sockets.ts';

/** The platform lacks what a scenario needs: the message says what. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** A call that only prepares a scenario failed, so that the trial means nothing. */
export class SetupFailed extends Error {
  override readonly name: string = 'SetupFailed';
}

/** A busy machine began a call too late for what the trial is about: the trial does not count, and another is made in its place. */
export class CameTooLate extends SetupFailed {
  override readonly name = 'CameTooLate';
}

/** The codes of socket and bind on a system that has no such address family, or where it is disabled. */
export const ADDRESS_FAILURES: ReadonlySet<string> = new Set([
  'EAFNOSUPPORT',
  'EPROTONOSUPPORT',
  'EADDRNOTAVAIL',
  'WSAEAFNOSUPPORT',
  'WSAEPROTONOSUPPORT',
  'WSAESOCKTNOSUPPORT',
  'WSAEADDRNOTAVAIL',
]);

/** @throws SetupFailed */
export function mustSucceed(context: { nameOf(code: number): string | undefined }, { ret, code }: Outcome, what: string): void {
  if (ret === -1) throw new SetupFailed(`${what}: ${context.nameOf(code) ?? `code ${code}`}`);
}
