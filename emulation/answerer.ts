import type { Answerer, Reply } from './intercepted.ts';
import { SYSCALL_NAMES, type SyscallName } from './syscalls.ts';

/** The platforms that can be emulated: `none` leaves each call to the kernel. */
export const EMULATED: readonly string[] = ['none'];

const CONTINUE: Reply = { type: 'continue' };

/** Who answers the program's calls, by the platform's name. */
export function answererOf(_platform: string, intercepts: 'all' | 'none' = 'none'): Answerer {
  return new Kernel(intercepts === 'all' ? SYSCALL_NAMES : []);
}

/** Answers nothing itself. */
class Kernel implements Answerer {
  readonly intercepts: readonly SyscallName[];
  readonly #calls = new Map<SyscallName, number>();

  constructor(intercepts: readonly SyscallName[]) {
    this.intercepts = intercepts;
  }

  answer({ call }: { readonly call: SyscallName }): Reply {
    this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1);
    return CONTINUE;
  }

  told(): unknown {
    return Object.fromEntries(this.#calls);
  }
}
