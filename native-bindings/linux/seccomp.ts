import koffi from 'koffi';
import type { Returned } from '../sockets.ts';
import { systemCalls } from './system-calls.ts';

/** linux/seccomp.h */
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3;
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5;
const SECCOMP_RET_USER_NOTIF = 0x7fc0_0000;
const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;
const SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP = 1;

/** _IOWR('!', 0, struct seccomp_notif) and so on; the same on x64 and arm64 (asm-generic/ioctl.h). */
export const IOCTLS = { recv: 0xc050_2100, send: 0xc018_2101, isValid: 0x4008_2102, setFlags: 0x4008_2104 } as const;

/** struct seccomp_notif: u64 id, u32 pid, u32 flags, then struct seccomp_data: i32 nr, u32 arch, u64 instruction_pointer, u64 args[6]. In words of 32 bits, little endian. */
export const NOTIFICATION = { bytes: 80, id: 0, thread: 2, call: 4, arch: 5, args: 8 } as const;
/** struct seccomp_notif_resp: u64 id, i64 val, i32 error, u32 flags. */
export const RESPONSE = { bytes: 24, id: 0, value: 2, error: 4, flags: 5 } as const;

const EINVAL = 22;
/** poll.h */
const POLLIN = 1;
const POLLHUP = 16;

/** Filters the system calls of a thread. */
export class Seccomp {
  readonly #seccomp;

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    this.#seccomp = systemCalls().syscall('seccomp', ['long', 'long', 'void *']);
  }

  /** Whether the kernel has SECCOMP_RET_USER_NOTIF, and lets this process ask. */
  canNotify(): Returned {
    const { call, number } = this.#seccomp;
    return call(number, SECCOMP_GET_ACTION_AVAIL, 0, new Uint32Array([SECCOMP_RET_USER_NOTIF]));
  }

  /** Installs a filter (struct sock_filter each) on the calling thread, kept over execve and inherited by its children; returns the listener. Of signals, those alone that kill take a call away while it is answered (Linux 5.19; before that, all that are handled). */
  install(filter: Uint8Array): Returned {
    const { call, number } = this.#seccomp;
    const instructions = koffi.alloc('uint8_t', filter.length);
    new Uint8Array(koffi.view(instructions, filter.length)).set(filter);
    // struct sock_fprog: u16 length in instructions, and, aligned, where they are.
    const program = new BigUint64Array([BigInt(filter.length / 8), koffi.address(instructions)]);
    const installed = call(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, program);
    // Before Linux 5.19 the flag is unknown.
    if (installed.code !== EINVAL) return installed;
    return call(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
  }
}

/** What woke whoever waits. */
export interface Woken {
  notification: boolean;
  /** Nobody is left whose calls are filtered so (Linux 5.9). */
  hangup: boolean;
  wake: boolean;
}

/** The listener of a filter: the calls that wait for an answer. It holds one at a time. */
export class Notifications {
  readonly #listener: number;
  readonly #ioctl;
  readonly #poll;
  readonly #read;
  readonly #notification = new Uint32Array(NOTIFICATION.bytes / 4);
  readonly #response = new Uint32Array(RESPONSE.bytes / 4);
  #fds = new Int32Array(4);
  readonly #id = this.#notification.subarray(NOTIFICATION.id, NOTIFICATION.id + 2);
  readonly #woken: Woken = { notification: false, hangup: false, wake: false };

  /** `wake` is an eventfd: what ends a wait for notifications. @throws Error where there is no C library, or no Linux */
  constructor(listener: number, wake: number) {
    const { def } = systemCalls();
    this.#listener = listener;
    this.#ioctl = def('ioctl', 'int', ['int', 'unsigned long', 'void *']);
    this.#poll = def('poll', 'int', ['void *', 'unsigned long', 'int']);
    this.#read = def('read', 'intptr_t', ['int', 'void *', 'size_t']);
    this.#fds.set([listener, POLLIN, wake, POLLIN]);
    // Linux 6.6: who makes the call and who answers it take turns on one CPU: half the time of a call. Before that it is an unknown request (EINVAL), and all the same.
    def('ioctl', 'int', ['int', 'unsigned long', 'unsigned long'])(listener, IOCTLS.setFlags, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  }

  /** What to wait for besides: struct pollfd of each. */
  alsoWaitFor(parts: readonly Uint8Array[]): void {
    const bytes = new Uint8Array(16 + parts.reduce((sum, { length }) => sum + length, 0));
    bytes.set(new Uint8Array(this.#fds.buffer, 0, 16));
    let at = 16;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#fds = new Int32Array(bytes.buffer);
  }

  /** Whether one of these, counted from the first that it also waits for, is ready. */
  isReady(from: number, to: number): boolean {
    for (let i = from + 2; i < to + 2; i++) if ((this.#fds[2 * i + 1] as number) >> 16 !== 0) return true;
    return false;
  }

  /** Waits until there is something to do, at most `ms`; for ever where that is -1. */
  wait(ms: number): Woken {
    const fds = this.#fds;
    const woken = this.#woken;
    fds[1] = fds[3] = POLLIN;
    const { ret } = this.#poll(fds, fds.length / 2, ms);
    const events = ret > 0 ? (fds[1] as number) >> 16 : 0;
    woken.notification = (events & POLLIN) !== 0;
    woken.hangup = !woken.notification && (events & POLLHUP) !== 0;
    woken.wake = ret > 0 && (fds[3] as number) >> 16 !== 0;
    if (woken.wake) this.#read(fds[2], new BigUint64Array(1), 8);
    return woken;
  }

  /** It says nothing more: wait for what wakes alone. */
  ignoreListener(): void {
    this.#fds[0] = -1;
  }

  /** Takes a notification; false where the call has gone meanwhile. */
  receive(): boolean {
    // The kernel refuses one that is not zero (EINVAL).
    this.#notification.fill(0);
    return this.#ioctl(this.#listener, IOCTLS.recv, this.#notification).ret === 0;
  }

  get call(): number {
    return this.#notification[NOTIFICATION.call] as number;
  }

  get arch(): number {
    return this.#notification[NOTIFICATION.arch] as number;
  }

  get thread(): number {
    return this.#notification[NOTIFICATION.thread] as number;
  }

  /** Both halves of an argument, as the register has it. */
  low(argument: number): number {
    return this.#notification[NOTIFICATION.args + 2 * argument] as number;
  }

  high(argument: number): number {
    return this.#notification[NOTIFICATION.args + 2 * argument + 1] as number;
  }

  /** The two words by which the notification is known for as long as it waits. */
  copyId(into: Uint32Array): void {
    into.set(this.#id);
  }

  /** Whether the call still waits. */
  isValid(id: Uint32Array): boolean {
    return this.#ioctl(this.#listener, IOCTLS.isValid, id).ret === 0;
  }

  /** The kernel makes the call. Each of these fails with ENOENT where a signal has ended it. */
  continue(id: Uint32Array): Returned {
    return this.#respond(id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
  }

  returns(id: Uint32Array, value: number): Returned {
    return this.#respond(id, value, 0, 0);
  }

  fails(id: Uint32Array, errno: number): Returned {
    return this.#respond(id, 0, -errno, 0);
  }

  #respond(id: Uint32Array, value: number, error: number, flags: number): Returned {
    const response = this.#response;
    response.set(id, RESPONSE.id);
    response[RESPONSE.value] = value;
    response[RESPONSE.value + 1] = Math.floor(value / 2 ** 32);
    response[RESPONSE.error] = error;
    response[RESPONSE.flags] = flags;
    return this.#ioctl(this.#listener, IOCTLS.send, response);
  }
}
