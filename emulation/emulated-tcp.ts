import type { EndModel } from '../language/model.ts';
import type { Token } from '../language/token.ts';
import type { Connections, TcpConnection } from '../native-bindings/linux/connections.ts';
import { type Asked, EmulatedEnd, type Seen } from './emulated-end.ts';
import { type Answered, BY_KERNEL, CONTINUE, type EmulatedSocket, errnoOf, fails } from './emulated-socket.ts';
import type { Intercepted, Reply } from './intercepted.ts';
import type { SocketCall } from './socket-call.ts';

/** asm-generic/errno-base.h and errno.h */
const EPIPE = 32;
const ECONNRESET = 104;

/** A TCP socket of the program. */
export class EmulatedTcp implements EmulatedSocket {
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
  #isReset = false;

  constructor(end: EndModel, connections: Connections) {
    this.#end = new EmulatedEnd(end);
    this.#connections = connections;
  }

  /** Whether a look has seen that the peer has reset it. */
  get isReset(): boolean {
    return this.#isReset;
  }

  answer(copy: number, asks: SocketCall, call: Intercepted): Answered {
    if (!this.#look(copy)) return this.#fault() ?? BY_KERNEL;
    const asked = this.#ask(copy, asks);
    if ('unknown' in asked) return { reply: CONTINUE, uncovered: asked.unknown };
    return { reply: this.#reply(asks, asked.token, call), rule: asked.rule.name };
  }

  ready(copy: number, which: 'select' | 'poll'): Token | undefined {
    if (!this.#look(copy)) return undefined;
    const asked = this.#end.ask(which, {}, false);
    return 'unknown' in asked ? undefined : asked.token;
  }

  /** Whether the model covers it: it is, or was, connected, and no fault of the network ended it. */
  #look(copy: number): boolean {
    const connection = this.#connections.tcp(copy);
    if (connection === undefined || connection.state === 'LISTEN' || connection.state === 'SYN_SENT') return false;
    this.#isConnected ||= connection.state !== 'CLOSE' || connection.wasConnected;
    if (!this.#isConnected) return false;
    this.#isOver ||= connection.state === 'CLOSE';
    const seen = this.#seen(copy, connection);
    if (seen === undefined) return false;
    this.#end.look(seen);
    if (this.#end.takeReset()) this.#reset(copy);
    this.#isReset ||= seen.rst !== false;
    return true;
  }

  /** What ended it otherwise, which the look has taken from the kernel: told once, as the kernel does. */
  #fault(): Answered | undefined {
    if (!this.#error || this.#isFaultTold) return undefined;
    this.#isFaultTold = true;
    return { reply: { type: 'fails', errno: this.#error } };
  }

  #ask(copy: number, asks: SocketCall): Asked {
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

  /** The kernel makes the call where it would answer the same. */
  #reply(asks: SocketCall, token: Token | undefined, call: Intercepted): Reply {
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
}
