import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Call, type CallResult, recvCall, sendCall } from '../language/call.ts';
import type { OpenSSL, SslReturned, TlsEnd, TlsOnBuffers } from '../native-bindings/openssl/index.ts';
import type { Handle, Returned } from '../native-bindings/sockets.ts';
import { timed } from './calls.ts';
import { Peer } from './peer.ts';
import { PeerSocket } from './peer-socket.ts';
import { PAUSE_MS } from './settle.ts';
import { mustSucceed, SetupFailed, Unsupported } from './setup.ts';
import type { Subject, Trial } from './trial.ts';

/**
 * How a program reads TLS: `socket` leaves the socket to OpenSSL (SSL_set_fd); `bio` calls recv itself and feeds a BIO, which reports "retry" whenever it is empty,
 * independent of what recv returned. Mongoose did the first until 7.12, and does the second from 7.13 on.
 */
export const READERS = ['socket', 'bio'] as const;
export type Reader = (typeof READERS)[number];

const HANDSHAKE_MS = 2000;
/** Room for one recv, and for one SSL_read: as much as plain scenarios give. */
const ROOM = 4096;
const RECV = recvCall(ROOM);
/** For every trial of the process: each call that writes there is synchronous, and memory of its own for each would be the garbage that a long run grows by. */
const room = new Uint8Array(ROOM);
/** One record's worth, RFC 8446, 5.1. */
const FULL_RECORD = 16 * 1024;
const PAYLOAD = Buffer.alloc(FULL_RECORD, 'tls ');

interface TlsPair {
  readonly S: TlsSubject;
  readonly P: TlsPeer;
}

/** A connected pair with its handshake done: S the TLS server, as accept returned its socket and non-blocking, P the client that is to go away. */
export async function tlsPair(t: Trial, reader: Reader): Promise<TlsPair> {
  const pair = await connectedPair(t, reader);
  const { S, P } = pair;
  await until('the TLS handshake', () => {
    const client = P.shakeHands();
    const server = S.shakeHands();
    return client && server;
  });
  return pair;
}

/** The same pair in the middle of its handshake: S has answered the ClientHello, and waits for the rest. */
export async function tlsPairInHandshake(t: Trial, reader: Reader): Promise<TlsPair> {
  const pair = await connectedPair(t, reader);
  const { S, P } = pair;
  P.shakeHands();
  await until("the server's half of the TLS handshake", () => {
    S.shakeHands();
    return P.hasReceived();
  });
  return pair;
}

async function connectedPair(t: Trial, reader: Reader): Promise<TlsPair> {
  const { peers } = t.context;
  if (!peers.onSamePlatform) throw new Unsupported('TLS scenarios need subject and peer on the same platform');
  const ssl = await library();
  const { L, address } = t.listener();
  const peer = new PeerSocket(t.context);
  t.atEnd(() => peer.end());
  await new Peer(t, peer).connect(address);
  const socket = t.acceptFrom(L);
  t.closeHandle(L.handle);
  socket.setNonBlocking();
  mustSucceed(t.context, t.context.sockets.setNonBlocking(peer.handle, true), 'setting non-blocking');
  return { S: new TlsSubject(t, socket, ssl, reader), P: new TlsPeer(t, peer, ssl) };
}

/** Loaded only by an agent that runs a TLS scenario, because it loads koffi. @throws Unsupported if Node exports no OpenSSL */
async function library(): Promise<OpenSSL> {
  const { NoOpenSSL, openSSL } = await import('../native-bindings/openssl/index.ts');
  try {
    return openSSL();
  } catch (error) {
    if (error instanceof NoOpenSSL) throw new Unsupported(error.message);
    throw error;
  }
}

/** Takes turns until one says that it is done; between them, what was sent has time to arrive. */
async function until(what: string, turn: () => boolean): Promise<void> {
  const deadline = performance.now() + HANDSHAKE_MS;
  for (let taken = 0; !turn(); taken++) {
    if (performance.now() > deadline) throw new SetupFailed(`${what} did not finish within ${HANDSHAKE_MS} ms`);
    await (taken < 10 ? setImmediate() : setTimeout(1));
  }
}

/** Buffers between OpenSSL and a socket, carried by send and recv. */
class Carrier {
  readonly tls: TlsOnBuffers;
  readonly #trial: Trial;
  readonly #handle: Handle;
  /** Taken from OpenSSL and not yet sent. */
  #held: Uint8Array = new Uint8Array(0);

  constructor(trial: Trial, handle: Handle, tls: TlsOnBuffers) {
    this.#trial = trial;
    this.#handle = handle;
    this.tls = tls;
  }

  /** recv, and what came is OpenSSL's. */
  receive(record: boolean): Returned {
    const result = timed(() => this.#trial.context.sockets.recv(this.#handle, room, ROOM, 0));
    if (record) this.#trial.observe('S', RECV, result);
    if (result.ret > 0 && this.tls.feed(room.subarray(0, result.ret)) !== result.ret)
      throw new SetupFailed('the BIO had no room for the bytes that recv returned');
    return result;
  }

  /** send of what OpenSSL has to send, once; undefined where that is nothing. */
  send(record: boolean): Returned | undefined {
    const made = this.sendUnrecorded();
    if (record && made !== undefined) this.#trial.observe('S', made.call, made.result);
    return made?.result;
  }

  sendUnrecorded(): Made | undefined {
    if (this.#held.length === 0) this.#held = this.tls.take();
    const { length } = this.#held;
    if (length === 0) return undefined;
    const result = timed(() => this.#trial.context.sockets.send(this.#handle, this.#held, length, 0));
    if (result.ret > 0) this.#held = this.#held.subarray(result.ret);
    return { call: sendCall(length), result };
  }
}

/** Takes one turn of a handshake that is to succeed, unrecorded: whether it is done. @throws SetupFailed */
function shakeHands(tls: TlsEnd, carrier?: Carrier): boolean {
  carrier?.receive(false);
  const { ret, name } = tls.handshake();
  if (ret !== 1 && name !== 'SSL_ERROR_WANT_READ' && name !== 'SSL_ERROR_WANT_WRITE') throw new SetupFailed(`the TLS handshake: ${name}`);
  carrier?.send(false);
  return ret === 1;
}

/** A call that was made, and may be recorded. */
interface Made {
  readonly call: Call;
  readonly result: CallResult;
}

type SslCall = Call<'SSL_read' | 'SSL_write' | 'SSL_do_handshake'>;

/** The TLS end under test. Its calls are recorded: OpenSSL's, and for the reader `bio` the recv and send underneath, which `socket` hides. */
class TlsSubject {
  readonly #trial: Trial;
  readonly #socket: Subject;
  readonly #tls: TlsEnd;
  readonly #carrier: Carrier | undefined;

  constructor(trial: Trial, socket: Subject, ssl: OpenSSL, reader: Reader) {
    this.#trial = trial;
    this.#socket = socket;
    if (reader === 'bio') {
      const tls = ssl.onBuffers('server');
      this.#tls = tls;
      this.#carrier = new Carrier(trial, socket.handle, tls);
    } else this.#tls = ssl.onSocket('server', socket.handle);
    trial.atEnd(() => this.#tls.free());
  }

  /** Waits until what the peer did has arrived, by calls that consume nothing of it. */
  settled(arrival: Parameters<Subject['settled']>[0]): Promise<void> {
    return this.#socket.settled(arrival);
  }

  /** What a program does when its socket is readable: SSL_read; with `bio` one recv before it. */
  read(): void {
    this.#carrier?.receive(true);
    this.#perform({ call: 'SSL_read', args: { length: ROOM } }, (tls) => tls.read(room));
  }

  /** SSL_write; with `bio` one send after it, where there is something to send. */
  write(length: number): void {
    this.#perform({ call: 'SSL_write', args: { length } }, (tls) => tls.write(PAYLOAD.subarray(0, length)));
    this.#carrier?.send(true);
  }

  /** SSL_do_handshake; with `bio` one recv before it, and one send after it where there is something to send. */
  handshake(): void {
    this.#carrier?.receive(true);
    this.#perform({ call: 'SSL_do_handshake', args: {} }, (tls) => tls.handshake());
    this.#carrier?.send(true);
  }

  /** Writes full records until nothing more fits; only what then fails is recorded: SSL_write, with `bio` the send that fails too. */
  async writeUntilFull(): Promise<void> {
    for (;;) {
      // What the peer's system acknowledges makes room again. On a busy machine that takes longer than any pause.
      while (this.#isUnderWay() || this.#fill() || this.#isUnderWay()) await setTimeout(PAUSE_MS);
      const written = this.#made({ call: 'SSL_write', args: { length: FULL_RECORD } }, (tls) => tls.write(PAYLOAD));
      const made = [written, this.#carrier?.sendUnrecorded()];
      // A window may open at any time.
      if (made.some((one) => one !== undefined && (one.result.ret ?? 0) > 0)) continue;
      for (const one of made) if (one !== undefined) this.#trial.observe('S', one.call, one.result);
      return;
    }
  }

  /** Whether the peer's system has not acknowledged all; false where the platform does not tell. */
  #isUnderWay(): boolean {
    return (this.#trial.context.sockets.tcpInfo(this.#socket.handle)?.unacknowledged ?? 0) > 0;
  }

  /** Whether anything fitted. */
  #fill(): boolean {
    for (let fitted = false; ; fitted = true) {
      const { ret } = this.#tls.write(PAYLOAD);
      let sent = this.#carrier?.send(false);
      const moved = ret > 0 || (sent?.ret ?? 0) > 0;
      while (sent !== undefined && sent.ret > 0) sent = this.#carrier?.send(false);
      if (!moved) return fitted;
    }
  }

  shakeHands(): boolean {
    return shakeHands(this.#tls, this.#carrier);
  }

  #perform(call: SslCall, make: (tls: TlsEnd) => SslReturned): void {
    this.#trial.observe('S', call, this.#made(call, make).result);
  }

  #made(call: SslCall, make: (tls: TlsEnd) => SslReturned): Made {
    const begun = performance.now();
    const { ret, error, name, systemCode, queue, pending, hasPending } = make(this.#tls);
    const us = (performance.now() - begun) * 1000;
    // With a BIO between, OpenSSL made no system call, and a code that stands there is another's.
    const errno = this.#carrier === undefined && name === 'SSL_ERROR_SYSCALL' ? systemCode : undefined;
    const out = { queue, pending, hasPending: hasPending ? 1 : 0, ...(errno !== undefined && { errno }) };
    return { call, result: { ret, code: error, ...(error !== 0 && { name }), out, us } };
  }
}

/** The TLS client at the other end. Its calls prepare what S will see, and are not recorded. */
class TlsPeer {
  readonly #trial: Trial;
  readonly #socket: PeerSocket;
  readonly #carrier: Carrier;

  constructor(trial: Trial, socket: PeerSocket, ssl: OpenSSL) {
    this.#trial = trial;
    this.#socket = socket;
    const tls = ssl.onBuffers('client');
    this.#carrier = new Carrier(trial, socket.handle, tls);
    trial.atEnd(() => tls.free());
  }

  shakeHands(): boolean {
    return shakeHands(this.#carrier.tls, this.#carrier);
  }

  /** Whether bytes wait to be received. */
  hasReceived(): boolean {
    return this.#trial.context.sockets.readable(this.#socket.handle).bytes > 0;
  }

  /** Sends `length` bytes as one record: how many bytes that is on the wire. */
  write(length: number): number {
    this.#mustWrite(length);
    return this.#send(this.#carrier.tls.take());
  }

  /** Sends the first half of a record of `length` bytes: how many bytes that is on the wire. The rest never comes. */
  writeHalf(length: number): number {
    this.#mustWrite(length);
    const record = this.#carrier.tls.take();
    return this.#send(record.subarray(0, record.length >> 1));
  }

  /** Sends close_notify: how many bytes that is on the wire. */
  closeNotify(): number {
    this.#carrier.tls.shutdown();
    return this.#send(this.#carrier.tls.take());
  }

  close(): void {
    this.#socket.ask({ do: 'close' });
  }

  reset(): void {
    this.#socket.ask({ do: 'reset' });
  }

  #mustWrite(length: number): void {
    const { name, ret } = this.#carrier.tls.write(PAYLOAD.subarray(0, length));
    if (ret !== length) throw new SetupFailed(`the peer's SSL_write: ${name}`);
  }

  #send(bytes: Uint8Array): number {
    const returned = this.#trial.context.sockets.send(this.#socket.handle, bytes, bytes.length, 0);
    mustSucceed(this.#trial.context, returned, "the peer's send");
    if (returned.ret !== bytes.length) throw new SetupFailed(`the peer's send took ${returned.ret} of ${bytes.length} bytes`);
    return bytes.length;
  }
}
