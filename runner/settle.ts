import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Handle, Sockets, TcpInfo, TcpState } from '../native-bindings/sockets.ts';

/**
 * What is awaited at a socket. `end` is a FIN or an RST, where it depends on the platform which of them a peer's death sends. `received` counts all bytes that have
 * arrived on the connection, `bytes` those that wait to be read. `datagram`: something to receive, or an error.
 */
export type Arrival =
  | 'reset'
  | 'fin'
  | 'end'
  | { readonly received: number }
  | { readonly bytes: number }
  | { readonly connections: number }
  | 'datagram'
  | 'unobservable';

/** Where no call tells that something has arrived without consuming it. Wine's server and a loaded machine need a few ms. */
export const PAUSE_MS = 50;
/** A killed process' sockets are closed only when the system, or Wine's server, has taken it apart: 50 ms were too few in 2 trials of 20. */
const DEATH_PAUSE_MS = 500;
const DEADLINE_MS = 2000;

const STATES: Readonly<Record<'reset' | 'fin' | 'end', readonly TcpState[]>> = {
  reset: ['CLOSE'],
  fin: ['CLOSE_WAIT', 'CLOSING', 'LAST_ACK', 'TIME_WAIT'],
  end: ['CLOSE', 'CLOSE_WAIT', 'CLOSING', 'LAST_ACK', 'TIME_WAIT'],
};

/** What was awaited did not arrive, so the trial does not count. */
class NotSettled extends Error {
  override readonly name = 'NotSettled';
}

/** Waits until what the peer did has arrived at `s`, by calls that consume nothing of it, for at most `ms`; by a pause where there is no such call. @throws NotSettled */
export function settle(sockets: Sockets, s: Handle, arrival: Arrival, ms = DEADLINE_MS): Promise<void> {
  return settleNow(sockets, s, arrival, ms) ?? SETTLED;
}

/** The same; undefined where it has arrived already. */
export function settleNow(sockets: Sockets, s: Handle, arrival: Arrival, ms = DEADLINE_MS): Promise<void> | undefined {
  if (typeof arrival === 'string' && !WORDS.includes(arrival))
    throw new RangeError(`settled(${JSON.stringify(arrival)}): choose one of ${WORDS.join(', ')}, { bytes: 10 }`);
  const arrived = watch(sockets, s, arrival);
  // As a rule it is there at once, on loopback.
  return arrived() === true ? undefined : wait(sockets, s, arrival, arrived, ms);
}

const SETTLED = Promise.resolve();
/** A scenario of the user's own is not type-checked. */
const WORDS: readonly string[] = ['reset', 'fin', 'end', 'datagram', 'unobservable'];

async function wait(sockets: Sockets, s: Handle, arrival: Arrival, arrived: () => boolean | undefined, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  // Else after a turn of the event loop; a slow stack is not hurried by asking oftener.
  for (let turn = 0; ; turn++) {
    // Read before what arrived: a process that was stopped meanwhile (Ctrl-Z) looks once more.
    const isLate = performance.now() > deadline;
    const there = arrived();
    if (there === true) return;
    // No such call here, or a connection that is gone and has no state left to tell.
    if (there === undefined) return void (await setTimeout(arrival === 'end' ? DEATH_PAUSE_MS : PAUSE_MS));
    if (isLate) {
      throw new NotSettled(
        `${typeof arrival === 'string' ? arrival : JSON.stringify(arrival)} did not arrive within ${ms} ms (TCP state ${sockets.tcpInfo(s)?.state})`,
      );
    }
    await (turn < 10 ? setImmediate() : setTimeout(1));
  }
}

/** Waits until `s`, which is connecting, has connected or failed, for at most `ms`. */
export async function settleConnect(sockets: Sockets, s: Handle, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  const connecting = () => {
    const state = sockets.tcpInfo(s)?.state;
    return state === undefined || state === 'SYN_SENT';
  };
  while (connecting() && performance.now() < deadline) await setTimeout(1);
}

/** Whether it has arrived; undefined where nothing tells. */
function watch(sockets: Sockets, s: Handle, arrival: Arrival): () => boolean | undefined {
  if (arrival === 'unobservable') return () => undefined;
  if (arrival === 'datagram')
    return () => sockets.poll([s], 0).revents.some((revents) => sockets.pollEvents.some(([event, bit]) => event !== 'OUT' && (revents & bit) !== 0));
  if (typeof arrival === 'string') {
    const states = STATES[arrival];
    return told(sockets, s, ({ state }) => state && states.includes(state));
  }
  // A connection that was reset receives no more.
  if ('received' in arrival) return told(sockets, s, ({ state, received }) => state === 'CLOSE' || received >= arrival.received);
  if ('connections' in arrival)
    return told(sockets, s, ({ unacknowledged }) => (unacknowledged === undefined ? undefined : unacknowledged >= arrival.connections));
  return () => {
    const { ret, bytes } = sockets.readable(s);
    return ret === -1 ? undefined : bytes >= arrival.bytes;
  };
}

function told(sockets: Sockets, s: Handle, has: (info: TcpInfo) => boolean | undefined): () => boolean | undefined {
  return () => {
    const info = sockets.tcpInfo(s);
    return info && has(info);
  };
}

/** False for an accepted connection that was reset while it waited. It gave its port back, and its address may be that of another by now. True where the platform does not tell. */
export function isWhole(sockets: Sockets, accepted: Handle): boolean {
  return sockets.tcpInfo(accepted)?.state !== 'CLOSE';
}
