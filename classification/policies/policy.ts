import type { Meaning } from '../../language/code.ts';

/** How an event loop asks which sockets are ready. Only Linux has epoll; its bits are those of poll. */
export const IO_METHODS = ['select', 'poll', 'epoll'] as const;
export type Io = (typeof IO_METHODS)[number];

/** What a connection runs over: nothing, or TLS by one of the libraries that a program can be built with. */
export const TRANSPORTS = ['plain', 'openssl', 'mbedtls', 'builtin'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What the loop was told of a socket before it called recv: poll's bits, or select's three sets as `in`, `out` and `except`. */
export interface Readiness {
  readonly io: Io;
  /** As traces spell it: `poll:IN|OUT|ERR|HUP`, `select:rw-`; `assumed readable` where the platform's is not known. */
  readonly token: string;
  readonly in: boolean;
  readonly out: boolean;
  readonly err: boolean;
  readonly hup: boolean;
  /** In select's exceptional set. */
  readonly except: boolean;
}

/** What one recv returned, and the class that a table gives to it. */
export interface RecvAnswer {
  /** The raw return value: bytes, 0, or -1. */
  readonly ret: number;
  /** errno or WSAGetLastError(); 0 where the call did not fail. */
  readonly code: number;
  /** The code's name on its platform. */
  readonly name?: string;
  /** As traces spell it: `data:10`, `eof`, `WSAECONNRESET`. */
  readonly token: string;
  /** What it means on its platform, whatever class a table gives it. */
  readonly meaning: Meaning;
  /** The class that the table gives to it; absent where there is no table, or none is asked. */
  readonly class?: string;
  /** What that class means. */
  readonly classMeaning?: Meaning;
}

export interface Seen {
  readonly readiness: Readiness;
  readonly answer: RecvAnswer;
  /** Bytes of an incomplete TLS record that wait for the rest of it; 0 where there are none, and without TLS. */
  readonly bufferedTlsBytes: number;
}

export interface Decision<State> {
  readonly action: 'close' | 'keep';
  /** Why, in a few words: it is printed. */
  readonly why: string;
  /** What is carried to the next poll: plain JSON. */
  readonly state: State;
}

/**
 * How a program decides, from what recv returns, to close a connection: a pure state machine. It is called each time that the loop finds the socket
 * ready, starting with the first recv of a scenario's final loop of recvs. The same arguments must give the same decision, and everything that it remembers must be in
 * `state`. This makes "never closes" a proof.
 *
 * A policy of your own is a module that exports one as `policy` (or as its default):
 *
 *     export const policy = {
 *       name: 'mine',
 *       start: { errors: 0 },
 *       poll: (state, { answer }) =>
 *         answer.ret === 0 || state.errors > 2
 *           ? { action: 'close', why: 'the end, or the third error', state }
 *           : { action: 'keep', why: 'goes on', state: { errors: state.errors + (answer.ret < 0 ? 1 : 0) } },
 *     };
 */
export interface Policy<State = unknown> {
  readonly name: string;
  readonly start: State;
  /** Decides by readiness alone, before recv is called. Where it is absent or returns undefined, recv is called if the socket is readable (IN or HUP). */
  ready?(state: State, readiness: Readiness, bufferedTlsBytes: number): Decision<State> | undefined;
  poll(state: State, seen: Seen): Decision<State>;
}

/** A policy that cannot be played: the message says which, and why. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code = 'SOCKATLAS_POLICY';
}
