import { act, type CallName, type Calls, type End, type EndModel, type Known, type Wire } from '../language/model.ts';
import type { Token } from '../language/token.ts';

/** What the kernel tells of a connection at one moment. */
export interface Seen {
  /** Bytes that wait to be received. */
  readonly unread: number;
  /** The peer's FIN has arrived. */
  readonly fin: boolean;
  /** The peer has reset the connection. `drawn`: by data that nobody takes any more. */
  readonly rst: false | { readonly drawn: boolean };
}

/** A call's answer; without a token the call waits. Or why the model has none. */
export type Asked = { readonly token: Token | undefined; readonly rule: Known } | { readonly unknown: string };

const NOTHING = {};
/** Where several answers are possible, nobody knows which a platform gives: here it is always the first that its model has. */
const FIRST = () => 0;

/** One end of a real connection, or a UDP socket, as a model has it: it is told what arrived, and asked what a call answers. */
export class EmulatedEnd {
  readonly #model: EndModel;
  readonly #state: End;
  readonly #wire: Wire = [];
  #hasFin = false;
  #isOver = false;

  /** A UDP socket is `fresh`. */
  constructor(model: EndModel, opening: 'connected' | 'fresh' = 'connected') {
    this.#model = model;
    this.#state = model.fresh(opening);
  }

  /** What has arrived since the last look: data, then a FIN, then an RST. What the kernel gave out meanwhile is no longer unread. */
  look({ unread, fin, rst }: Seen): void {
    if (this.#isOver) return;
    const more = unread - this.#state.unread;
    if (more > 0) this.arrives('data', { bytes: more });
    else this.#state.unread = unread;
    // The platform has reset it as the data arrived: what came after that has not arrived there.
    if (this.#hasReset) return;
    if (fin && !this.#hasFin) {
      this.#hasFin = true;
      this.arrives('fin', NOTHING);
    }
    if (rst === false) return;
    this.#isOver = true;
    this.arrives('rst', rst);
  }

  ask<C extends CallName>(call: C, argument: Calls[C], blocking: boolean): Asked {
    this.#state.blocking = blocking;
    const answer = act(this.#model, this.#state, call, argument as never, this.#wire, FIRST);
    if (answer === undefined) throw new Error(`no rule for ${call}`);
    return 'unknown' in answer ? answer : { token: answer.token, rule: answer.used };
  }

  /** Whether this end has reset the connection, where Linux does not: told once. */
  takeReset(): boolean {
    const resets = this.#hasReset;
    this.#wire.length = 0;
    this.#isOver ||= resets;
    return resets;
  }

  get #hasReset(): boolean {
    return this.#wire.some(({ type }) => type === 'rst');
  }

  arrives(what: 'data' | 'fin' | 'rst' | 'unreachable', argument: object): void {
    act(this.#model, this.#state, what, argument as never, this.#wire, FIRST);
  }
}
