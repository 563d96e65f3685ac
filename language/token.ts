/**
 * Tokens: the answer of one call, as traces spell it (docs/run-format.md). This is the one place that spells them, and the one that reads them.
 */

/** A call that did not return before the watchdog ended it. */
export const BLOCKED = 'blocked';

/** poll's event bits, in the order in which a token names them. */
const POLL_EVENTS = ['IN', 'OUT', 'ERR', 'HUP', 'PRI', 'NVAL'] as const;
export type PollEvent = (typeof POLL_EVENTS)[number];
/** The bits by which a platform tells them, in that order. */
export type PollEvents = ReadonlyArray<readonly [PollEvent, number]>;

/** The events that WSAEnumNetworkEvents is asked for, in the order in which a token names them. */
const NETWORK_EVENTS = ['READ', 'CLOSE'] as const;

export interface NetworkEvent {
  readonly event: (typeof NETWORK_EVENTS)[number];
  /** The name of its error, where it has one. */
  readonly name?: string | undefined;
}

export type Token =
  /** How many bytes were received, or sent, or can be received. */
  | { readonly type: 'data' | 'sent' | 'readable'; readonly bytes: number }
  /** `zero`: a call returned 0 where 0 is no end of stream. `ok`: accept or connect succeeded. */
  | { readonly type: 'eof' | 'zero' | 'ok' | 'blocked' }
  /** The call failed. A code without a name on its platform has the name that `unnamed` gives it. */
  | { readonly type: 'code'; readonly name: string }
  /** The value of SO_ERROR, or the NTSTATUS in an OVERLAPPED; without a name where it is 0. */
  | { readonly type: 'so_error' | 'status'; readonly name?: string | undefined }
  | { readonly type: 'poll'; readonly events: readonly PollEvent[] }
  /** Which of select's three sets held the socket. */
  | { readonly type: 'select'; readonly read: boolean; readonly write: boolean; readonly except: boolean }
  | { readonly type: 'events'; readonly events: readonly NetworkEvent[] };

export function printToken(token: Token): string {
  switch (token.type) {
    case 'data':
    case 'sent':
    case 'readable':
      return `${token.type}:${token.bytes}`;
    case 'zero':
      return '0';
    case 'eof':
    case 'ok':
      return token.type;
    case 'blocked':
      return BLOCKED;
    case 'code':
      return token.name;
    case 'so_error':
    case 'status':
      return `${token.type}:${token.name ?? 0}`;
    case 'poll':
      return `poll:${POLL_EVENTS.filter((event) => token.events.includes(event)).join('|') || 0}`;
    case 'select':
      return `select:${token.read ? 'r' : '-'}${token.write ? 'w' : '-'}${token.except ? 'x' : '-'}`;
    case 'events':
      return `events:${token.events.map(({ event, name }) => (name === undefined ? event : `${event}=${name}`)).join('|') || 0}`;
  }
}

/** The name of a code that has none on its platform. */
export function unnamed(code: number): string {
  return `code:${code}`;
}

/** An NTSTATUS that has no name: `0xC000020D`. */
export function unnamedStatus(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** A code's name, as tokens have it; `untouched` is a failed call's that set no code. */
const NAME = /^([A-Z]\w*|code:-?\d+|0x[\dA-F]{8}|untouched)$/;

/** undefined for what is no token. Only what `printToken` writes is one: a token has one spelling. */
export function parseToken(text: string): Token | undefined {
  const token = read(text);
  return token !== undefined && printToken(token) === text ? token : undefined;
}

function read(text: string): Token | undefined {
  if (text === 'eof' || text === 'ok' || text === BLOCKED) return { type: text };
  if (text === '0') return { type: 'zero' };
  if (NAME.test(text)) return { type: 'code', name: text };
  const [, type = '', rest = ''] = /^(\w+):(.+)$/.exec(text) ?? [];
  const parts = rest === '0' ? [] : rest.split('|');
  switch (type) {
    case 'data':
    case 'sent':
    case 'readable':
      return /^\d+$/.test(rest) ? { type, bytes: Number(rest) } : undefined;
    case 'so_error':
    case 'status':
      if (rest === '0') return { type };
      return NAME.test(rest) ? { type, name: rest } : undefined;
    case 'poll':
      return { type, events: parts as PollEvent[] };
    case 'select':
      return { type, read: rest.startsWith('r'), write: rest[1] === 'w', except: rest.endsWith('x') };
    case 'events': {
      const events = parts.map(networkEvent);
      return events.includes(undefined) ? undefined : { type, events: events as NetworkEvent[] };
    }
    default:
      return undefined;
  }
}

function networkEvent(text: string): NetworkEvent | undefined {
  const [, written, name] = /^(\w+)(?:=(.+))?$/.exec(text) ?? [];
  const event = NETWORK_EVENTS.find((known) => known === written);
  if (event === undefined || (name !== undefined && !NAME.test(name))) return undefined;
  return { event, name };
}

/** The codes that a token names. */
export function namesIn(token: Token): readonly string[] {
  switch (token.type) {
    case 'code':
    case 'so_error':
    case 'status':
      return token.name === undefined ? [] : [token.name];
    case 'events':
      return token.events.flatMap(({ name }) => name ?? []);
    default:
      return [];
  }
}
