import type { Token } from '../language/token.ts';
import { codes } from '../platforms/codes.ts';
import { CONTINUE, type Intercepted, type Reply } from './intercepted.ts';
import type { SocketCall } from './socket-call.ts';

/** A socket of the program. `copy` is a descriptor of it in this process. */
export interface EmulatedSocket {
  answer(copy: number, asks: SocketCall, call: Intercepted): Answered;
  /** undefined where the model does not cover it. */
  ready(copy: number, which: 'select' | 'poll'): Token | undefined;
}

/** A call's answer, with the rule that gave it, or why the model has none. */
export interface Answered {
  readonly reply: Reply;
  readonly rule?: string;
  readonly uncovered?: string;
}

export const BY_KERNEL: Answered = { reply: CONTINUE };

export function fails(name: string): Reply {
  return { type: 'fails', errno: errnoOf(name) };
}

const numbers = new Map<string, number>();

/** Linux' own number of what a platform's code stands for. */
export function errnoOf(name: string): number {
  const known = numbers.get(name) ?? codes.counterpart('linux', name)?.number;
  if (known === undefined) throw new Error(`Linux has no errno for ${name}`);
  numbers.set(name, known);
  return known;
}
