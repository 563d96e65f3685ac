import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Handle, Sockets, TcpState } from '../native-bindings/sockets.ts';

/** What is awaited at a socket. `end` is a FIN or an RST, where it depends on the platform which of them a peer's death sends. */
export type Arrival = 'reset' | 'fin' | 'end' | { readonly bytes: number } | { readonly connections: number } | 'unobservable';

/** Where no call tells that something has arrived without consuming it. Wine's server and a loaded machine need a few ms. */
export const PAUSE_MS = 50;
const DEADLINE_MS = 2000;

/** What was awaited did not arrive: the trial means nothing. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';
}

/** Waits until what the peer did has arrived at `s`, by calls that consume nothing of it; by a pause where there is none. */
export async function settle(sockets: Sockets, s: Handle, arrival: Arrival): Promise<void> {
  const arrived = watch(sockets, s, arrival);
  if (arrived === undefined) return void (await setTimeout(PAUSE_MS));
  if (arrived()) return;
  const deadline = performance.now() + DEADLINE_MS;
  // On loopback it is there at once, or after a turn of the event loop; a slow stack is not hurried by asking oftener.
  for (let turn = 0; !arrived(); turn++) {
    if (performance.now() > deadline) {
      throw new NotSettled(
        `${typeof arrival === 'string' ? arrival : JSON.stringify(arrival)} had not arrived after ${DEADLINE_MS} ms (TCP state ${sockets.tcpState(s)})`,
      );
    }
    await (turn < 10 ? setImmediate() : setTimeout(1));
  }
}

/** Waits until `s`, which is connecting, has connected or failed, for at most `ms`. */
export async function settleConnect(sockets: Sockets, s: Handle, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  const connecting = () => {
    const state = sockets.tcpState(s);
    return state === undefined || state === 'SYN_SENT';
  };
  while (connecting() && performance.now() < deadline) await setTimeout(1);
}

function watch(sockets: Sockets, s: Handle, arrival: Arrival): (() => boolean) | undefined {
  if (arrival === 'unobservable') return undefined;
  if (typeof arrival === 'object') {
    if ('bytes' in arrival)
      return known(
        () => sockets.bytesReadable(s),
        (bytes) => bytes >= arrival.bytes,
      );
    return known(
      () => sockets.acceptQueue(s),
      (connections) => connections >= arrival.connections,
    );
  }
  const states: readonly TcpState[] = {
    reset: ['CLOSE'] as const,
    fin: ['CLOSE_WAIT', 'CLOSING', 'LAST_ACK', 'TIME_WAIT'] as const,
    end: ['CLOSE', 'CLOSE_WAIT'] as const,
  }[arrival];
  return known(
    () => sockets.tcpState(s),
    (state) => states.includes(state),
  );
}

/** A test of what `ask` tells, unless it tells nothing. */
function known<T>(ask: () => T | undefined, test: (answer: T) => boolean): (() => boolean) | undefined {
  if (ask() === undefined) return undefined;
  return () => {
    const answer = ask();
    return answer !== undefined && test(answer);
  };
}
