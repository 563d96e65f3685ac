import type * as Zod from 'zod';
import { z } from './zod.ts';

/** Of one line: no control characters, which a terminal would obey. */
export const PRINTABLE = /^\P{Cc}*$/u;

const text = z.string().min(1).max(200).regex(PRINTABLE);

/** Which platform an observation was made on. An agent says it of itself; everything here was read from the system that it runs on. */
export const platformSchema = z.strictObject({
  id: z.enum(['linux', 'windows', 'wine', 'darwin']).describe('Whose expectations hold'),
  name: text.describe('For people and file names: linux-6.18, wine-10.0, windows-11-26100'),
  os: text.describe('Product or distribution: Debian GNU/Linux 12 (bookworm), Windows Server 2025'),
  kernel: text.optional().describe("Linux's and Darwin's release, digits alone: 6.18.44"),
  build: text.optional().describe("The system's own build: uname -r and -v, or Windows' 10.0.26100"),
  wine: text.optional().describe("Wine's version, where Windows' calls are answered by Wine"),
  libc: text.optional().describe('glibc 2.36; musl'),
  library: text.describe('What the calls go to: libc.so.6, ws2_32.dll'),
  arch: text,
  node: text,
  koffi: text,
  container: text.optional().describe('docker, podman, lxc …, where it can be told'),
  sandbox: text.optional().describe('gvisor or wsl, where a kernel other than the one that uname names answers the calls'),
});

export type Platform = Zod.infer<typeof platformSchema>;
