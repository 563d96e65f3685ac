import { type Architecture, AUDIT_ARCH, type SyscallName, syscallNumber } from './syscalls.ts';

/** linux/bpf_common.h: the four instructions that it is made of. */
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;
/** linux/seccomp.h */
const SECCOMP_RET_USER_NOTIF = 0x7fc0_0000;
const SECCOMP_RET_ALLOW = 0x7fff_0000;
/** Where struct seccomp_data has them. */
const NR = 0;
const ARCH = 4;
/** asm/unistd.h: __X32_SYSCALL_BIT. The number -1 has it too: that is how a tracer skips a call (man 2 seccomp). */
const X32 = 0x4000_0000;
const SKIPPED = 0xffff_ffff;

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, k: number];

/**
 * How processes and threads start. While the supervisor is there they do; without it (ENOSYS), or without its answer, no more of them do. So all can be found and ended, also
 * of a program that starts them faster than anyone can look.
 */
export const STARTING: readonly SyscallName[] = ['fork', 'vfork', 'clone', 'clone3'];

/**
 * The program that says which calls the supervisor sees, as the kernel takes it: those that are named, those that start processes, io_uring_setup, by which reads and
 * writes would pass unseen, and every call of another architecture, whose numbers mean other calls. The supervisor refuses the last two.
 */
export function filterOf(calls: readonly SyscallName[], architecture: Architecture): Uint8Array {
  const wanted = new Set<SyscallName>(['io_uring_setup', ...STARTING, ...calls]);
  const numbers = [...wanted].flatMap((call) => syscallNumber(call, architecture) ?? []);
  const x32: readonly Instruction[] =
    architecture === 'x64'
      ? [
          [JUMP_IF_EQUAL, numbers.length + 1, 0, SKIPPED],
          [JUMP_IF_AT_LEAST, numbers.length + 1, 0, X32],
        ]
      : [];
  const instructions: readonly Instruction[] = [
    [LOAD, 0, 0, ARCH],
    [JUMP_IF_EQUAL, 0, 1 + x32.length + numbers.length + 1, AUDIT_ARCH[architecture]],
    [LOAD, 0, 0, NR],
    ...x32,
    ...numbers.map((number, i): Instruction => [JUMP_IF_EQUAL, numbers.length - i, 0, number]),
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
    [RETURN, 0, 0, SECCOMP_RET_USER_NOTIF],
  ];
  // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k. Both architectures are little endian.
  const bytes = new DataView(new ArrayBuffer(instructions.length * 8));
  instructions.forEach(([code, whenTrue, whenFalse, k], i) => {
    bytes.setUint16(i * 8, code, true);
    bytes.setUint8(i * 8 + 2, whenTrue);
    bytes.setUint8(i * 8 + 3, whenFalse);
    bytes.setUint32(i * 8 + 4, k, true);
  });
  return new Uint8Array(bytes.buffer);
}
