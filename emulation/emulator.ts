import { readFileSync, readlinkSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { EndModel } from '../language/model.ts';
import type { Token } from '../language/token.ts';
import type { Connections, TcpConnection } from '../native-bindings/linux/connections.ts';
import { Ready } from '../native-bindings/linux/waits.ts';
import { codes } from '../platforms/codes.ts';
import { type Asked, EmulatedEnd, type Seen } from './emulated-end.ts';
import type { Answerer, Intercepted, Reply } from './intercepted.ts';
import { READINESS_CALLS, Readiness, type ReadinessOf } from './readiness.ts';
import { SOCKET_CALLS, type SocketCall, socketCall } from './socket-call.ts';
import type { SyscallName } from './syscalls.ts';

const CONTINUE: Reply = { type: 'continue' };
/** Connections that nobody has reset are forgotten, the oldest first, beyond so many: what they were told can be seen again, but for an own shutdown. */
const MOST_SOCKETS = 100_000;
/** asm-generic/errno-base.h and errno.h */
const EPIPE = 32;
const ECONNRESET = 104;

/** A connection that its peer has reset. */
export interface ResetConnection {
  readonly process: number;
  readonly descriptor: number;
  /** As /proc names it: `socket:[1234]`. */
  readonly socket: string;
  /** ms from the call that saw the reset to now, or to when it was found closed. */
  readonly ms: number;
  /** As of the last look at the program's descriptors. */
  readonly isOpen: boolean;
  /** Calls on it since then. */
  readonly calls: number;
  /** In the last second in which there was one. */
  readonly callsPerSecond: number;
}

/** What an emulation has done. */
export interface Told {
  /** TCP sockets on which there was a call. */
  readonly sockets: number;
  /** Answers that are not the kernel's, by the rule that gave them. */
  readonly replaced: Readonly<Record<string, number>>;
  /** Calls that the model does not cover, by the reason: the kernel answered them. */
  readonly uncovered: Readonly<Record<string, number>>;
  readonly resets: readonly ResetConnection[];
}

/** Answers as a platform does, where its model covers what a socket has seen. */
export class Emulator implements Answerer {
  readonly intercepts: readonly SyscallName[];
  readonly mayWait: boolean;
  readonly #readiness: Readiness | undefined;
  readonly #end: EndModel;
  readonly #connections: Connections;
  readonly #sockets = new Map<number, EmulatedSocket | undefined>();
  readonly #replaced = new Map<string, number>();
  readonly #uncovered = new Map<string, number>();
  /** The connections that were reset, and are open as far as is known. */
  readonly #open = new Set<EmulatedSocket>();
  #seen = 0;

  /** `readiness`: whose poll and epoll_wait the program gets; the kernel's own where it is undefined. */
  constructor(end: EndModel, connections: Connections, readiness?: ReadinessOf) {
    this.#end = end;
    this.#connections = connections;
    this.mayWait = readiness !== undefined;
    this.intercepts = readiness === undefined ? SOCKET_CALLS : [...SOCKET_CALLS, ...READINESS_CALLS];
    this.#readiness = readiness && new Readiness(readiness, new Ready(), (call, descriptor, which) => this.#ready(call, descriptor, which));
  }

  answer(call: Intercepted): Reply {
    if (READINESS_CALLS.includes(call.call)) return this.#readiness?.answer(call) ?? CONTINUE;
    const descriptor = (call.args[0] as number) | 0;
    const copy = call.descriptor(descriptor);
    if (copy === undefined) return CONTINUE;
    const socket = this.#socket(copy);
    if (socket === undefined) return CONTINUE;
    const asks = socketCall(call);
    if (asks === undefined) return CONTINUE;
    if (!socket.look(copy)) return socket.takeFault() ?? CONTINUE;
    if (socket.isReset) {
      socket.countCall(copy, call.process, descriptor);
      this.#open.add(socket);
    }
    return this.#ask(socket, copy, asks, call);
  }

  /** Whether there are connections whose closing is to be seen: then `look` is called now and then. */
  get watches(): boolean {
    return this.#open.size > 0;
  }

  /** Looks which of the connections that were reset the program has closed. */
  look(): void {
    for (const socket of this.#open) if (!socket.lookWhetherOpen()) this.#open.delete(socket);
  }

  told(): Told {
    this.look();
    const resets = [...this.#sockets.values()].flatMap((socket) => socket?.reset ?? []);
    return { sockets: this.#seen, replaced: Object.fromEntries(this.#replaced), uncovered: Object.fromEntries(this.#uncovered), resets };
  }

  #ready(call: Intercepted, descriptor: number, which: 'select' | 'poll'): Token | undefined {
    const copy = call.descriptor(descriptor);
    const socket = copy === undefined ? undefined : this.#socket(copy);
    if (copy === undefined || !socket?.look(copy)) return undefined;
    const asked = socket.ready(which);
    return 'unknown' in asked ? undefined : asked.token;
  }

  /** undefined for what is no TCP socket. */
  #socket(copy: number): EmulatedSocket | undefined {
    const cookie = this.#connections.cookie(copy);
    if (cookie === undefined) return undefined;
    const known = this.#sockets.get(cookie);
    if (known !== undefined || this.#sockets.has(cookie)) return known;
    const isTcp = this.#connections.protocol(copy) === 'tcp';
    const socket = isTcp ? new EmulatedSocket(this.#end, this.#connections) : undefined;
    if (isTcp) this.#seen++;
    this.#sockets.set(cookie, socket);
    if (this.#sockets.size > MOST_SOCKETS) this.#forget();
    return socket;
  }

  #forget(): void {
    for (const [cookie, socket] of this.#sockets) {
      if (socket?.reset === undefined) this.#sockets.delete(cookie);
      if (this.#sockets.size <= MOST_SOCKETS / 2) return;
    }
  }

  #ask(socket: EmulatedSocket, copy: number, asks: SocketCall, call: Intercepted): Reply {
    const asked = socket.ask(copy, asks);
    if ('unknown' in asked) {
      count(this.#uncovered, asked.unknown);
      return CONTINUE;
    }
    const reply = socket.reply(asks, asked.token, call);
    if (reply.type !== 'continue') count(this.#replaced, asked.rule.name);
    return reply;
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** A TCP socket of the program. */
class EmulatedSocket {
  readonly #connections: Connections;
  readonly #end: EmulatedEnd;
  /** The kernel has no connection any more. */
  #isOver = false;
  #isConnected = false;
  #finSent = false;
  #fin = false;
  /** Why it ended, as an errno: read once, since the kernel forgets it. */
  #error: number | undefined;
  #isFaultTold = false;
  #resetAt: number | undefined;
  #closedAt: number | undefined;
  #process = 0;
  #descriptor = 0;
  #name = '';
  #calls = 0;
  #second = { begun: 0, calls: 0, before: 0 };

  constructor(end: EndModel, connections: Connections) {
    this.#end = new EmulatedEnd(end);
    this.#connections = connections;
  }

  get isReset(): boolean {
    return this.#resetAt !== undefined;
  }

  get reset(): ResetConnection | undefined {
    if (this.#resetAt === undefined || this.#calls === 0) return undefined;
    return {
      process: this.#process,
      descriptor: this.#descriptor,
      socket: this.#name,
      ms: (this.#closedAt ?? performance.now()) - this.#resetAt,
      isOpen: this.#closedAt === undefined,
      calls: this.#calls,
      callsPerSecond: Math.max(this.#second.calls, this.#second.before),
    };
  }

  /** By the descriptor that was used last. One that a process has to its end was never closed. */
  lookWhetherOpen(): boolean {
    const isOpen = linkOf(`/proc/${this.#process}/fd/${this.#descriptor}`) === this.#name || hasEnded(this.#process);
    this.#closedAt = isOpen ? undefined : (this.#closedAt ?? performance.now());
    return isOpen;
  }

  /** Whether the model covers it: it is, or was, connected, and no fault of the network ended it. */
  look(copy: number): boolean {
    const connection = this.#connections.tcp(copy);
    if (connection === undefined || connection.state === 'LISTEN' || connection.state === 'SYN_SENT') return false;
    this.#isConnected ||= connection.state !== 'CLOSE' || connection.wasConnected;
    if (!this.#isConnected) return false;
    this.#isOver ||= connection.state === 'CLOSE';
    const seen = this.#seen(copy, connection);
    if (seen === undefined) return false;
    this.#end.look(seen);
    if (this.#end.takeReset()) this.#reset(copy);
    if (seen.rst !== false) this.#resetAt ??= performance.now();
    return true;
  }

  /** What ended it otherwise, which the look has taken from the kernel: told once, as the kernel does. */
  takeFault(): Reply | undefined {
    if (!this.#error || this.#isFaultTold) return undefined;
    this.#isFaultTold = true;
    return { type: 'fails', errno: this.#error };
  }

  ask(copy: number, asks: SocketCall): Asked {
    const blocking = () => !(('nonBlocking' in asks && asks.nonBlocking) || this.#connections.isNonBlocking(copy));
    switch (asks.does) {
      case 'recv':
        return this.#end.ask('recv', asks, blocking());
      case 'send':
        return this.#end.ask('send', asks, blocking());
      case 'so_error':
        return this.#end.ask('so_error', asks, true);
      case 'shutdown': {
        const asked = this.#end.ask('shutdown', asks, true);
        if (this.#end.takeReset()) this.#reset(copy);
        else this.#finSent ||= asks.direction !== 'read';
        return asked;
      }
    }
  }

  ready(which: 'select' | 'poll'): Asked {
    return this.#end.ask(which, {}, false);
  }

  /** The kernel makes the call where it would answer the same. */
  reply(asks: SocketCall, token: Token | undefined, call: Intercepted): Reply {
    const counts = 'counts' in asks && asks.counts;
    switch (token?.type) {
      case 'code':
        return token.name === 'WSAEWOULDBLOCK' && !this.#isOver ? CONTINUE : fails(token.name);
      case 'eof':
      case 'zero':
        return this.#isOver && !counts ? { type: 'returns', ret: 0 } : CONTINUE;
      case 'sent':
        return this.#isOver && !counts ? { type: 'returns', ret: token.bytes } : CONTINUE;
      case 'ok':
        return this.#isOver ? { type: 'returns', ret: 0 } : CONTINUE;
      case 'so_error':
        return asks.does === 'so_error' ? this.#soError(token.name, asks, call) : CONTINUE;
      default:
        return CONTINUE;
    }
  }

  /** The kernel would tell, and forget, what is told here by other calls. */
  #soError(name: string | undefined, { value, size }: Extract<SocketCall, { readonly does: 'so_error' }>, call: Intercepted): Reply {
    if (!this.#isOver) return CONTINUE;
    const answer = new Uint8Array(Int32Array.of(name === undefined ? 0 : errnoOf(name)).buffer);
    const room = call.read(size, 4);
    if (room.length < 4 || new Int32Array(room.buffer, room.byteOffset, 1)[0] !== 4) return CONTINUE;
    return call.write(value, answer) ? { type: 'returns', ret: 0 } : CONTINUE;
  }

  /** Where the platform ends the connection with an RST, and Linux does not. */
  #reset(copy: number): void {
    this.#connections.reset(copy);
    this.#isOver = true;
  }

  #seen(copy: number, { state, unread, unacknowledged }: TcpConnection): Seen | undefined {
    if (state !== 'CLOSE') {
      this.#fin ||= state === 'CLOSE_WAIT' || state === 'LAST_ACK' || state === 'CLOSING' || state === 'TIME_WAIT';
      return { unread, fin: this.#fin, rst: false };
    }
    this.#error ??= this.#connections.takeError(copy);
    // An RST after a FIN is EPIPE (net/ipv4/tcp_input.c tcp_reset()). Without an error both FINs ended it, or a call that the kernel made has told the RST.
    const isReset = this.#error === ECONNRESET || this.#error === EPIPE || (this.#error === 0 && !this.#finSent);
    if (!isReset && this.#error !== 0) return undefined;
    this.#fin ||= this.#error === EPIPE || !isReset;
    return { unread, fin: this.#fin, rst: isReset && { drawn: this.#fin && unacknowledged > 0 } };
  }

  /** A call on it since its peer reset it. */
  countCall(copy: number, process: number, descriptor: number): void {
    const now = performance.now();
    if (this.#calls === 0) this.#name = linkOf(`/proc/self/fd/${copy}`) ?? '';
    this.#process = process;
    this.#descriptor = descriptor;
    this.#calls++;
    if (now - this.#second.begun >= 1000) this.#second = { begun: now, calls: 0, before: this.#second.calls };
    this.#second.calls++;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function hasEnded(process: number): boolean {
  try {
    // pid (name) state: the name may hold anything, parentheses too.
    return /^Z/.test(readFileSync(`/proc/${process}/stat`, 'latin1').replace(/^.*\) /s, ''));
  } catch {
    return true;
  }
}

function fails(name: string): Reply {
  return { type: 'fails', errno: errnoOf(name) };
}

const numbers = new Map<string, number>();

/** Linux' own number of what a platform's code stands for. */
function errnoOf(name: string): number {
  const known = numbers.get(name) ?? codes.counterpart('linux', name)?.number;
  if (known === undefined) throw new Error(`Linux has no errno for ${name}`);
  numbers.set(name, known);
  return known;
}
