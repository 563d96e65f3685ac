import { existsSync } from 'node:fs';
import { captured } from '../captured.ts';
import { errnoRegister } from '../posix/errno.ts';
import { libcNames, loadFirst } from '../posix/libc.ts';

/** Calls for which C libraries have no function, by their numbers (asm/unistd_64.h, asm-generic/unistd.h): since pidfd_send_signal all architectures have the same. */
export const NUMBERS = {
  seccomp: { x64: 317, arm64: 277 },
  pidfd_send_signal: { x64: 424, arm64: 424 },
  pidfd_open: { x64: 434, arm64: 434 },
  pidfd_getfd: { x64: 438, arm64: 438 },
} as const;

/** This system's C library, and what makes functions of it whose errno is captured. @throws Error where no C library can be loaded, or nobody knows its numbers */
export function systemCalls() {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64'))
    throw new Error(`system calls of ${process.platform}-${process.arch}`);
  const arch = process.arch;
  const { library } = loadFirst(libcNames(process.platform, arch, existsSync));
  const def = captured(library, errnoRegister(library), (ret) => ret === -1);
  return {
    library,
    def,
    /** Integers are as wide as a register: syscall(2) takes them as they are. */
    syscall(name: keyof typeof NUMBERS, parameters: readonly ('long' | 'void *')[]) {
      const call = def('syscall', 'long', ['long', ...parameters]);
      const number = NUMBERS[name][arch];
      return { call, number };
    },
  };
}
