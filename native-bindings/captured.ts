import type koffi from 'koffi';
import { UNTOUCHED } from '../language/code.ts';
import type { Returned } from './sockets.ts';

type Library = ReturnType<typeof koffi.load>;
type Native = ReturnType<Library['func']>;
// biome-ignore lint/suspicious/noExplicitAny: what a C function takes is known to the prototype, not to TypeScript
type Argument = any;

/** What makes a function of a prototype: a library that exports it by name, or an address that a call gave. */
export interface Definer {
  func(name: string, result: string, parameters: string[]): Native;
}

/** Where a socket API keeps its error code: errno, or WSAGetLastError(). */
export interface CodeRegister {
  set(code: number): void;
  get(): number;
}

/**
 * A C function whose return value and error code come back as one pair.
 *
 * A call through koffi and the reading of its code are two native calls. V8 may run between them and make system calls itself: after a garbage collection at this point,
 * errno came from another call in 73 of 8,000 calls on Node 24 and in 111 of 8,000 on Node 26. It was mostly EAGAIN, a code that a socket call can really have. So the code is
 * read directly after the call, only in these functions, and this file exports no function that returns a value without its code. On POSIX the code is read from the
 * memory of errno, without a call (`npm run bench` counts wrong pairs under garbage collection).
 */
export function captured(
  library: Definer,
  register: CodeRegister,
  failed: (ret: number) => boolean,
): (name: string, result: string, parameters: readonly string[]) => (...args: Argument[]) => Returned {
  const { set, get } = register;
  // JavaScript evaluates arguments from left to right: the code is preset, the call is made, its code is read.
  const pair = (_preset: unknown, ret: number, code: number): Returned => ({ ret, code: failed(ret) ? code : 0 });

  return (name, result, parameters) => {
    const fn: Native = library.func(name, result, [...parameters]);
    // A variadic argument is passed to koffi as its type and its value.
    const arity = parameters.length + (parameters.includes('...') ? 1 : 0);
    // One function for each number of arguments: a rest parameter would allocate between the call and its code.
    switch (arity) {
      case 0:
        return () => pair(set(UNTOUCHED), fn(), get());
      case 1:
        return (a) => pair(set(UNTOUCHED), fn(a), get());
      case 2:
        return (a, b) => pair(set(UNTOUCHED), fn(a, b), get());
      case 3:
        return (a, b, c) => pair(set(UNTOUCHED), fn(a, b, c), get());
      case 4:
        return (a, b, c, d) => pair(set(UNTOUCHED), fn(a, b, c, d), get());
      case 5:
        return (a, b, c, d, e) => pair(set(UNTOUCHED), fn(a, b, c, d, e), get());
      case 6:
        return (a, b, c, d, e, f) => pair(set(UNTOUCHED), fn(a, b, c, d, e, f), get());
      case 7:
        return (a, b, c, d, e, f, g) => pair(set(UNTOUCHED), fn(a, b, c, d, e, f, g), get());
      case 8:
        return (a, b, c, d, e, f, g, h) => pair(set(UNTOUCHED), fn(a, b, c, d, e, f, g, h), get());
      case 9:
        return (a, b, c, d, e, f, g, h, i) => pair(set(UNTOUCHED), fn(a, b, c, d, e, f, g, h, i), get());
      default:
        throw new RangeError(`${name} takes ${arity} arguments; captured() knows calls of 0 to 9`);
    }
  };
}
