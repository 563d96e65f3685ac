import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { glibcVersion } from '../../native-bindings/posix/glibc.ts';
import type { Platform } from '../platform.ts';

/** gVisor returns this constant from uname, independent of the host (gvisor pkg/sentry/syscalls/linux/linux64.go; with releases 4.4.0 and 4.19.0-gvisor). */
const GVISOR_VERSION = '#1 SMP Sun Jan 10 15:06:54 PST 2016';

export function identifyLinux(common: Pick<Platform, 'arch' | 'node' | 'koffi' | 'library'>): Platform {
  const release = os.release();
  const kernel = /^\d+(\.\d+)*/.exec(release)?.[0] ?? release;
  const container = containerOf();
  const sandbox = sandboxOf(release, os.version());
  return {
    id: 'linux',
    name: `${sandbox ?? 'linux'}-${kernel.split('.').slice(0, 2).join('.')}`,
    os: distribution(),
    kernel,
    build: `${release} ${os.version()}`.slice(0, 200),
    libc: libc(),
    ...common,
    ...(container !== undefined && { container }),
    ...(sandbox !== undefined && { sandbox }),
  };
}

/** The C library that this process runs on: `glibc 2.36`, or `musl`. */
export function libc(): string {
  const glibc = glibcVersion();
  return glibc === undefined ? 'musl' : `glibc ${glibc}`;
}

function distribution(): string {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(read(file))?.[1];
    if (name !== undefined) return name;
  }
  return 'Linux';
}

/** The calls are handled by a kernel other than the one that uname reports. */
function sandboxOf(release: string, version: string): 'gvisor' | 'wsl' | undefined {
  if (version === GVISOR_VERSION) return 'gvisor';
  // WSL 1 translates calls to Windows ("4.4.0-19041-Microsoft"); WSL 2 is a Linux kernel of Microsoft's build, and no sandbox in this sense.
  return /-Microsoft$/.test(release) ? 'wsl' : undefined;
}

/** File systems that are used for the root of a container, and almost never for the root of a machine. */
const LAYERED = /^(overlay|aufs|fuse\.fuse-overlayfs|btrfs|zfs)$/;

/** The container runtime, as detected from the marks that it leaves; undefined if there are none. */
function containerOf(): string | undefined {
  // The file alone is no proof: a machine may be booted from an image that was used for a container before.
  if (existsSync('/.dockerenv') && LAYERED.test(rootFileSystem())) return 'docker';
  if (existsSync('/run/.containerenv')) return 'podman';
  const declared = read('/run/systemd/container').trim();
  if (declared !== '') return declared.slice(0, 50);
  return /\b(docker|kubepods|lxc|containerd)\b/.exec(read('/proc/1/cgroup'))?.[1];
}

function rootFileSystem(): string {
  return /^\S+ \S+ \S+ \S+ \/ .*? - (\S+) /m.exec(read('/proc/self/mountinfo'))?.[1] ?? '';
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
