import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Threads } from '../../emulation/threads.ts';
import { Memory } from '../../native-bindings/linux/memory.ts';
import { Processes } from '../../native-bindings/linux/processes.ts';
import { until } from '../fixtures/index.ts';

/** What a supervisor does to a program: here to a child that waits on its stdin, whose memory /proc shows too. */
const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

describe.runIf(onLinux)("a child's memory and descriptors [needs Linux]", () => {
  let child: ReturnType<typeof spawn>;
  let pid: number;
  let memory: Memory;
  let processes: Processes;
  /** The stack: readable, writable, and nothing is mapped right after it. */
  let from: number;
  let to: number;

  beforeAll(async () => {
    child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
    pid = child.pid as number;
    // Until then its memory is that of node.
    await until('cat has begun', () => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'cat\n');
    const [, low = '', high = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw-p .*\[stack\]$/m.exec(readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? [];
    from = Number.parseInt(low, 16);
    to = Number.parseInt(high, 16);
    memory = new Memory();
    processes = new Processes();
  });
  afterAll(() => child.kill());

  /** As the kernel shows it in a file. */
  function shown(address: number, bytes: number): Uint8Array {
    const fd = openSync(`/proc/${pid}/mem`, 'r');
    const buffer = Buffer.alloc(bytes);
    readSync(fd, buffer, 0, bytes, address);
    closeSync(fd);
    return new Uint8Array(buffer);
  }

  // vitest compares byte by byte, which takes a second for some ten thousand.
  const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

  test.each([1, 16, 4096, 65_536, 65_537, 100_000])('reads %i bytes', (bytes) => {
    expect(same(memory.read(pid, to - bytes, bytes), shown(to - bytes, bytes))).toBe(true);
  });

  test('reads as far as there is something', () => {
    expect(memory.read(pid, to - 100, 4096)).toEqual(shown(to - 100, 100));
    expect(same(memory.read(pid, to - 100_000, 1_000_000), shown(to - 100_000, 100_000))).toBe(true);
  });

  test('nothing where there is nothing', () => {
    for (const address of [0, 1, -1, to + 2 ** 40, 2 ** 52 + 5, Number.MAX_SAFE_INTEGER]) {
      expect(memory.read(pid, address, 16)).toEqual(new Uint8Array());
      expect(memory.write(pid, address, new Uint8Array(16))).toBe(false);
    }
    for (const bytes of [0, -1, Number.NaN]) expect(memory.read(pid, to - 100, bytes)).toEqual(new Uint8Array());
  });

  test('a copy: what is read next does not change it', () => {
    const first = memory.read(pid, to - 64, 64);
    const kept = first.slice();
    memory.read(pid, from, 64);
    expect(first).toEqual(kept);
  });

  test.each([1, 4096, 70_000])('writes %i bytes, and no others', (bytes) => {
    // Far below what the program uses: what a stack grows into is mapped on demand, and read as it is.
    const room = Math.min(bytes, to - from - 200);
    const before = shown(from, room + 64);
    const written = Uint8Array.from({ length: room }, (_, i) => (i * 7 + 1) % 256);
    expect(memory.write(pid, from + 32, written)).toBe(true);
    const expected = before.slice();
    expected.set(written, 32);
    expect(same(shown(from, room + 64), expected)).toBe(true);
    expect(memory.write(pid, from + 32, before.slice(32, 32 + room))).toBe(true);
  });

  test('does not write where only a part has room', () => {
    expect(memory.write(pid, to - 8, new Uint8Array(4096))).toBe(false);
  });

  test('a process that has ended has no memory', () => {
    expect(memory.read(2 ** 22 + 1, to - 100, 16)).toEqual(new Uint8Array());
  });

  test('a copy of its descriptor is the same file', () => {
    const { ret: pidfd } = processes.pidfdOfProcess(pid);
    const { ret: copy } = processes.copyDescriptor(pidfd, 0);
    expect(fstatSync(copy)).toMatchObject({ ino: statSync(`/proc/${pid}/fd/0`).ino });
    expect(processes.copyDescriptor(pidfd, 1000)).toEqual({ ret: -1, code: 9 });
    expect(processes.copyDescriptor(pidfd, -1)).toEqual({ ret: -1, code: 9 });
    processes.close(copy);
    processes.close(pidfd);
  });

  test.each([
    ['by pidfds of threads', (all: Processes) => all],
    ['before Linux 6.9, by pidfds of processes', withoutThreadPidfds],
  ])('threads: which process they are of, until they end, %s', async (_, pidfds) => {
    const threads = new Threads(pidfds(processes));
    const own = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => own.stdout.once('data', resolve));
    const tasks = readdirSync(`/proc/${own.pid}/task`).map(Number);
    expect(tasks.length).toBeGreaterThan(1);
    for (let round = 0; round < 2; round++) for (const task of tasks) expect(threads.of(task)?.process).toBe(own.pid);
    for (const task of tasks) {
      const copy = threads.copyDescriptor(task, 1) as number;
      expect(statSync(`/proc/self/fd/${copy}`).ino).toBe(statSync(`/proc/${own.pid}/fd/1`).ino);
      processes.close(copy);
      expect(threads.copyDescriptor(task, 1000)).toBeUndefined();
    }
    own.kill('SIGKILL');
    await new Promise((resolve) => own.once('exit', resolve));
    for (const task of tasks) expect(threads.copyDescriptor(task, 1)).toBeUndefined();
    for (const task of tasks) expect(threads.of(task)).toBeUndefined();
    threads.close();
  });
});

function withoutThreadPidfds(processes: Processes) {
  return {
    pidfdOfThread: () => ({ ret: -1, code: constants.errno.EINVAL }),
    copyDescriptor: (pidfd: number, fd: number) => processes.copyDescriptor(pidfd, fd),
    pidfdOfProcess: (pid: number) => processes.pidfdOfProcess(pid),
    probe: () => {
      throw new Error('says nothing of a thread');
    },
    close: (fd: number) => processes.close(fd),
  };
}
