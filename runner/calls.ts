// The global of that name is a getter, which costs a call of a few hundred ns a tenth.
import { performance } from 'node:perf_hooks';
import { type Call, type CallResult, type FlagName, failureOf, type Names, type SocketCallName, tokenOf } from '../language/call.ts';
import { BLOCKED } from '../language/token.ts';
import type { Handle, Returned, Sockets } from '../native-bindings/sockets.ts';
import type { TimedObservation } from '../results/measured.ts';

/** Makes the calls that every socket API has, in the agent's own thread or in one in which a call may block, and records their results. */

const PAYLOAD = Buffer.alloc(64 * 1024, 'subject ');
/** What peers send, from its beginning. */
export const PEER_PAYLOAD: Uint8Array = Buffer.alloc(64 * 1024, 'peer ');
let receiveBuffer = new Uint8Array(4096);

export type SocketCall = Call<SocketCallName>;

type Perform<K extends SocketCallName> = (sockets: Sockets, s: Handle, call: Call<K>) => CallResult;

const PERFORM: { readonly [K in SocketCallName]: Perform<K> } = {
  recv(sockets, s, { args, stream }) {
    const { length } = args;
    const buffer = args.buffer === 'NULL' ? null : bufferOf(length);
    const flags = args.flags.length === 0 ? 0 : flagBits(sockets, args.flags);
    const begun = performance.now();
    const { ret, code } = sockets.recv(s, buffer, length, flags);
    const us = (performance.now() - begun) * 1000;
    return stream || ret <= 0 || isPayload(buffer, ret) ? { ret, code, us } : { ret, code, us, isForeign: true };
  },
  send: (sockets, s, { args }) => timed(() => sockets.send(s, PAYLOAD, args.length, 0)),
  sendto: (sockets, s, { args, to }) => timed(() => sockets.sendto(s, PAYLOAD, args.length, 0, to)),
  connect: (sockets, s, { to }) => timed(() => sockets.connect(s, to)),
  accept: (sockets, s) => timed(() => sockets.accept(s)),
  getsockopt(sockets, s) {
    const value = new Int32Array(1);
    const { SOL_SOCKET, SO_ERROR } = sockets.constants;
    const result = timed(() => sockets.getsockopt(s, SOL_SOCKET, SO_ERROR, new Uint8Array(value.buffer)));
    return { ...result, out: { value: value[0] as number } };
  },
  poll: (sockets, s, { args }) =>
    timed(
      () => sockets.poll([s], args.timeout),
      ({ revents }) => ({ revents: revents[0] as number }),
    ),
  select: (sockets, s, { args }) =>
    timed(
      () => sockets.select(s, args.timeout),
      ({ read, write, except }) => ({ sets: (read ? 1 : 0) | (write ? 2 : 0) | (except ? 4 : 0) }),
    ),
  shutdown: (sockets, s, { args }) => timed(() => sockets.shutdown(s, args.how)),
  getpeername: (sockets, s) => timed(() => withoutAddress(sockets.getpeername(s))),
  getsockname: (sockets, s) => timed(() => withoutAddress(sockets.getsockname(s))),
  FIONREAD: (sockets, s) =>
    timed(
      () => sockets.readable(s),
      ({ bytes }) => ({ bytes }),
    ),
  close: (sockets, s) => timed(() => sockets.close(s)),
};

export function perform<K extends SocketCallName>(sockets: Sockets, s: Handle, call: Call<K>): CallResult {
  return PERFORM[call.call](sockets, s, call);
}

/** Calls recv until there is no more: all bytes as one result, and where there were none what the last call gave. */
export function receiveAll(sockets: Sockets, s: Handle, call: Call<'recv'>): CallResult {
  let all: CallResult | undefined;
  for (;;) {
    const one = perform(sockets, s, call);
    const isDatagram = one.ret === 0 && !call.stream;
    if (one.ret <= 0 && !isDatagram) return all ?? one;
    all = { ret: (all?.ret ?? 0) + one.ret, code: 0, us: (all?.us ?? 0) + one.us, ...((one.isForeign || all?.isForeign) && { isForeign: true }) };
  }
}

/** An address has another port each time: only whether there is one is an answer. */
function withoutAddress({ ret, code }: Returned): Returned {
  return { ret, code };
}

/** Makes a call, and reads the clock outside of the pair of its return value and code; `written` gives what the call wrote to memory. */
export function timed<T extends Returned>(call: () => T, written?: (returned: T) => CallResult['out']): CallResult {
  const begun = performance.now();
  const returned = call();
  const us = (performance.now() - begun) * 1000;
  const { ret, code } = returned;
  const out = written?.(returned);
  return out === undefined ? { ret, code, us } : { ret, code, us, out };
}

/** A call's result as an observation. */
export function observed(names: Names, on: 'S' | 'P', call: Call, result: CallResult): TimedObservation {
  const { ret, code, us, out } = result;
  const name = failureOf(call, result, names);
  // Added one by one, not by conditional spreads: this is done for each call of each trial, and a spread costs as much as the call.
  const observation: Writable<TimedObservation> = {
    on,
    call: call.call,
    args: call.args,
    // A descriptor's number has no meaning.
    ret: call.call === 'accept' && name === undefined ? 'socket' : ret,
    code,
    token: name ?? tokenOf(call, result, names),
    us,
  };
  if (name !== undefined) observation.name = name;
  if (out !== undefined) observation.out = out;
  return observation;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An observation of a call that the watchdog had to end. */
export function blockedObservation(on: 'S' | 'P', { call, args }: Call, us: number): TimedObservation {
  return { on, call, args, ret: null, code: 0, token: BLOCKED, us };
}

function isPayload(buffer: Uint8Array | null, length: number): boolean {
  return buffer === null || PAYLOAD.subarray(0, length).equals(buffer.subarray(0, length));
}

function bufferOf(length: number): Uint8Array {
  if (receiveBuffer.length < length) receiveBuffer = new Uint8Array(length);
  return receiveBuffer;
}

function flagBits(sockets: Sockets, flags: readonly FlagName[]): number {
  let bits = 0;
  for (const flag of flags) bits |= sockets.constants[flag];
  return bits;
}
