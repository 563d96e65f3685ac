import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, type InetFamily, isSameAddress } from '../language/address.ts';
import type { Call, CallResult, Names } from '../language/call.ts';
import { ACCEPT, POLL, RECEIVE_DATAGRAM, recvCall, SELECT, SO_ERROR, sendCall, sendtoCall } from '../language/call.ts';
import type { CodePlatform } from '../language/code.ts';
import type { Family, Handle, Sockets, SocketType } from '../native-bindings/sockets.ts';
import { MAX_CALLS } from '../results/limits.ts';
import type { TimedObservation } from '../results/measured.ts';
import { type BlockingThreads, CallBlocked } from './blocking.ts';
import { blockedObservation, observed, perform, receiveAll, type SocketCall } from './calls.ts';
import { Peer, type PeerLink } from './peer.ts';
import type { Peers } from './peers.ts';
import { type Arrival, isWhole, PAUSE_MS, settle, settleConnect, settleNow } from './settle.ts';
import {
  CameTooLate,
  ENVIRONMENT_CODES,
  EnvironmentFailure,
  mustHaveFamily,
  mustName,
  mustSucceed,
  SetupFailed,
  temporaryFolder,
  Unsupported,
} from './setup.ts';

/** What a trial runs with: one for each agent. */
export interface TrialContext extends Names {
  readonly sockets: Sockets;
  /** Whose codes these are. */
  readonly platform: CodePlatform;
  /** Whether a call tells what state a connection is in; where none does, settling is a pause. */
  readonly tellsState: boolean;
  readonly threads: Pick<BlockingThreads, 'start'>;
  /** ms that a call may take before it counts as blocked. */
  readonly timeout: number;
  readonly peers: Peers;
  /** Many trials are made in a row, and many at a time. */
  readonly haste?: Haste;
  /** Codes that the scenario asks for, though they mostly say that the machine has run out of something. */
  readonly asksFor: readonly string[];
  /** Told of each observation as it is made. */
  readonly onObservation?: ((observation: TimedObservation) => void) | undefined;
}

/**
 * poll and select do not wait, and trials share a listener. A port is in TIME_WAIT for a minute where a sequence ends its connection in good order, and there are 28,000:
 * P has one of an address of its own, of 127.0.0.0/8.
 */
export class Haste {
  readonly #sockets: Sockets;
  readonly #listeners = new Map<Family, Listener>();
  readonly cleanUps: (() => void)[] = [];
  #peers = 0;
  #folder: string | undefined;
  #paths = 0;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  listener(family: Family, listen: () => Listener): Listener {
    const known = this.#listeners.get(family) ?? listen();
    this.#listeners.set(family, known);
    return known;
  }

  /** An address for the next peer; undefined where all of 127.0.0.0/8 is not this host (macOS), or for another family. */
  peerAddress(family: Family, platform: CodePlatform): Address | undefined {
    if (family !== 'inet' || platform === 'darwin') return undefined;
    const n = this.#peers++;
    return { family, host: `127.${FIRST_NETWORK + (process.pid % NETWORKS)}.${(n >> 8) & 255}.${n & 255}`, port: 0 };
  }

  /** A path that nothing is bound to, in a folder of all trials: to make one for each and to remove it took an eighth of their time. */
  unixPath(): string {
    this.#folder ??= temporaryFolder();
    return join(this.#folder, String(this.#paths++));
  }

  end(): void {
    for (const { L } of this.#listeners.values()) this.#sockets.close(L.handle);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    for (const cleanUp of this.cleanUps) cleanUp();
  }
}

/** A process takes one of these networks, so that two seldom take the same. */
const FIRST_NETWORK = 50;
const NETWORKS = 200;

interface Listener {
  readonly L: Subject;
  readonly address: Address;
}

export interface Parameters {
  readonly family: InetFamily;
}

/** What one trial has seen and opened, shared by its variants with other parameters. */
interface State {
  readonly observations: TimedObservation[];
  readonly open: Set<Handle>;
  readonly peers: Peer[];
  /** What else has to be closed or removed. */
  readonly cleanUps: (() => void)[];
  /** Whose connections the trial's listener takes. */
  readonly expected: Address[];
  failure: EnvironmentFailure | undefined;
  strangers: number;
  finished: boolean;
}

const LOOPBACK: Readonly<Record<InetFamily, string>> = { inet: '127.0.0.1', inet6: '::1' };
/** Strangers that connect first may not keep the peer out. */
const BACKLOG = 128;

/** One run of a scenario: makes its sockets, records the calls on them, closes them. */
export class Trial {
  readonly context: TrialContext;
  readonly parameters: Parameters;
  readonly #state: State;

  constructor(context: TrialContext, parameters: Parameters = { family: 'inet' }, parent?: Trial) {
    this.context = context;
    this.parameters = parameters;
    this.#state =
      parent !== undefined
        ? parent.#state
        : { observations: [], open: new Set(), peers: [], cleanUps: [], expected: [], failure: undefined, strangers: 0, finished: false };
  }

  /** The same trial with other parameters. */
  with(parameters: Partial<Parameters>): Trial {
    return new Trial(this.context, { ...this.parameters, ...parameters }, this);
  }

  get observations(): readonly TimedObservation[] {
    return this.#state.observations;
  }

  /** What the machine refused, whether or not the scenario let it pass. */
  get failure(): EnvironmentFailure | undefined {
    return this.#state.failure;
  }

  /** How many connections of other processes came to this trial's listener and were dropped. */
  get strangers(): number {
    return this.#state.strangers;
  }

  /** @throws EnvironmentFailure for a call that failed because the machine has run out of something */
  record(observation: TimedObservation): TimedObservation {
    // A call that the watchdog gave up may still return while the trial is being ended; its trace is closed.
    if (this.#state.finished) return observation;
    const { name, call } = observation;
    if (name !== undefined && ENVIRONMENT_CODES.has(name) && !this.context.asksFor.includes(name)) {
      this.#state.failure = new EnvironmentFailure(`${call}: ${name}`);
      throw this.#state.failure;
    }
    if (this.#state.observations.length === MAX_CALLS) throw new SetupFailed(`a trace holds at most ${MAX_CALLS} calls`);
    this.#state.observations.push(observation);
    this.context.onObservation?.(observation);
    return observation;
  }

  /** Records what a call answered. */
  observe(on: 'S' | 'P', call: Call, result: CallResult): TimedObservation {
    return this.record(observed(this.context, on, call, result));
  }

  /** A fresh socket. @throws Unsupported where the platform has no such family */
  socket(family: Family, type: SocketType = 'stream'): Subject {
    const returned = this.context.sockets.socket(family, type);
    mustHaveFamily(this.context, returned, `socket(${family}, ${type})`);
    return this.own(returned.ret, type === 'stream');
  }

  /** Takes a handle over: it is closed when the trial ends. */
  own(handle: Handle, stream: boolean): Subject {
    this.#state.open.add(handle);
    return new Subject(this, handle, stream);
  }

  disown(handle: Handle): void {
    this.#state.open.delete(handle);
  }

  /** Something to do when the trial ends, after its sockets were closed. */
  atEnd(cleanUp: () => void): void {
    this.#state.cleanUps.push(cleanUp);
  }

  closeHandle(handle: Handle): void {
    this.disown(handle);
    this.context.sockets.close(handle);
  }

  /** A socket that listens on loopback, and its address. */
  listener(): Listener {
    const { family } = this.parameters;
    const L = this.socket(family);
    this.bindTo(L);
    mustSucceed(this.context, this.context.sockets.listen(L.handle, BACKLOG), 'listen');
    return { L, address: this.addressOf(L) };
  }

  /** A connected pair over loopback: S as accept returned it and non-blocking, and its peer P, which connected to `address` and is blocking. */
  tcp(options: PeerOptions = {}): Promise<Pair> {
    return this.#pair(this.parameters.family, () => this.listener(), options);
  }

  /** The same over AF_UNIX. */
  async unix(options: PeerOptions = {}): Promise<Pair> {
    return this.#pair('unix', () => this.unixListener(), options);
  }

  /** An AF_UNIX socket that listens, and its address. */
  unixListener(): Listener {
    if (!this.context.peers.onSamePlatform) throw new Unsupported('AF_UNIX scenarios need subject and peer on the same platform');
    const L = this.socket('unix');
    const address = this.unixAddress();
    const { ret, code } = this.context.sockets.bind(L.handle, address);
    if (ret === -1) throw new EnvironmentFailure(`bind to ${address.path}: ${this.context.nameOf(code) ?? code}`);
    mustSucceed(this.context, this.context.sockets.listen(L.handle, BACKLOG), 'listen');
    return { L, address };
  }

  /** A path that nothing is bound to, as long as the trial lasts. */
  unixAddress(): Address & { readonly family: 'unix' } {
    const { haste } = this.context;
    if (haste !== undefined) return { family: 'unix', path: haste.unixPath() };
    const folder = temporaryFolder();
    this.atEnd(() => rmSync(folder, { recursive: true, force: true }));
    return { family: 'unix', path: join(folder, 's') };
  }

  /** Loopback, and a port that the system gives. */
  anyPort(): Address {
    const { family } = this.parameters;
    return { family, host: LOOPBACK[family], port: 0 };
  }

  /** A UDP socket bound to a loopback port of its own. */
  udp(): { S: Subject; address: Address } {
    const { family } = this.parameters;
    const S = this.socket(family, 'dgram');
    this.bindTo(S);
    return { S, address: this.addressOf(S) };
  }

  /** The address of a port that nobody listens on, and that nobody else is given as long as the trial lasts. */
  closedPort(type: SocketType): Address {
    const { family } = this.parameters;
    const held = this.socket(family, type);
    this.bindTo(held);
    const address = this.addressOf(held);
    if (type === 'dgram') this.closePort(held, address);
    return address;
  }

  /** Closes the port of a UDP socket to all others: it is open to itself alone once it is connected to itself. Nobody has tried that on Windows, where the port is closed instead. */
  closePort(held: Subject, address: Address): void {
    if (this.context.platform === 'windows') this.closeHandle(held.handle);
    else held.setPeer(address);
  }

  /** Binds to a loopback port that the system gives. @throws Unsupported where there is no IPv6, EnvironmentFailure where there is no loopback */
  bindTo(S: Subject): void {
    const { family } = this.parameters;
    const returned = this.context.sockets.bind(S.handle, this.anyPort());
    const must = family === 'inet6' ? mustHaveFamily : mustSucceed;
    must(this.context, returned, `bind to ${LOOPBACK[family]}`);
  }

  /** A peer that is not yet connected: at once where it lives beside the subject. */
  peer({ killable = false }: PeerOptions = {}): Peer | Promise<Peer> {
    const { peers } = this.context;
    const peer = (link: PeerLink) => {
      const made = new Peer(this, link);
      this.#state.peers.push(made);
      return made;
    };
    const link = killable ? peers.inOwnProcess() : peers.shared();
    return link instanceof Promise ? link.then(peer) : peer(link);
  }

  addressOf(S: Subject): Address {
    return mustName(this.context, this.context.sockets.getsockname(S.handle), 'getsockname');
  }

  /** The trial's listener takes connections from `peer`, and from no other address than those that were named so. */
  expectFrom(peer: Address): void {
    this.#state.expected.push(peer);
  }

  /** Whether the trial's listener waits for any connection. */
  get expectsAny(): boolean {
    return this.#state.expected.length > 0;
  }

  /** Whether a connection from there is one of the trial's own: any process of this machine may connect to its listener. */
  isExpected(from: Address): boolean {
    return from.family === 'unix' || this.#state.expected.some((peer) => isSameAddress(peer, from));
  }

  /**
   * A connection was taken from `L`, which is non-blocking, and nothing says whose it was: where another waits behind it, the trial is made again.
   *
   * @throws EnvironmentFailure
   */
  mustBeAlone(L: Subject): void {
    const { ret } = this.context.sockets.accept(L.handle);
    if (ret === -1) return;
    this.dropStranger(ret);
    throw new EnvironmentFailure('accept: another process of this machine connected too');
  }

  /** Closes a connection that is not the trial's own. */
  dropStranger(accepted: Handle): void {
    this.countStrangers(1);
    if (accepted !== -1) this.context.sockets.close(accepted);
  }

  countStrangers(dropped: number): void {
    this.#state.strangers += dropped;
  }

  /** Accepts the peer's connection, unrecorded. */
  acceptFrom(L: Subject): Subject {
    for (;;) {
      const { ret, code, address } = this.context.sockets.acceptNamed(L.handle);
      if (ret !== -1 && address !== undefined && this.isExpected(address) && isWhole(this.context.sockets, ret)) return this.own(ret, true);
      // The peer's connection is well: one that is broken already is a stranger's.
      if (ret === -1 && !BROKEN.has(this.context.nameOf(code) ?? '')) mustSucceed(this.context, { ret, code }, 'accept');
      this.dropStranger(ret);
    }
  }

  /** Closes what the trial opened. */
  async end(): Promise<void> {
    this.#state.finished = true;
    for (const handle of this.#state.open) this.#abort(handle);
    this.#state.open.clear();
    for (const peer of this.#state.peers) {
      const pending = peer.end();
      if (pending instanceof Promise) await pending;
    }
    for (const cleanUp of this.#state.cleanUps) cleanUp();
  }

  /**
   * Closes it by a reset, and before its peer: what is closed by a FIN keeps its port for a minute (RFC 9293, 3.6.1: TIME-WAIT), and a run makes ten thousand connections,
   * of thirty thousand ports.
   */
  #abort(handle: Handle): void {
    const { sockets } = this.context;
    const { SOL_SOCKET, SO_LINGER } = sockets.constants;
    sockets.setsockopt(handle, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(handle);
  }

  async #pair(family: Family, listen: () => Listener, options: PeerOptions): Promise<Pair> {
    const { haste } = this.context;
    const peer = this.peer(options);
    const P = peer instanceof Promise ? await peer : peer;
    // Only now: strangers would fill the queue of a listener while a process starts.
    const { L, address } = haste === undefined ? listen() : haste.listener(family, () => this.#lasting(listen(), haste));
    const from = haste?.peerAddress(family, this.context.platform);
    const connected = P.ask({ do: 'connect', to: address, ...(from !== undefined && { from }) });
    // No turn of the event loop for a peer in this process: another trial at the same listener would take its connection for a stranger's.
    if (connected instanceof Promise) await connected;
    const S = this.acceptFrom(L);
    S.setNonBlocking();
    if (haste === undefined) this.closeHandle(L.handle);
    return { S, P, address };
  }

  /** It outlives the trial, with what has to be done then. */
  #lasting(listener: Listener, haste: Haste): Listener {
    this.disown(listener.L.handle);
    haste.cleanUps.push(...this.#state.cleanUps.splice(0));
    return listener;
  }
}

export interface PeerOptions {
  /** In a process of its own, which a scenario may kill. */
  readonly killable?: boolean;
}

interface Pair {
  readonly S: Subject;
  readonly P: Peer;
  /** Where P has connected to. */
  readonly address: Address;
}

/** What accept says of a connection that was reset while it waited to be accepted; Wine 8 says WSAENOTCONN where it is asked for the address. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNABORTED', 'WSAECONNABORTED', 'WSAECONNRESET', 'WSAENOTCONN']);

/** The socket under test. Each of its calls named as a system call is recorded; on a blocking socket they are made in a thread. */
export class Subject {
  readonly handle: Handle;
  readonly #trial: Trial;
  readonly #stream: boolean;
  #blocking = true;
  #isClosed = false;
  #lastRecv: Call<'recv'> | undefined;

  constructor(trial: Trial, handle: Handle, stream: boolean) {
    this.#trial = trial;
    this.handle = handle;
    this.#stream = stream;
  }

  get #sockets(): Sockets {
    return this.#trial.context.sockets;
  }

  setNonBlocking(): void {
    this.#blocking = false;
    mustSucceed(this.#trial.context, this.#sockets.setNonBlocking(this.handle, true), 'setting non-blocking');
  }

  setBlocking(): void {
    this.#blocking = true;
    mustSucceed(this.#trial.context, this.#sockets.setNonBlocking(this.handle, false), 'setting blocking');
  }

  setReceiveTimeout(ms: number): void {
    const { SOL_SOCKET, SO_RCVTIMEO } = this.#sockets.constants;
    mustSucceed(this.#trial.context, this.#sockets.setsockopt(this.handle, SOL_SOCKET, SO_RCVTIMEO, this.#sockets.timeout(ms)), 'setsockopt(SO_RCVTIMEO)');
  }

  /** Waits until what the peer did has arrived, by calls that consume nothing of it. */
  settled(arrival: Arrival): Promise<void> {
    return settle(this.#sockets, this.handle, arrival);
  }

  /** The same; undefined where it has arrived already. */
  settledNow(arrival: Arrival): Promise<void> | undefined {
    return settleNow(this.#sockets, this.handle, arrival);
  }

  /** Waits until a connect has ended, for at most `ms`. */
  connectSettled(ms: number): Promise<void> {
    return settleConnect(this.#sockets, this.handle, ms);
  }

  recv(length?: number) {
    return this.record(this.#recv(length));
  }

  send(length: number) {
    return this.record(sendCall(length));
  }

  /** getsockopt(SO_ERROR). */
  soError() {
    return this.record(SO_ERROR);
  }

  poll() {
    return this.record(POLL);
  }

  select() {
    return this.record(SELECT);
  }

  /** connect. Unrecorded it must succeed, or have begun. */
  async connect(call: Call<'connect'>, recorded: boolean): Promise<Pick<TimedObservation, 'name'>> {
    const connected = recorded ? await this.record(call) : named(this.#trial.context, perform(this.#sockets, this.handle, call));
    // It may be a listener of the trial's own that takes this connection.
    const { address } = this.#sockets.getsockname(this.handle);
    if (address !== undefined) this.#trial.expectFrom(address);
    return connected;
  }

  /** Returns the accepted socket, which is non-blocking; undefined where accept failed. */
  async accept(): Promise<Subject | undefined> {
    let result: CallResult;
    for (;;) {
      result = perform(this.#sockets, this.handle, ACCEPT);
      if (result.ret === -1) break;
      const { address } = this.#sockets.getpeername(result.ret);
      if (address !== undefined && this.#trial.isExpected(address)) break;
      // A connection that was reset has no address any more (ENOTCONN).
      if (address === undefined && this.#trial.expectsAny) {
        this.#trial.mustBeAlone(this);
        break;
      }
      this.#trial.dropStranger(result.ret);
    }
    this.#observe(ACCEPT, result);
    if (result.ret === -1) return undefined;
    const accepted = this.#trial.own(result.ret, true);
    accepted.setNonBlocking();
    return accepted;
  }

  /** A recv that waits: resolves while a thread waits in it, to the promise of its observation. */
  async recordWaiting(call: Call<'recv'>): Promise<{ readonly returned: Promise<TimedObservation> }> {
    const { calling, returned } = this.#inThread(call);
    await calling;
    await this.settled('unobservable');
    const waited = returned.then((observation) => {
      // Nothing tells that a thread has arrived inside recv, but the call's own duration proves it.
      if (observation.us < (PAUSE_MS / 2) * 1000) throw new CameTooLate(`recv should have waited, but it returned after ${Math.round(observation.us)} µs`);
      return observation;
    });
    waited.catch(() => {});
    return { returned: waited };
  }

  /** Sends pieces of `length` until one fails; only that one is recorded. */
  sendUntilFailure(length: number): void {
    const call = sendCall(length);
    for (;;) {
      const result = perform(this.#sockets, this.handle, call);
      if (result.ret === -1) return void this.#observe(call, result);
    }
  }

  /** Sends a datagram, unrecorded. */
  sendTo(to: Address, length: number): void {
    this.must(sendtoCall(length, to, ''));
  }

  /** connect, unrecorded: for a datagram socket, which only learns an address by it. */
  setPeer(to: Address): void {
    mustSucceed(this.#trial.context, this.#sockets.connect(this.handle, to), 'connect');
  }

  /** A datagram socket that is P, non-blocking, receives all there is; `recorded`: as one recv. */
  takeAll(recorded: boolean): void {
    const all = receiveAll(this.#sockets, this.handle, RECEIVE_DATAGRAM);
    if (recorded) this.#observe(RECEIVE_DATAGRAM, all, 'P');
  }

  /** close, unrecorded. */
  close(): void {
    this.#trial.closeHandle(this.handle);
    this.#isClosed = true;
  }

  /** Its handle is closed, and may be another's. */
  forget(): void {
    this.#trial.disown(this.handle);
    this.#isClosed = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Makes a call and records it. Synchronous on a non-blocking socket; in a thread, where the watchdog can give it up, on a blocking one. */
  record(call: SocketCall): TimedObservation | Promise<TimedObservation> {
    return this.#blocking ? this.#inThread(call).returned : this.#observe(call, perform(this.#sockets, this.handle, call));
  }

  /** Makes a call that only prepares: it is not recorded. @throws SetupFailed, EnvironmentFailure where it fails */
  must(call: SocketCall): CallResult {
    const result = perform(this.#sockets, this.handle, call);
    mustSucceed(this.#trial.context, result, call.call);
    return result;
  }

  #recv(length = 4096): Call<'recv'> {
    const last = this.#lastRecv;
    // The same call again, as a rule.
    if (last !== undefined && last.args.length === length) return last;
    this.#lastRecv = recvCall(length, { stream: this.#stream });
    return this.#lastRecv;
  }

  #inThread(call: SocketCall): { readonly calling: Promise<void>; readonly returned: Promise<TimedObservation> } {
    const { threads, timeout } = this.#trial.context;
    const { calling, result } = threads.start(this.handle, call, timeout);
    const returned = result.then(
      (answered) => this.#observe(call, answered),
      (error) => {
        if (error instanceof CallBlocked) this.#trial.record(blockedObservation('S', call, error.ms * 1000));
        throw error;
      },
    );
    // Whoever awaits it sees the failure; until then it is not an unhandled one.
    returned.catch(() => {});
    return { calling, returned };
  }

  #observe(call: Call, result: CallResult, on: 'S' | 'P' = 'S'): TimedObservation {
    if (result.isForeign) throw new EnvironmentFailure(`${call.call}: a datagram that another process sent`);
    return this.#trial.observe(on, call, result);
  }
}

function named({ nameOf }: TrialContext, { ret, code }: CallResult): Pick<TimedObservation, 'name'> {
  if (ret !== -1) return {};
  const name = nameOf(code) ?? `code ${code}`;
  if (!BEGUN.has(name)) mustSucceed({ nameOf }, { ret, code }, 'connect');
  return { name };
}

/** What a non-blocking connect that has begun gives. */
export const BEGUN: ReadonlySet<string> = new Set(['EINPROGRESS', 'WSAEWOULDBLOCK']);
