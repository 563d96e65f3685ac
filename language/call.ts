import type { Address } from './address.ts';
import { UNTOUCHED } from './code.ts';
import { type NetworkEvent, type PollEvents, printToken, type Token, unnamed, unnamedStatus } from './token.ts';

/**
 * The calls that a trace may hold: what each is made with, and how its result is spelled as a token. Pure; how each is made is in runner/: calls.ts, and for the
 * calls of Winsock and OpenSSL alone winsock.ts and tls.ts.
 */

export type Direction = 'read' | 'write' | 'both';

export type FlagName = 'MSG_PEEK' | 'MSG_WAITALL' | 'MSG_OOB';

/** How long poll and select wait for something to report. */
const READINESS_TIMEOUT_MS = 1000;

/** The calls of every socket API. `args` is recorded as it stands; what is beside it is not. */
interface SocketKinds {
  recv: { readonly args: { readonly buffer: 'given' | 'NULL'; readonly length: number; readonly flags: readonly FlagName[] }; readonly stream: boolean };
  send: { readonly args: { readonly length: number; readonly flags: readonly FlagName[] } };
  sendto: { readonly args: { readonly length: number; readonly flags: readonly FlagName[]; readonly to: string }; readonly to: Address };
  connect: { readonly args: { readonly to: string }; readonly to: Address };
  accept: NoArguments;
  getsockopt: { readonly args: { readonly level: 'SOL_SOCKET'; readonly option: 'SO_ERROR' } };
  poll: { readonly args: { readonly events: readonly string[]; readonly timeout: number } };
  select: { readonly args: { readonly sets: readonly string[]; readonly timeout: number } };
  shutdown: { readonly args: { readonly how: Direction } };
  getpeername: NoArguments;
  getsockname: NoArguments;
  /** ioctl(FIONREAD), ioctlsocket on Windows. */
  FIONREAD: NoArguments;
  close: NoArguments;
}

/** Those of Winsock and OpenSSL alone. */
interface Kinds extends SocketKinds {
  WSARecv: Length;
  WSASend: Length;
  GetOverlappedResult: { readonly args: { readonly wait: 'FALSE' } };
  WSAGetOverlappedResult: { readonly args: { readonly wait: 'FALSE' } };
  /** No call: the NTSTATUS that stands there. */
  'OVERLAPPED.Internal': NoArguments;
  GetQueuedCompletionStatus: { readonly args: { readonly timeout: 0 } };
  WSAEnumNetworkEvents: NoArguments;
  AcceptEx: { readonly args: { readonly receive: number } };
  ConnectEx: { readonly args: { readonly to: string; readonly bound: 'yes' | 'no' } };

  SSL_read: Length;
  SSL_write: Length;
  SSL_do_handshake: NoArguments;
}
interface Length {
  readonly args: { readonly length: number };
}
interface NoArguments {
  readonly args: Readonly<Record<string, never>>;
}

type CallName = keyof Kinds;
export type SocketCallName = keyof SocketKinds;
/** A call, as data: it may cross to another thread or process. */
export type Call<K extends CallName = CallName> = { [P in K]: { readonly call: P } & Kinds[P] }[K];

/** What came back, and how long it took. */
export interface CallResult {
  readonly ret: number;
  readonly code: number;
  readonly us: number;
  /** What the failure is called where the call says it itself, and `code` is none of the platform's. */
  readonly name?: string;
  /** What the call wrote to memory, as recorded. */
  readonly out?: Readonly<Record<string, number>>;
  /** WSAEnumNetworkEvents: what has happened, each with its error code, 0 for none. */
  readonly events?: Readonly<Record<string, number>>;
  /** A datagram that no subject sent. */
  readonly isForeign?: boolean;
}

/** The names of a platform's numbers. */
export interface Names {
  /** Of an error code. */
  nameOf(code: number): string | undefined;
  /** Of an NTSTATUS. */
  statusOf(status: number): string | undefined;
  readonly pollEvents: PollEvents;
}

export function recvCall(length: number, { flags = NO_FLAGS, isNull = false, stream = true }: RecvOptions = {}): Call<'recv'> {
  return { call: 'recv', stream, args: { buffer: isNull ? 'NULL' : 'given', length, flags } };
}
interface RecvOptions {
  readonly flags?: readonly FlagName[];
  /** A null pointer instead of a buffer. */
  readonly isNull?: boolean;
  /** Whether 0 is the end of a stream, or a datagram without bytes. */
  readonly stream?: boolean;
}
const NO_FLAGS: readonly FlagName[] = [];

export function sendCall(length: number): Call<'send'> {
  return { call: 'send', args: { length, flags: NO_FLAGS } };
}

export function sendtoCall(length: number, to: Address, toName: string): Call<'sendto'> {
  return { call: 'sendto', to, args: { length, flags: NO_FLAGS, to: toName } };
}

export function shutdownCall(how: Direction): Call<'shutdown'> {
  return { call: 'shutdown', args: { how } };
}

/** `toName` stands for the address in records: a port has another number each time. */
export function connectCall(to: Address, toName: string): Call<'connect'> {
  return { call: 'connect', to, args: { to: toName } };
}

export const ACCEPT: Call<'accept'> = { call: 'accept', args: {} };
export const SO_ERROR: Call<'getsockopt'> = { call: 'getsockopt', args: { level: 'SOL_SOCKET', option: 'SO_ERROR' } };
export const POLL: Call<'poll'> = { call: 'poll', args: { events: ['IN', 'OUT'], timeout: READINESS_TIMEOUT_MS } };
export const SELECT: Call<'select'> = { call: 'select', args: { sets: ['read', 'write', 'except'], timeout: READINESS_TIMEOUT_MS } };

/** The same, which does not wait: what was caused has arrived, and many sequences are performed in one thread. */
export const POLL_NOW: Call<'poll'> = { ...POLL, args: { ...POLL.args, timeout: 0 } };
export const SELECT_NOW: Call<'select'> = { ...SELECT, args: { ...SELECT.args, timeout: 0 } };

export const GETPEERNAME: Call<'getpeername'> = { call: 'getpeername', args: {} };
export const GETSOCKNAME: Call<'getsockname'> = { call: 'getsockname', args: {} };
export const FIONREAD: Call<'FIONREAD'> = { call: 'FIONREAD', args: {} };
export const CLOSE: Call<'close'> = { call: 'close', args: {} };
/** What a peer receives with. */
export const RECEIVE: Call<'recv'> = recvCall(4096);
/** No datagram is longer. */
export const RECEIVE_DATAGRAM: Call<'recv'> = recvCall(65536, { stream: false });

/** The name of the call's failure; undefined where it succeeded. */
export function failureOf({ call }: Call, { ret, code, name }: CallResult, names: Names): string | undefined {
  if (name !== undefined) return name;
  return ret < 0 || (ret === 0 && ZERO_FAILS.has(call)) ? nameOfCode(code, names) : undefined;
}

/** They return a BOOL, FALSE where they failed. */
const ZERO_FAILS: ReadonlySet<CallName> = new Set(['GetOverlappedResult', 'WSAGetOverlappedResult', 'GetQueuedCompletionStatus', 'AcceptEx', 'ConnectEx']);

/** How the result of a call that succeeded is spelled as a token. */
export function tokenOf<K extends CallName>(call: Call<K>, result: CallResult, names: Names): string {
  return printToken(TOKENS[call.call](result, call, names));
}

type TokenOf<K extends CallName> = (result: CallResult, call: Call<K>, names: Names) => Token;

const ok = (): Token => ({ type: 'ok' });
const sent = ({ ret }: CallResult): Token => ({ type: 'sent', bytes: ret });
const data = ({ ret }: CallResult): Token => ({ type: 'data', bytes: ret });
const overlappedSent = ({ out }: CallResult): Token => ({ type: 'sent', bytes: out?.bytes ?? 0 });
const overlappedReceived = ({ out }: CallResult): Token => ((out?.bytes ?? 0) === 0 ? { type: 'eof' } : { type: 'data', bytes: out?.bytes as number });

const TOKENS: { readonly [K in CallName]: TokenOf<K> } = {
  recv: (result, { stream, args }) => (result.ret > 0 ? data(result) : { type: stream && args.length > 0 ? 'eof' : 'zero' }),
  send: sent,
  sendto: sent,
  connect: ok,
  accept: ok,
  getsockopt: ({ out }, _, names) => ({ type: 'so_error', name: errorOf(out?.value ?? 0, names) }),
  poll: ({ out }, _, { pollEvents }) => ({ type: 'poll', events: pollEvents.filter(([, bit]) => ((out?.revents ?? 0) & bit) !== 0).map(([event]) => event) }),
  select: ({ out }) => ({ type: 'select', read: hasBit(out?.sets, 1), write: hasBit(out?.sets, 2), except: hasBit(out?.sets, 4) }),
  shutdown: ok,
  getpeername: ok,
  getsockname: ok,
  FIONREAD: ({ out }) => ({ type: 'readable', bytes: out?.bytes ?? 0 }),
  close: ok,

  WSARecv: overlappedReceived,
  WSASend: overlappedSent,
  GetOverlappedResult: overlappedReceived,
  WSAGetOverlappedResult: overlappedReceived,
  'OVERLAPPED.Internal': ({ ret }, _, names) => ({ type: 'status', name: ret === 0 ? undefined : (names.statusOf(ret) ?? unnamedStatus(ret)) }),
  GetQueuedCompletionStatus: overlappedReceived,
  WSAEnumNetworkEvents: ({ events = {} }, _, names) => ({
    type: 'events',
    events: Object.entries(events).map(([event, code]) => ({ event: event.replace('FD_', '') as NetworkEvent['event'], name: errorOf(code, names) })),
  }),
  AcceptEx: overlappedReceived,
  ConnectEx: ok,

  SSL_read: data,
  SSL_write: sent,
  SSL_do_handshake: ok,
};

function hasBit(bits: number | undefined, bit: number): boolean {
  return ((bits ?? 0) & bit) !== 0;
}

function errorOf(code: number, names: Names): string | undefined {
  return code === 0 ? undefined : nameOfCode(code, names);
}

/** A code that has no name on its platform is spelled as its number. */
function nameOfCode(code: number, { nameOf }: Names): string {
  return nameOf(code) ?? (code === UNTOUCHED ? 'untouched' : unnamed(code));
}
