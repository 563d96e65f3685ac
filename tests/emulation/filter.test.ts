import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filterOf, STARTING } from '../../emulation/filter.ts';
import { registerValue } from '../../emulation/interception.ts';
import { missingPtrace } from '../../emulation/missing.ts';
import { type Architecture, AUDIT_ARCH, callOf, SYSCALL_NAMES, type SyscallName, syscallNumber } from '../../emulation/syscalls.ts';
import { IOCTLS, NOTIFICATION, RESPONSE } from '../../native-bindings/linux/seccomp.ts';
import { NUMBERS } from '../../native-bindings/linux/system-calls.ts';

const ALLOW = 0x7fff_0000;
const USER_NOTIF = 0x7fc0_0000;
const AUDIT_ARCH_I386 = 0x4000_0003;
const AUDIT_ARCH_ARM = 0x4000_0028;

/** What the kernel does with the filter (kernel/seccomp.c, net/core/filter.c): the four instructions that it may consist of here. */
function run(filter: Uint8Array, nr: number, arch: number): number {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data: Readonly<Record<number, number>> = { 0: nr >>> 0, 4: arch >>> 0 };
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = program.getUint16(at * 8, true);
    const k = program.getUint32(at * 8 + 4, true);
    const jump = (taken: boolean) => program.getUint8(at * 8 + (taken ? 2 : 3));
    switch (code) {
      case 0x20:
        accumulator = data[k] as number;
        break;
      case 0x15:
        at += jump(accumulator === k);
        break;
      case 0x35:
        at += jump(accumulator >= k);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`instruction ${at}: code ${code}`);
    }
  }
}

describe.each(['x64', 'arm64'] as const)('the filter for %s', (architecture) => {
  const arch = AUDIT_ARCH[architecture];
  const foreign = [AUDIT_ARCH_I386, AUDIT_ARCH_ARM, 0, 0xffff_ffff, ...Object.values(AUDIT_ARCH).filter((other) => other !== arch)];

  test.each<readonly [string, readonly SyscallName[]]>([
    ['none', []],
    ['one', ['recvfrom']],
    ['some, one of them twice', ['read', 'poll', 'read', 'epoll_pwait2']],
    ['all', SYSCALL_NAMES],
  ])('shows the calls that it is to show, and no other: %s', (_, calls) => {
    const filter = filterOf(calls, architecture);
    const shown = new Set([...calls, ...STARTING, 'io_uring_setup' as const].flatMap((call) => syscallNumber(call, architecture) ?? []));
    for (let nr = 0; nr < 600; nr++) expect([nr, run(filter, nr, arch)]).toEqual([nr, shown.has(nr) ? USER_NOTIF : ALLOW]);
    // What a tracer makes of a call that is to be skipped.
    expect(run(filter, -1, arch)).toBe(ALLOW);
    for (const other of foreign) for (const nr of [0, 1, 45, 102, 600, -1]) expect(run(filter, nr, other)).toBe(USER_NOTIF);
  });

  test('is one that the kernel takes: whole instructions, fewer than 4096, jumps within 255', () => {
    const { length } = filterOf(SYSCALL_NAMES, architecture);
    expect(length % 8).toBe(0);
    expect(length / 8).toBeLessThan(255);
  });
});

test("x32's numbers are another architecture's, under the same name", () => {
  const filter = filterOf([], 'x64');
  for (const nr of [0x4000_0000, 0x4000_0000 + 517, 0x7fff_ffff, 0xffff_fffe]) expect(run(filter, nr, AUDIT_ARCH.x64)).toBe(USER_NOTIF);
});

/** The C library's headers, where they are installed; arm64 has the numbers of asm-generic. */
const HEADERS: Readonly<Record<Architecture, string>> = {
  x64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  arm64: '/usr/include/asm-generic/unistd.h',
};

describe.each(['x64', 'arm64'] as const)('numbers: %s', (architecture) => {
  const header = HEADERS[architecture];
  test.runIf(existsSync(header))('are those of the headers [needs the headers of Linux]', () => {
    const text = readFileSync(header, 'latin1');
    const defined = new Map([...text.matchAll(/^#define (?:__NR_|__NR3264_)(\w+)\s+(\d+)$/gm)].map(([, name, number]) => [name as string, Number(number)]));
    for (const name of SYSCALL_NAMES) expect([name, syscallNumber(name, architecture)]).toEqual([name, defined.get(name)]);
    for (const [name, numbers] of Object.entries(NUMBERS)) expect([name, numbers[architecture]]).toEqual([name, defined.get(name)]);
  });
});

test.runIf(process.arch === 'x64' || process.arch === 'arm64')('a number is a call of this architecture alone', () => {
  const architecture = process.arch as Architecture;
  for (const name of SYSCALL_NAMES) {
    const number = syscallNumber(name, architecture);
    if (number !== undefined) expect(callOf(number, AUDIT_ARCH[architecture])).toBe(name);
    expect(callOf(number ?? 0, AUDIT_ARCH_I386)).toBeUndefined();
  }
  expect(callOf(0x4000_0000, AUDIT_ARCH[architecture])).toBeUndefined();
});

test('struct seccomp_notif and its answer: the numbers of the ioctls hold their sizes', () => {
  const size = (ioctl: number) => (ioctl >>> 16) & 0x3fff;
  expect([size(IOCTLS.recv), size(IOCTLS.send), size(IOCTLS.isValid), size(IOCTLS.setFlags)]).toEqual([NOTIFICATION.bytes, RESPONSE.bytes, 8, 8]);
  expect((NOTIFICATION.args + 6 * 2) * 4).toBe(NOTIFICATION.bytes);
  expect((RESPONSE.flags + 1) * 4).toBe(RESPONSE.bytes);
});

describe('a register as a number', () => {
  test.each([
    ['an address', 0x5678_9abc, 0x7ffe, 0x7ffe_5678_9abc],
    ['an int, zero above', 0xffff_ffff, 0, 0xffff_ffff],
    ['an int, sign above', 0xffff_ffff, 0xffff_ffff, -1],
    ['the least long that counts', 0, 0xfff0_0000, -(2 ** 52)],
  ])('%s', (_, low, high, value) => {
    expect(registerValue(low, high)).toBe(value);
    expect(registerValue(low, high) | 0).toBe(low | 0);
  });

  test.each([0xdead_beef, 0x8000_0000, 0x7fff_ffff, 0x10_0000])('of what is no address, the lower half: %i above', (high) => {
    for (const low of [0, 5, 0x7fff_ffff, 0xffff_fffb]) {
      const value = registerValue(low, high);
      expect(value | 0).toBe(low | 0);
      // Nothing that a user has is mapped there.
      expect(value).toBeGreaterThanOrEqual(2 ** 52);
      expect(Number.isSafeInteger(value)).toBe(true);
    }
  });
});

test("yama's scopes", () => {
  expect([0, 1].flatMap((scope) => [missingPtrace(scope, false), missingPtrace(scope, true)])).toEqual([undefined, undefined, undefined, undefined]);
  expect(missingPtrace(2, true)).toBeUndefined();
  expect(missingPtrace(2, false)).toContain('ptrace_scope=1');
  for (const capability of [false, true]) expect(missingPtrace(3, capability)).toContain('ptrace_scope is 3');
});
