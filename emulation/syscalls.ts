export type Architecture = 'x64' | 'arm64';

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 (linux/audit.h): what seccomp_data says of the caller. */
export const AUDIT_ARCH: Readonly<Record<Architecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Numbers from asm/unistd_64.h (x64) and asm-generic/unistd.h (arm64). What arm64 lacks the C library makes of what is there: poll of ppoll, select of pselect6. */
const NUMBERS = {
  read: { x64: 0, arm64: 63 },
  write: { x64: 1, arm64: 64 },
  close: { x64: 3, arm64: 57 },
  poll: { x64: 7 },
  ioctl: { x64: 16, arm64: 29 },
  readv: { x64: 19, arm64: 65 },
  writev: { x64: 20, arm64: 66 },
  select: { x64: 23 },
  dup: { x64: 32, arm64: 23 },
  dup2: { x64: 33 },
  sendfile: { x64: 40, arm64: 71 },
  socket: { x64: 41, arm64: 198 },
  connect: { x64: 42, arm64: 203 },
  accept: { x64: 43, arm64: 202 },
  sendto: { x64: 44, arm64: 206 },
  recvfrom: { x64: 45, arm64: 207 },
  sendmsg: { x64: 46, arm64: 211 },
  recvmsg: { x64: 47, arm64: 212 },
  shutdown: { x64: 48, arm64: 210 },
  bind: { x64: 49, arm64: 200 },
  listen: { x64: 50, arm64: 201 },
  getsockname: { x64: 51, arm64: 204 },
  getpeername: { x64: 52, arm64: 205 },
  setsockopt: { x64: 54, arm64: 208 },
  getsockopt: { x64: 55, arm64: 209 },
  clone: { x64: 56, arm64: 220 },
  fork: { x64: 57 },
  vfork: { x64: 58 },
  fcntl: { x64: 72, arm64: 25 },
  epoll_wait: { x64: 232 },
  epoll_ctl: { x64: 233, arm64: 21 },
  pselect6: { x64: 270, arm64: 72 },
  ppoll: { x64: 271, arm64: 73 },
  splice: { x64: 275, arm64: 76 },
  epoll_pwait: { x64: 281, arm64: 22 },
  accept4: { x64: 288, arm64: 242 },
  dup3: { x64: 292, arm64: 24 },
  recvmmsg: { x64: 299, arm64: 243 },
  sendmmsg: { x64: 307, arm64: 269 },
  io_uring_setup: { x64: 425, arm64: 425 },
  clone3: { x64: 435, arm64: 435 },
  epoll_pwait2: { x64: 441, arm64: 441 },
} as const satisfies Record<string, { x64: number; arm64?: number }>;

export type SyscallName = keyof typeof NUMBERS;

export const SYSCALL_NAMES = Object.keys(NUMBERS) as readonly SyscallName[];

/** Undefined where the architecture has no such call. */
export function syscallNumber(name: SyscallName, architecture: Architecture): number | undefined {
  const numbers: { x64: number; arm64?: number } = NUMBERS[name];
  return numbers[architecture];
}

const NAMES: ReadonlyMap<number, ReadonlyMap<number, SyscallName>> = new Map(
  (['x64', 'arm64'] as const).map((architecture) => [
    AUDIT_ARCH[architecture],
    new Map(
      SYSCALL_NAMES.flatMap((name) => {
        const number = syscallNumber(name, architecture);
        return number === undefined ? [] : [[number, name] as const];
      }),
    ),
  ]),
);

/** Undefined where this process' own architecture has no such call, or `auditArch` is another. */
export function callOf(number: number, auditArch: number): SyscallName | undefined {
  if (auditArch !== AUDIT_ARCH[process.arch as Architecture]) return undefined;
  return NAMES.get(auditArch)?.get(number);
}
