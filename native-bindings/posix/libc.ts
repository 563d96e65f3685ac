import koffi from 'koffi';
import { glibcVersion } from './glibc.ts';

const MUSL_ARCH: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'armhf',
  ppc64: 'powerpc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/**
 * The names under which this system's C library may be found, best first.
 *
 * musl's own library is named for the CPU and lies beside its loader. Where both are there, the one whose loader runs this node must win:
 * two C libraries in one process share neither locks nor thread-local storage (so neither errno).
 */
export function libcNames(platform: NodeJS.Platform, arch: NodeJS.Architecture, exists: (path: string) => boolean): string[] {
  if (platform === 'darwin') return ['/usr/lib/libSystem.B.dylib'];
  const musl = `libc.musl-${MUSL_ARCH[arch] ?? arch}.so.1`;
  const glibc = 'libc.so.6';
  const isMusl = exists(`/lib/${musl}`) && glibcVersion() === undefined;
  return isMusl ? [musl, glibc] : [glibc, musl];
}

/** @throws Error naming each library tried and what its loading said. */
export function loadFirst(names: readonly string[]): { library: ReturnType<typeof koffi.load>; name: string } {
  const failures: string[] = [];
  for (const name of names) {
    try {
      return { library: koffi.load(name), name };
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no C library could be loaded (${failures.join('; ')})`);
}
