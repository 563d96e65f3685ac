import type { Direction } from './call.ts';
import type { Evidence } from './evidence.ts';
import type { Token } from './token.ts';

/**
 * A model says what one end of a connection answers on a platform: a state of plain data, and rules in tables, by what is asked of the end and by what arrives at it. The
 * first rule of a table that applies is used. predict.ts joins two ends; one end alone can be fed with what arrived at a real socket (docs/models.md).
 */
export interface Model {
  /** As files and `--on` name it: `linux`, `wine-10.0`. */
  readonly platform: string;
  /** Whether what an end sends has arrived at the other before the call returns: then `~` changes nothing. */
  readonly deliversAtOnce: boolean;
  /** The kinds of socket that it models, and for each other why not. */
  readonly ends: Readonly<Record<Family, EndModel | string>>;
}

export type Family = 'tcp' | 'unix' | 'udp';

/** How an end begins: `connected` is what accept returned, or connect made of it. A UDP socket is `fresh`: bound, and not connected. */
type Opening = 'connected' | 'fresh' | 'listening';

/** What every end's state has. */
export interface End {
  blocking: boolean;
  /** SO_RCVTIMEO in ms; 0 is none. */
  rcvtimeo: number;
  /** Bytes that have arrived and were not received. */
  unread: number;
}

/** What is sent on the wire, to the other end. */
export type Segment =
  | { readonly type: 'data'; readonly bytes: number }
  | { readonly type: 'fin' }
  /** `drawn`: by data of the end at which it arrives, which nobody takes any more. */
  | { readonly type: 'rst'; readonly drawn: boolean }
  /** AF_UNIX alone: the other end receives no more. */
  | { readonly type: 'stop' }
  /** A connection is asked for; `refused`: at a port that nobody listens on. */
  | { readonly type: 'syn'; readonly refused: boolean }
  | { readonly type: 'datagram'; readonly bytes: number; readonly refused: boolean }
  /** ICMP: nobody listens on the port to which a datagram went. */
  | { readonly type: 'unreachable' };
export type Wire = Segment[];

type Nothing = Readonly<Record<never, never>>;

/** What can be asked of an end, with its arguments. Only a peer is asked for `reset` (SO_LINGER {1, 0} and close) and `kill` (its process is killed). */
export interface Calls {
  readonly recv: { readonly length: number; readonly peek: boolean; readonly waitall: boolean };
  readonly send: { readonly length: number };
  readonly shutdown: { readonly direction: Direction };
  /** `again`: the same blocking call is still waiting, and what it sent has been answered. */
  readonly connect: { readonly refused: boolean; readonly again: boolean };
  readonly so_error: Nothing;
  readonly poll: Nothing;
  readonly select: Nothing;
  readonly getpeername: Nothing;
  readonly getsockname: Nothing;
  readonly readable: Nothing;
  readonly accept: Nothing;
  readonly close: Nothing;
  readonly reset: Nothing;
  readonly kill: Nothing;
}

/** What can arrive at an end. */
interface Arrivals {
  readonly data: { readonly bytes: number };
  readonly fin: Nothing;
  readonly rst: { readonly drawn: boolean };
  readonly stop: Nothing;
  /** The connection that was asked for is there. */
  readonly connected: Nothing;
  readonly refused: Nothing;
  /** At a listener: one that waits for accept. Where it is reset before, the listener sees the `rst` too. */
  readonly connection: Nothing;
  readonly datagram: { readonly bytes: number };
  readonly unreachable: Nothing;
}

export type CallName = keyof Calls;
export type ArrivalName = keyof Arrivals;
type Events = Calls & Arrivals;
export type EventName = keyof Events;

/** What is said of a rule, and of each of its alternatives. */
export interface Known {
  /** `recv: SOCK_DONE since the FIN`: unique in its model. */
  readonly name: string;
  /** The function, the test, the page that says so. */
  readonly source: readonly string[];
  readonly evidence: Evidence;
}

/** What happens: the state changes, segments go out, and a call has its answer. A call without an answer waits. */
type Does<S extends End, E extends EventName = EventName> = {
  // As a method: a table of one event is kept among those of all.
  bivariance(state: S, argument: Events[E], wire: Wire): Token | undefined;
}['bivariance'];

interface Alternative<S extends End, E extends EventName = EventName> extends Known {
  readonly does: Does<S, E>;
}

interface Condition<S extends End, E extends EventName> {
  /** In every state, where absent. */
  when?(state: S, argument: Events[E]): boolean;
}
/** `either`: several answers are possible, and nothing that is known decides. `unknown`: why there is no answer. */
type Outcome<S extends End, E extends EventName> =
  | (Known & { readonly does: Does<S, E> })
  | { readonly name: string; readonly either: readonly Alternative<S, E>[] }
  | { readonly name: string; readonly unknown: string };

export type RuleOf<S extends End, E extends EventName> = Condition<S, E> & Outcome<S, E>;
export type Rule<S extends End = End> = RuleOf<S, EventName> & { readonly on: readonly EventName[] };

interface Described<S extends End> {
  readonly rules: readonly Rule<S>[];
  fresh(opening: Opening): S;
  /** Whether so much is unread that buffers may be full: what follows is not modelled. */
  isFull(state: S): boolean;
}

export interface EndModel<S extends End = End> extends Described<S> {
  /** The rules by what is asked or arrives, in their order. */
  readonly tables: { readonly [E in EventName]?: readonly Rule<S>[] };
}

export function endModel<S extends End>({ rules, fresh, isFull }: Described<S>): EndModel<S> {
  const tables: Partial<Record<EventName, Rule<S>[]>> = {};
  for (const rule of rules) {
    for (const event of rule.on) {
      tables[event] ??= [];
      tables[event].push(rule);
    }
  }
  return { rules, fresh, isFull, tables };
}

/** The rules of a table, of one event or of several alike: `rulesOf<State>()('recv', [ … ])`. */
export function rulesOf<S extends End>() {
  return <E extends EventName>(on: E | readonly E[], rules: readonly RuleOf<S, E>[]): readonly Rule<S>[] => {
    const events = typeof on === 'string' ? [on] : on;
    return rules.map((rule) => ({ ...rule, on: events }) as Rule<S>);
  };
}

/** A rule with alternatives. */
export interface Choice {
  readonly name: string;
  readonly either: readonly Known[];
}

/** What an end did: the rule, or the alternative, that was used, and its token where it was a call that has its answer. */
export type Answer = { readonly used: Known; readonly token: Token | undefined } | { readonly unknown: string };

/**
 * Asks an end, or lets something arrive at it: `state` changes, and what it sends is put on `wire`. Nothing happens to what arrives and has no rule; then, and only then,
 * this is undefined. `choose` says which alternative of a rule is taken.
 *
 * @throws where a call has no rule: the model is not whole
 */
export function act<S extends End, E extends EventName>(
  end: EndModel<S>,
  state: S,
  event: E,
  argument: Events[E],
  wire: Wire,
  choose: (rule: Choice) => number,
): Answer | undefined {
  for (const rule of end.tables[event] ?? NONE) {
    if (rule.when !== undefined && !rule.when(state, argument)) continue;
    if ('unknown' in rule) return rule;
    const used = 'either' in rule ? (rule.either[choose(rule)] as Alternative<S>) : rule;
    return { used, token: used.does(state, argument, wire) };
  }
  if (isArrival(event)) return undefined;
  throw new Error(`no rule for ${event}`);
}

const ARRIVALS: ReadonlySet<EventName> = new Set<ArrivalName>(['data', 'fin', 'rst', 'stop', 'connected', 'refused', 'connection', 'datagram', 'unreachable']);

function isArrival(event: EventName): event is ArrivalName {
  return ARRIVALS.has(event);
}

const NONE: readonly never[] = [];

/** What one platform does otherwise than another: the rules stand in place of one of the other's (none: it is taken away), or before it. */
export type Deviation<S extends End> = { readonly rules: readonly Rule<S>[] } & ({ readonly instead: string } | { readonly before: string });

/** An end with other rules. @throws where there is no rule of such a name */
export function deviating<S extends End>(end: EndModel<S>, deviations: readonly Deviation<S>[]): EndModel<S> {
  let { rules } = end;
  for (const deviation of deviations) {
    const name = 'instead' in deviation ? deviation.instead : deviation.before;
    const at = rules.findIndex((rule) => rule.name === name);
    if (at === -1) throw new Error(`no rule is named ${JSON.stringify(name)}`);
    rules = [...rules.slice(0, at), ...deviation.rules, ...rules.slice('instead' in deviation ? at + 1 : at)];
  }
  return endModel({ ...end, rules });
}

/** The model as a mutant: that rule is gone. @throws where there is none of that name */
export function without(model: Model, name: string): Model {
  const isIn = (end: EndModel | string): end is EndModel => typeof end !== 'string' && end.rules.some((rule) => rule.name === name);
  const [family, end] = Object.entries(model.ends).find(([, one]) => isIn(one)) ?? [];
  if (end === undefined || typeof end === 'string') throw new Error(`no rule is named ${JSON.stringify(name)}`);
  return { ...model, ends: { ...model.ends, [family as Family]: deviating(end, [{ instead: name, rules: [] }]) } };
}

/** The rules of all kinds of socket. */
export function rulesIn({ ends }: Model): readonly Rule[] {
  return Object.values(ends).flatMap((end) => (typeof end === 'string' ? [] : end.rules));
}
