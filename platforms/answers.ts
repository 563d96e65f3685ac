import type { Calls, End } from '../language/model.ts';
import type { PollEvent, Token } from '../language/token.ts';

/** What the rules of several models answer. */

/** As many bytes as the receive buffers of loopback hold everywhere. */
export const SENT_LIMIT = 64 * 1024;

export const OK: Token = { type: 'ok' };
const EOF: Token = { type: 'eof' };
const ZERO: Token = { type: 'zero' };

export function sent(bytes: number): Token {
  return { type: 'sent', bytes };
}

export function readable(bytes: number): Token {
  return { type: 'readable', bytes };
}

/** Takes from what is unread, or looks at it. A recv of 0 bytes returns 0 and takes nothing. */
export function data(state: End, { length, peek }: Calls['recv']): Token {
  const bytes = Math.min(state.unread, length);
  if (!peek) state.unread -= bytes;
  return bytes === 0 ? ZERO : { type: 'data', bytes };
}

/** A recv that returns 0: with a buffer of no bytes that is no end of the stream. */
export function ended({ length }: Calls['recv']): Token {
  return length === 0 ? ZERO : EOF;
}

const codes = new Map<string, Token>();
export function code(name: string): Token {
  let token = codes.get(name);
  if (token === undefined) {
    token = { type: 'code', name };
    codes.set(name, token);
  }
  return token;
}

export function soError(name: string | undefined): Token {
  return name === undefined ? { type: 'so_error' } : { type: 'so_error', name };
}

export function poll(...events: readonly PollEvent[]): Token {
  return { type: 'poll', events };
}

/** Linux' select, in poll's terms: fs/select.c do_select(). */
export function selectOf(events: readonly PollEvent[]): Token {
  const has = (event: PollEvent) => events.includes(event);
  return { type: 'select', read: has('IN') || has('HUP') || has('ERR'), write: has('OUT') || has('ERR'), except: has('PRI') };
}

export function select(read: boolean, write: boolean, except = false): Token {
  return { type: 'select', read, write, except };
}

interface Datagrams extends End {
  readonly queue: number[];
}

/** More datagrams than these, however short, may fill a buffer. */
const MANY_DATAGRAMS = 64;

export function isManyDatagrams({ unread, queue }: Datagrams): boolean {
  return unread > SENT_LIMIT || queue.length > MANY_DATAGRAMS;
}

export function datagramIsIn(state: Datagrams, bytes: number): undefined {
  state.queue.push(bytes);
  state.unread += bytes;
}

/** The next datagram, or what fits of it; the rest is lost. */
export function datagram(state: Datagrams, { length, peek }: Calls['recv']): Token {
  const first = state.queue[0] ?? 0;
  if (!peek) {
    state.queue.shift();
    state.unread -= first;
  }
  const bytes = Math.min(first, length);
  return bytes === 0 ? ZERO : { type: 'data', bytes };
}
