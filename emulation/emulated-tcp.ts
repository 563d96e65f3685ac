import type { EndModel } from '../language/model.ts';
import type { Token } from '../language/token.ts';
import type { Connections, TcpConnection } from '../native-bindings/linux/connections.ts';
import { type Asked, EmulatedEnd, type Seen } from './emulated-end.ts';
import { type Answered, BY_KERNEL, type EmulatedSocket, errnoOf, fails } from './emulated-socket.ts';
import { CONTINUE, type Intercepted, type Reply } from './intercepted.ts';
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
  /** Its address, as getpeername writes it. */
  #peerName: Uint8Array | undefined;
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
    // While there is a connection: afterwards Linux has forgotten it.
    this.#peerName ??= this.#connections.peerName(copy);
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
      case 'readable':
      case 'getpeername':
        return this.#end.ask(asks.does, asks, true);
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
        if (asks.does === 'getpeername') return this.#isOver && this.#peerName !== undefined ? named(this.#peerName, asks, call) : CONTINUE;
        return this.#isOver ? { type: 'returns', ret: 0 } : CONTINUE;
      case 'readable':
        return asks.does === 'readable' && this.#isOver ? wrote(call.write(asks.value, int(token.bytes))) : CONTINUE;
      case 'so_error':
        return asks.does === 'so_error' ? this.#soError(token.name, asks, call) : CONTINUE;
      default:
        return CONTINUE;
    }
  }

  /** The kernel would tell, and forget, what is told here by other calls. */
  #soError(name: string | undefined, { value, size }: Extract<SocketCall, { readonly does: 'so_error' }>, call: Intercepted): Reply {
    if (!this.#isOver) return CONTINUE;
    return sizeAt(size, call) === 4 ? wrote(call.write(value, int(name === undefined ? 0 : errnoOf(name)))) : CONTINUE;
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

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** What a socklen_t of the program says; undefined where it cannot be read. */
function sizeAt(address: number, call: Intercepted): number | undefined {
  const bytes = call.read(address, 4);
  return bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}

/** An address, cut to the room that there is; its whole size is told. */
function named(address: Uint8Array, asks: Extract<SocketCall, { readonly does: 'getpeername' }>, call: Intercepted): Reply {
  const room = sizeAt(asks.size, call);
  if (room === undefined || room < 0) return CONTINUE;
  return wrote(call.write(asks.address, address.subarray(0, room)) && call.write(asks.size, int(address.length)));
}

/** The kernel says EFAULT by itself where memory cannot be written. */
function wrote(isWritten: boolean): Reply {
  return isWritten ? { type: 'returns', ret: 0 } : CONTINUE;
}
