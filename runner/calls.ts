import { BLOCKED } from '../language/token.ts';
import type { Address, Handle, Outcome, Sockets } from '../native-bindings/sockets.ts';
import { UNTOUCHED } from '../native-bindings/untouched.ts';
import type { TimedObservation } from '../results/measured.ts';

/**
 * The calls that a trace may hold: how each is made, and how its answer is spelled as a token. One description serves the agent's own thread and the
 * threads in which calls may block.
 */

export type FlagName = 'MSG_PEEK' | 'MSG_WAITALL' | 'MSG_OOB';

/** A call, as data: it may cross to another thread or process. */
export type Call =
  | {
      readonly call: 'recv';
      readonly s: Handle;
      readonly stream: boolean;
      readonly length: number;
      readonly flags: readonly FlagName[];
      readonly nullBuffer: boolean;
      /** How the call is recorded, spelt once where it is made again and again. */
      args?: TimedObservation['args'];
    }
  | { readonly call: 'send'; readonly s: Handle; readonly length: number }
  | { readonly call: 'sendto'; readonly s: Handle; readonly length: number; readonly to: Address; readonly toName: string }
  | { readonly call: 'connect'; readonly s: Handle; readonly to: Address; readonly toName: string }
  | { readonly call: 'accept'; readonly s: Handle }
  | { readonly call: 'getsockopt'; readonly s: Handle }
  | { readonly call: 'poll'; readonly s: Handle }
  | { readonly call: 'select'; readonly s: Handle };

/** How long poll and select wait for something to report. */
export const READINESS_TIMEOUT_MS = 1000;

const PAYLOAD = Buffer.alloc(64 * 1024, 'subject ');
/** What peers send, from its beginning. */
export const PEER_PAYLOAD: Uint8Array = Buffer.alloc(64 * 1024, 'peer ');
let receiveBuffer = new Uint8Array(4096);

/** What came back, and how long it took. The clock is read outside of the pair of call and code. */
export interface Answer extends Outcome {
  readonly us: number;
  /** A datagram that no subject sent. */
  readonly isForeign?: boolean;
  readonly out?: Readonly<Record<string, number>>;
}

export function perform(sockets: Sockets, call: Call): Answer {
  switch (call.call) {
    case 'recv': {
      const buffer = call.nullBuffer ? null : bufferOf(call.length);
      const flags = flagBits(sockets, call.flags);
      const begun = performance.now();
      const { ret, code } = sockets.recv(call.s, buffer, call.length, flags);
      const us = (performance.now() - begun) * 1000;
      return call.stream || ret <= 0 || isPayload(buffer, ret) ? { ret, code, us } : { ret, code, us, isForeign: true };
    }
    case 'send':
      return timed(() => sockets.send(call.s, PAYLOAD, call.length, 0));
    case 'sendto':
      return timed(() => sockets.sendto(call.s, PAYLOAD, call.length, 0, call.to));
    case 'connect':
      return timed(() => sockets.connect(call.s, call.to));
    case 'accept':
      return timed(() => sockets.accept(call.s));
    case 'getsockopt': {
      const value = new Int32Array(1);
      const { SOL_SOCKET, SO_ERROR } = sockets.constants;
      const answer = timed(() => sockets.getsockopt(call.s, SOL_SOCKET, SO_ERROR, new Uint8Array(value.buffer)));
      return { ...answer, out: { value: value[0] as number } };
    }
    case 'poll': {
      let revents = 0;
      const answer = timed(() => {
        const polled = sockets.poll([call.s], READINESS_TIMEOUT_MS);
        revents = polled.revents[0] as number;
        return polled;
      });
      return { ...answer, out: { revents } };
    }
    case 'select': {
      let sets = 0;
      const answer = timed(() => {
        const selected = sockets.select(call.s, READINESS_TIMEOUT_MS);
        sets = (selected.read ? 1 : 0) | (selected.write ? 2 : 0) | (selected.except ? 4 : 0);
        return selected;
      });
      return { ...answer, out: { sets } };
    }
  }
}

/** The call's answer as an observation, its code under `nameOf`'s name. */
export function observed(
  sockets: Pick<Sockets, 'pollEvents'>,
  nameOf: (code: number) => string | undefined,
  on: 'S' | 'P',
  call: Call,
  answer: Answer,
): TimedObservation {
  const { ret, code, us, out } = answer;
  const name = ret >= 0 ? undefined : (nameOf(code) ?? spellUnknown(code));
  // Added one by one, not by conditional spreads: this is done for each call of each trial, and a spread costs as much as the call.
  const observation: Writable<TimedObservation> = {
    on,
    call: call.call,
    args: argsOf(call),
    ret: call.call === 'accept' && ret >= 0 ? 'socket' : ret,
    code,
    token: name ?? spell(sockets, nameOf, call, ret, out),
    us,
  };
  if (name !== undefined) observation.name = name;
  if (out !== undefined) observation.out = out;
  return observation;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An observation of a call that the watchdog had to end. */
export function blockedObservation(on: 'S' | 'P', call: Call, us: number): TimedObservation {
  return { on, call: call.call, args: argsOf(call), ret: null, code: 0, token: BLOCKED, us };
}

function spell(sockets: Pick<Sockets, 'pollEvents'>, nameOf: (code: number) => string | undefined, call: Call, ret: number, out: Answer['out']): string {
  switch (call.call) {
    case 'recv':
      if (ret > 0) return `data:${ret}`;
      return call.stream && call.length > 0 ? 'eof' : '0';
    case 'send':
    case 'sendto':
      return `sent:${ret}`;
    case 'connect':
    case 'accept':
      return 'ok';
    case 'getsockopt': {
      const value = out?.value ?? 0;
      return `so_error:${value === 0 ? 0 : (nameOf(value) ?? spellUnknown(value))}`;
    }
    case 'poll': {
      const revents = out?.revents ?? 0;
      const named = sockets.pollEvents.filter(([, bit]) => (revents & bit) !== 0).map(([event]) => event);
      return `poll:${named.length === 0 ? 0 : named.join('|')}`;
    }
    case 'select': {
      const sets = out?.sets ?? 0;
      return `select:${sets & 1 ? 'r' : '-'}${sets & 2 ? 'w' : '-'}${sets & 4 ? 'x' : '-'}`;
    }
  }
}

/** A code that has no name on its platform. */
export function spellUnknown(code: number): string {
  return code === UNTOUCHED ? 'untouched' : `code:${code}`;
}

function argsOf(call: Call): TimedObservation['args'] {
  switch (call.call) {
    case 'recv':
      call.args ??= { buffer: call.nullBuffer ? 'NULL' : 'given', length: call.length, flags: call.flags };
      return call.args;
    case 'send':
      return { length: call.length, flags: [] };
    case 'sendto':
      return { length: call.length, flags: [], to: call.toName };
    case 'connect':
      return { to: call.toName };
    case 'accept':
      return {};
    case 'getsockopt':
      return { level: 'SOL_SOCKET', option: 'SO_ERROR' };
    case 'poll':
      return { events: ['IN', 'OUT'], timeout: READINESS_TIMEOUT_MS };
    case 'select':
      return { sets: ['read', 'write', 'except'], timeout: READINESS_TIMEOUT_MS };
  }
}

function timed(call: () => Outcome): Answer {
  const begun = performance.now();
  const { ret, code } = call();
  return { ret, code, us: (performance.now() - begun) * 1000 };
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
