import type * as Zod from 'zod';
import { z } from './zod.ts';

/** One line without control characters, because a terminal would interpret them. */
export const PRINTABLE = /^\P{Cc}*$/u;

const text = z.string().min(1).max(200).regex(PRINTABLE);

/** The platform on which an observation was made. The agent sends this; all of it was read from the system on which the agent runs. */
export const platformSchema = z
  .strictObject({
    id: z.enum(['linux', 'windows', 'wine', 'darwin']).describe('The platform whose expectations apply'),
    name: text.describe('The name in reports and file names: linux-6.18, wine-10.0, windows-11-26100'),
    os: text.describe('Product or distribution: Debian GNU/Linux 12 (bookworm), Windows Server 2025'),
    kernel: text.optional().describe('The release of Linux or Darwin, only its numbers: 6.18.44'),
    build: text.optional().describe('The build of the system: uname -r and -v, or 10.0.26100 on Windows'),
    wine: text.optional().describe('The version of Wine, if the platform is Wine'),
    libc: text.optional().describe('glibc 2.36; musl'),
    library: text.describe('The library that is called: libc.so.6, ws2_32.dll'),
    arch: text,
    node: text,
    koffi: text,
    container: text.optional().describe('docker, podman, lxc …, if it can be detected'),
    sandbox: text.optional().describe('gvisor or wsl, if the calls are handled by a kernel other than the one that uname reports'),
  })
  .refine(({ id, wine }) => (id === 'wine') === (wine !== undefined), {
    path: ['wine'],
    error: 'a platform is Wine, of a version, or it is another: what Wine answers is not what Windows does',
  });

export type Platform = Zod.infer<typeof platformSchema>;
