import type { Address } from '../language/address.ts';
import { type Call, failureOf } from '../language/call.ts';
import type { Handle, Returned } from '../native-bindings/sockets.ts';
import { STATUS_PENDING } from '../native-bindings/winsock/constants.ts';
import type { WinsockSockets } from '../native-bindings/winsock/index.ts';
import { isWinsock } from '../native-bindings/winsock/is-winsock.ts';
import type { Operation } from '../native-bindings/winsock/overlapped.ts';
import { timed } from './calls.ts';
import { EnvironmentFailure, mustSucceed, SetupFailed, Unsupported } from './setup.ts';
import type { Subject, Trial } from './trial.ts';

/** Room for what an operation receives. */
const LENGTH = 64;

/**
 * The calls that only Winsock has. They are recorded like all others. The result of an operation can be read in three ways, each with a different code: the NTSTATUS
 * in its OVERLAPPED, the Win32 code from GetOverlappedResult, and the Winsock code from WSAGetOverlappedResult.
 */
export class Winsock {
  readonly #trial: Trial;
  readonly #sockets: WinsockSockets;

  /** @throws Unsupported elsewhere */
  constructor(trial: Trial) {
    const { sockets } = trial.context;
    if (!isWinsock(sockets)) throw new Unsupported('only on Winsock');
    this.#trial = trial;
    this.#sockets = sockets;
  }

  operation(length = LENGTH): Operation {
    return this.#sockets.overlapped.operation(length);
  }

  /** WSARecv: `data:N` or `eof` where it was done at once, ERROR_IO_PENDING where it goes on. */
  recv(S: Subject, operation: Operation): Returned {
    return this.#perform({ call: 'WSARecv', args: { length: operation.data.length } }, () => this.#sockets.overlapped.recv(S.handle, operation));
  }

  /** WSASend. */
  send(S: Subject, operation: Operation): Returned {
    return this.#perform({ call: 'WSASend', args: { length: operation.data.length } }, () => this.#sockets.overlapped.send(S.handle, operation));
  }

  /** GetOverlappedResult, not waiting. */
  result(S: Subject, operation: Operation): void {
    this.#perform({ call: 'GetOverlappedResult', args: { wait: 'FALSE' } }, () => this.#sockets.overlapped.result(S.handle, operation, false));
  }

  /** WSAGetOverlappedResult, not waiting. */
  wsaResult(S: Subject, operation: Operation): void {
    this.#perform({ call: 'WSAGetOverlappedResult', args: { wait: 'FALSE' } }, () => this.#sockets.overlapped.wsaResult(S.handle, operation, false));
  }

  /** The NTSTATUS in the operation's OVERLAPPED, which no call is needed to read. */
  status({ internal }: Operation): void {
    this.#trial.observe('S', { call: 'OVERLAPPED.Internal', args: {} }, { ret: internal, code: 0, us: 0 });
  }

  /** A completion port that S is bound to. */
  port(S: Subject): Handle {
    const port = this.#sockets.ports.create();
    if (port.ret === 0) throw new SetupFailed(`CreateIoCompletionPort: code ${port.code}`);
    this.#trial.atEnd(() => this.#sockets.ports.close(port.ret));
    const bound = this.#sockets.ports.bind(port.ret, S.handle, 1);
    if (bound.ret === 0) throw new SetupFailed(`CreateIoCompletionPort for a socket: code ${bound.code}`);
    return port.ret;
  }

  /** GetQueuedCompletionStatus, not waiting: what it says of the next operation that is done, WAIT_TIMEOUT where there is none. */
  next(port: Handle): void {
    this.#perform({ call: 'GetQueuedCompletionStatus', args: { timeout: 0 } }, () => this.#sockets.ports.next(port, 0));
  }

  /** WSAEventSelect for FD_READ and FD_CLOSE; S is non-blocking from then on. */
  watch(S: Subject): void {
    const event = this.#sockets.events.create();
    if (event.ret === 0) throw new SetupFailed(`WSACreateEvent: code ${event.code}`);
    this.#trial.atEnd(() => this.#sockets.events.close(event.ret));
    mustSucceed(this.#trial.context, this.#sockets.events.select(S.handle, event.ret, ['FD_READ', 'FD_CLOSE']), 'WSAEventSelect');
  }

  /** WSAEnumNetworkEvents: `events:READ|CLOSE`, an event that has an error with its name: `events:CLOSE=WSAECONNABORTED`. */
  networkEvents(S: Subject): void {
    let events: Readonly<Record<string, number>> = {};
    const result = timed(() => {
      const enumerated = this.#sockets.events.enumerate(S.handle);
      events = enumerated.events;
      return enumerated;
    });
    this.#trial.observe('S', { call: 'WSAEnumNetworkEvents', args: {} }, { ...result, events });
  }

  /** AcceptEx on `L`, which waits for the first bytes too: the operation, and the socket that the connection will be. */
  acceptEx(L: Subject): { readonly S: Subject; readonly operation: Operation } {
    const S = this.#trial.socket(this.#trial.parameters.family);
    const operation = this.#sockets.extensions.acceptOperation(LENGTH);
    this.#perform({ call: 'AcceptEx', args: { receive: LENGTH } }, () => this.#sockets.extensions.acceptEx(L.handle, S.handle, operation, LENGTH));
    return { S, operation };
  }

  /** AcceptEx takes whoever connects first, and does not say who that was. @throws EnvironmentFailure where it may have been another process */
  mustHaveTakenThePeer(L: Subject): void {
    L.setNonBlocking();
    this.#trial.mustBeAlone(L);
  }

  /** An operation that nothing has ended yet. @throws EnvironmentFailure where another process connected */
  mustBePending(operation: Operation): void {
    if (operation.internal !== STATUS_PENDING) throw new EnvironmentFailure('AcceptEx: another process of this machine connected');
  }

  /** ConnectEx from a fresh socket, which is bound first unless it is to be asked unbound. */
  connectEx(to: Address, toName: string, { bound = true }: { readonly bound?: boolean } = {}): { readonly S: Subject; readonly operation: Operation } {
    const S = this.#trial.socket(this.#trial.parameters.family);
    if (bound) this.#trial.bindTo(S);
    const operation = this.operation(0);
    this.#perform({ call: 'ConnectEx', args: { to: toName, bound: bound ? 'yes' : 'no' } }, () => this.#sockets.extensions.connectEx(S.handle, to, operation));
    return { S, operation };
  }

  /** SIO_UDP_CONNRESET, unrecorded. */
  setUdpConnReset(S: Subject, on: boolean): void {
    mustSucceed(this.#trial.context, this.#sockets.ioctls.udpConnReset(S.handle, on), 'WSAIoctl(SIO_UDP_CONNRESET)');
  }

  /** Waits until an operation is done, or for as long as a pause lasts: an OVERLAPPED is written by the system, and reading it asks nobody. */
  async done(operation: Operation, ms = 2000): Promise<void> {
    const deadline = performance.now() + ms;
    while (operation.internal === STATUS_PENDING && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #perform(call: Call, make: () => Returned & { readonly bytes?: number | undefined }): Returned {
    const { out, ...result } = timed(make, ({ bytes }) => (bytes === undefined ? undefined : { bytes }));
    // What a failed one has written there is no number of bytes that went over.
    const hasMoved = out !== undefined && failureOf(call, result, this.#trial.context) === undefined;
    this.#trial.observe('S', call, hasMoved ? { ...result, out } : result);
    return result;
  }
}
