import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../language/address.ts';
import type { Named, Returned, Sockets } from '../native-bindings/sockets.ts';

/** The platform lacks what a scenario needs: the message says what. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** A call that only prepares a scenario failed, so that the trial means nothing. */
export class SetupFailed extends Error {
  override readonly name: string = 'SetupFailed';
}

/**
 * The machine refused what every trial needs: a port, a descriptor, memory, a folder, a process. That says nothing of how its sockets behave: the trial does not count,
 * and is made again; where it fails again and again there is no result.
 */
export class EnvironmentFailure extends SetupFailed {
  override readonly name = 'EnvironmentFailure';
}

/** The codes of such a failure. EINTR is among them: a call with SO_RCVTIMEO gives it after a stop by Ctrl-Z (signal(7)), without any signal handler. */
export const ENVIRONMENT_CODES: ReadonlySet<string> = new Set([
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EINTR',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'WSAEADDRINUSE',
  'WSAEADDRNOTAVAIL',
  'WSAEMFILE',
  'WSAENOBUFS',
  'WSA_NOT_ENOUGH_MEMORY',
]);

/** A busy machine began a call too late for what the trial is about: the trial does not count, and another is made in its place. */
export class CameTooLate extends SetupFailed {
  override readonly name = 'CameTooLate';
}

/** The codes of socket and bind on a system that has no such address family, or where it is disabled. */
const ADDRESS_FAILURES: ReadonlySet<string> = new Set([
  'EAFNOSUPPORT',
  'EPROTONOSUPPORT',
  'EADDRNOTAVAIL',
  'WSAEAFNOSUPPORT',
  'WSAEPROTONOSUPPORT',
  'WSAESOCKTNOSUPPORT',
  'WSAEADDRNOTAVAIL',
]);

/** What a preparing call is made with. */
export interface SetupContext {
  readonly sockets: Sockets;
  /** The name of an error code on this platform. */
  nameOf(code: number): string | undefined;
}

/** @throws SetupFailed, EnvironmentFailure */
export function mustSucceed(context: Pick<SetupContext, 'nameOf'>, { ret, code }: Returned, what: string): void {
  if (ret !== -1) return;
  const name = context.nameOf(code) ?? `code ${code}`;
  throw ENVIRONMENT_CODES.has(name) ? new EnvironmentFailure(`${what}: ${name}`) : new SetupFailed(`${what}: ${name}`);
}

/** socket or bind, which fail on a system without the address family. @throws Unsupported there, SetupFailed, EnvironmentFailure */
export function mustHaveFamily(context: Pick<SetupContext, 'nameOf'>, returned: Returned, what: string): void {
  const name = returned.ret === -1 ? context.nameOf(returned.code) : undefined;
  if (name !== undefined && ADDRESS_FAILURES.has(name)) throw new Unsupported(`${what}: ${name}`);
  mustSucceed(context, returned, what);
}

/** The address that getsockname or getpeername gave. @throws SetupFailed, EnvironmentFailure */
export function mustName(context: Pick<SetupContext, 'nameOf'>, named: Named, what: string): Address {
  mustSucceed(context, named, what);
  if (named.address === undefined) throw new SetupFailed(`${what} succeeded without an address`);
  return named.address;
}

/** sockaddr_un has room for 108 bytes on Linux and Windows, and for 104 on macOS; the names in the folder take less than 20. */
const MOST_TMPDIR_BYTES = 80;

/** A folder for an AF_UNIX socket, that no other user can enter and whose name nobody can guess. @throws EnvironmentFailure where none can be made */
export function temporaryFolder(): string {
  const short = Buffer.byteLength(tmpdir()) < MOST_TMPDIR_BYTES ? tmpdir() : '/tmp';
  try {
    return mkdtempSync(join(short, 'sockatlas-'));
  } catch (error) {
    throw new EnvironmentFailure(`an AF_UNIX socket needs a temporary folder: ${(error as Error).message}`);
  }
}
