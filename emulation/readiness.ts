import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Token } from '../language/token.ts';
import { EPOLL_EVENT, POLLFD_BYTES, type Ready } from '../native-bindings/linux/waits.ts';
import { CONTINUE, type Intercepted, type Reply, type Waiting } from './intercepted.ts';
import type { SyscallName } from './syscalls.ts';

/** Whose answers poll and epoll_wait give of a connection: what select or WSAPoll says of it on the platform. */
export type ReadinessOf = 'select' | 'wsapoll';

/** What a socket of the program gives, by its descriptor in the program; undefined for one that the model does not cover. */
export type AskReadiness = (call: Intercepted, descriptor: number, which: 'select' | 'poll') => Token | undefined;

/** The calls that wait for several descriptors. */
export const READINESS_CALLS: readonly SyscallName[] = ['select', 'pselect6', 'poll', 'ppoll', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2'];

/** The same bits in poll.h and in linux/eventpoll.h. */
const IN = 0x1;
const PRI = 0x2;
const OUT = 0x4;
const ERR = 0x8;
const HUP = 0x10;
const NVAL = 0x20;
const RDNORM = 0x40;
const WRNORM = 0x100;
const RDHUP = 0x2000;
/** EPOLLET and EPOLLONESHOT */
const TOLD_ONCE = 0xc000_0000;
/** With one of these the connection has ended, one way or both: only then does Linux say otherwise than Windows. */
const ENDED = ERR | HUP | RDHUP;

/** ms until a socket is looked at again that Linux calls ready, and the platform does not. */
const LOOK_AGAIN_MS = 10;
const MOST_POLLFDS = 65_536;
const MOST_EPOLL_EVENTS = 4096;
const MOST_LOST = 1000;

/** Answers poll and epoll_wait. */
export class Readiness {
  readonly #of: ReadinessOf;
  readonly #ready: Ready;
  readonly #ask: AskReadiness;
  /** Events of epoll that a signal has kept from the program, by process and descriptor. */
  readonly #lost = new Map<string, readonly Buffer[]>();

  constructor(of: ReadinessOf, ready: Ready, ask: AskReadiness) {
    this.#of = of;
    this.#ready = ready;
    this.#ask = ask;
  }

  /** undefined where the kernel is to answer: it waits with another signal mask, which only the kernel can, or the arguments are wrong. */
  answer(call: Intercepted): Reply | undefined {
    const wait = waitOf(call);
    if (wait === undefined) return undefined;
    const deadline = wait.ms < 0 ? Number.POSITIVE_INFINITY : performance.now() + wait.ms;
    const look = this.#lookOf(call, wait);
    return look && answered(look, deadline);
  }

  #lookOf(call: Intercepted, wait: Wait): Look | undefined {
    switch (wait.kind) {
      case 'select':
        return this.#select(call, wait);
      case 'poll':
        return this.#poll(call, wait);
      case 'epoll':
        return this.#epoll(call, wait);
    }
  }

  #select(call: Intercepted, { count, sets }: Select): Look | undefined {
    const bytes = Math.ceil(count / 64) * 8;
    const asked = sets.map((address) => (address === 0 ? undefined : call.read(address, bytes)));
    if (asked.some((set) => set !== undefined && set.length < bytes)) return undefined;
    const isIn = (set: Uint8Array | undefined, fd: number) => set !== undefined && ((set[fd >> 3] as number) & (1 << (fd & 7))) !== 0;
    const descriptors = Array.from({ length: count }, (_, fd) => fd).filter((fd) => asked.some((set) => isIn(set, fd)));
    const own = Buffer.alloc(descriptors.length * POLLFD_BYTES);
    for (const [i, fd] of descriptors.entries()) {
      const copy = call.descriptor(fd);
      // EBADF: the kernel says so. Or it cannot be copied.
      if (copy === undefined) return undefined;
      own.writeInt32LE(copy, i * POLLFD_BYTES);
      own.writeInt16LE(RDHUP | (isIn(asked[0], fd) ? IN : 0) | (isIn(asked[1], fd) ? OUT : 0) | (isIn(asked[2], fd) ? PRI : 0), i * POLLFD_BYTES + 4);
    }
    return () => {
      if (!this.#ready.poll(own)) return undefined;
      const found = asked.map((set) => set && Buffer.alloc(bytes));
      let ready = 0;
      let dropped = false;
      for (const [i, fd] of descriptors.entries()) {
        const kernel = own.readInt16LE(i * POLLFD_BYTES + 6);
        const [isReadable, isWritable, isSpecial] = this.#selected(call, fd, kernel);
        let isReady = false;
        for (const [set, is] of [isReadable, isWritable, isSpecial].entries()) {
          if (!is || !isIn(asked[set], fd)) continue;
          (found[set] as Buffer)[fd >> 3] = ((found[set] as Buffer)[fd >> 3] as number) | (1 << (fd & 7));
          ready++;
          isReady = true;
        }
        dropped ||= kernel !== 0 && !isReady;
      }
      return { ready, dropped, waitsFor: own, give: () => found.every((set, i) => set === undefined || call.write(sets[i] as number, set)) };
    };
  }

  /** Which of the three sets hold it: what the kernel's own select makes of poll's bits (fs/select.c), where the model says nothing. */
  #selected(call: Intercepted, descriptor: number, kernel: number): readonly [boolean, boolean, boolean] {
    const token = kernel & ENDED ? this.#ask(call, descriptor, 'select') : undefined;
    if (token?.type === 'select') return [token.read, token.write, token.except];
    return [(kernel & (IN | HUP | ERR)) !== 0, (kernel & (OUT | ERR)) !== 0, (kernel & PRI) !== 0];
  }

  #poll(call: Intercepted, { address, count }: Poll): Look | undefined {
    const program = call.read(address, count * POLLFD_BYTES);
    if (program.length < count * POLLFD_BYTES) return undefined;
    const own = Buffer.from(program);
    for (let at = 0; at < own.length; at += POLLFD_BYTES) {
      const descriptor = own.readInt32LE(at);
      const copy = descriptor < 0 ? -1 : call.descriptor(descriptor);
      // POLLNVAL: the kernel says so. Or it cannot be copied.
      if (copy === undefined) return undefined;
      own.writeInt32LE(copy, at);
      own.writeInt16LE(own.readInt16LE(at + 4) | RDHUP, at + 4);
    }
    return () => {
      if (!this.#ready.poll(own)) return undefined;
      let ready = 0;
      let dropped = false;
      const answer = Buffer.from(program);
      for (let at = 0; at < own.length; at += POLLFD_BYTES) {
        const descriptor = answer.readInt32LE(at);
        const kernel = own.readInt16LE(at + 6);
        const asked = answer.readInt16LE(at + 4);
        // RDHUP is told here, and to the program where it has asked for it.
        const events = this.#translated(call, descriptor, kernel, asked) & (asked | ERR | HUP | NVAL);
        answer.writeInt16LE(events, at + 6);
        if (events !== 0) ready++;
        else if (kernel !== 0) dropped = true;
      }
      return { ready, dropped, waitsFor: own, give: () => call.write(address, answer) };
    };
  }

  #epoll(call: Intercepted, { instance, address, most }: Epoll): Look | undefined {
    const copy = call.descriptor(instance);
    if (copy === undefined) return undefined;
    const found = Buffer.alloc(Math.min(most, MOST_EPOLL_EVENTS) * EPOLL_EVENT.bytes);
    const waitsFor = pollfd(copy);
    const untaken = `${call.process} ${instance}`;
    return () => {
      const lost = this.#untaken(untaken, copy, most);
      if (lost.length > 0) return this.#told(call, address, untaken, lost, { waitsFor, dropped: false });
      const count = this.#ready.epoll(copy, found);
      if (count < 0) return undefined;
      const kept: Buffer[] = [];
      let registered: ReadonlyMap<bigint, Registered> | undefined;
      for (let i = 0; i < count; i++) {
        const event = found.subarray(i * EPOLL_EVENT.bytes, (i + 1) * EPOLL_EVENT.bytes);
        const kernel = event.readUInt32LE(0);
        if (kernel & ENDED) {
          registered ??= registeredWith(copy);
          const one = registered.get(event.readBigUInt64LE(EPOLL_EVENT.data));
          if (one !== undefined) event.writeUInt32LE(this.#translated(call, one.descriptor, kernel, one.events), 0);
        }
        if (event.readUInt32LE(0) !== 0) kept.push(Buffer.from(event));
      }
      return this.#told(call, address, untaken, kept, { waitsFor, dropped: kept.length < count });
    };
  }

  /** What of epoll's events could not be given to the program: they are the next call's. */
  #told(call: Intercepted, address: number, untaken: string, events: readonly Buffer[], how: Pick<Looked, 'waitsFor' | 'dropped'>): Looked {
    const lost = () => {
      if (this.#lost.size >= MOST_LOST) this.#lost.clear();
      this.#lost.set(untaken, [...(this.#lost.get(untaken) ?? []), ...events].slice(-MOST_EPOLL_EVENTS));
    };
    const give = () => {
      if (events.length === 0 || call.write(address, Buffer.concat(events))) return true;
      lost();
      return false;
    };
    return { ready: events.length, give, lost, ...how };
  }

  /** Events that an earlier call has taken, and the program never got: those alone that the kernel tells once, of what is still watched. */
  #untaken(untaken: string, copy: number, most: number): readonly Buffer[] {
    const events = this.#lost.get(untaken);
    if (events === undefined) return [];
    this.#lost.delete(untaken);
    const registered = registeredWith(copy);
    const once = events.filter((event) => ((registered.get(event.readBigUInt64LE(EPOLL_EVENT.data))?.events ?? 0) & TOLD_ONCE) !== 0);
    if (once.length > most) this.#lost.set(untaken, once.slice(most));
    return once.slice(0, most);
  }

  /** The bits that the program is given for those that the kernel gives. */
  #translated(call: Intercepted, descriptor: number, kernel: number, asked: number): number {
    if ((kernel & ENDED) === 0) return kernel;
    const token = this.#ask(call, descriptor, this.#of === 'select' ? 'select' : 'poll');
    if (token?.type === 'select') return ((token.read ? IN | RDNORM : 0) | (token.write ? OUT | WRNORM : 0) | (token.except ? PRI : 0)) & asked;
    if (token?.type !== 'poll') return kernel;
    const has = (event: 'IN' | 'OUT' | 'ERR' | 'HUP' | 'PRI') => token.events.includes(event);
    const wanted = ((has('IN') ? IN | RDNORM : 0) | (has('OUT') ? OUT | WRNORM : 0) | (has('PRI') ? PRI : 0)) & asked;
    return wanted | (has('ERR') ? ERR : 0) | (has('HUP') ? HUP : 0);
  }
}

/** What is ready at a moment, by the platform. undefined where the kernel is to answer. */
type Look = () => Looked | undefined;
interface Looked {
  readonly ready: number;
  /** Linux calls something ready that the platform does not. */
  readonly dropped: boolean;
  /** struct pollfd of each descriptor that tells when to look again. */
  readonly waitsFor: Uint8Array;
  /** Writes it to the program's memory. */
  give(): boolean;
  /** It was written, and the program does not know. */
  readonly lost?: () => void;
}

function answered(look: Look, deadline: number): Reply | undefined {
  const looked = look();
  if (looked === undefined) return undefined;
  if (looked.ready > 0 || performance.now() >= deadline) {
    if (!looked.give()) return { type: 'fails', errno: EFAULT };
    return { type: 'returns', ret: looked.ready, ...(looked.lost && { lost: looked.lost }) };
  }
  const waiting: Waiting = {
    descriptors: looked.dropped ? NONE : looked.waitsFor,
    until: looked.dropped ? Math.min(deadline, performance.now() + LOOK_AGAIN_MS) : deadline,
    again: () => answered(look, deadline) ?? CONTINUE,
  };
  return { type: 'waits', waiting };
}

const EFAULT = 14;
const NONE = new Uint8Array();

type Wait = Select | Poll | Epoll;
interface Select {
  readonly kind: 'select';
  readonly count: number;
  /** Where they are: of reading, writing, and what is exceptional; 0 for none. */
  readonly sets: readonly number[];
  readonly ms: number;
}
interface Poll {
  readonly kind: 'poll';
  readonly address: number;
  readonly count: number;
  /** Negative: for ever. */
  readonly ms: number;
}
interface Epoll {
  readonly kind: 'epoll';
  readonly instance: number;
  readonly address: number;
  readonly most: number;
  readonly ms: number;
}

function waitOf(call: Intercepted): Wait | undefined {
  const [first, second, third, fourth, fifth] = call.args as [number, number, number, number, number];
  const poll = (ms: number | undefined): Poll | undefined =>
    ms === undefined || second > MOST_POLLFDS ? undefined : { kind: 'poll', address: first, count: second, ms };
  const epoll = (ms: number | undefined): Epoll | undefined =>
    ms === undefined || (third | 0) <= 0 ? undefined : { kind: 'epoll', instance: first | 0, address: second, most: third | 0, ms };
  const select = (ms: number | undefined): Select | undefined =>
    ms === undefined || (first | 0) < 0 || (first | 0) > MOST_POLLFDS ? undefined : { kind: 'select', count: first | 0, sets: [second, third, fourth], ms };
  switch (call.call) {
    case 'select':
      return select(time(call, fifth, 1e3));
    case 'pselect6':
      return hasMask(call, call.args[5] as number) ? undefined : select(time(call, fifth, 1e6));
    case 'poll':
      return poll(third | 0);
    case 'ppoll':
      return fourth === 0 ? poll(time(call, third, 1e6)) : undefined;
    case 'epoll_wait':
      return epoll(fourth | 0);
    case 'epoll_pwait':
      return fifth === 0 ? epoll(fourth | 0) : undefined;
    case 'epoll_pwait2':
      return fifth === 0 ? epoll(time(call, fourth, 1e6)) : undefined;
    default:
      return undefined;
  }
}

/** pselect6's last argument: where a mask is, and its size. */
function hasMask(call: Intercepted, address: number): boolean {
  return address !== 0 && call.read(address, 8).some((byte) => byte !== 0);
}

/** In ms; for ever where there is none; undefined for what the kernel refuses. The second half of a timespec counts nanoseconds, that of a timeval microseconds. */
function time(call: Intercepted, address: number, fractionsPerMs: number): number | undefined {
  if (address === 0) return -1;
  const bytes = call.read(address, 16);
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const [seconds, fractions] = [view.getBigInt64(0, true), view.getBigInt64(8, true)].map(Number) as [number, number];
  return seconds < 0 || fractions < 0 || fractions >= fractionsPerMs * 1000 ? undefined : seconds * 1000 + fractions / fractionsPerMs;
}

function pollfd(descriptor: number): Uint8Array {
  const fd = Buffer.alloc(POLLFD_BYTES);
  fd.writeInt32LE(descriptor, 0);
  fd.writeInt16LE(IN, 4);
  return fd;
}

interface Registered {
  readonly descriptor: number;
  readonly events: number;
}

/** What an epoll instance watches, by the data that its events carry: /proc's fdinfo has both, and the descriptor's number in the program. */
function registeredWith(instance: number): ReadonlyMap<bigint, Registered> {
  const lines = readFileSync(`/proc/self/fdinfo/${instance}`, 'latin1').matchAll(/^tfd:\s+(\d+)\s+events:\s+([0-9a-f]+)\s+data:\s+([0-9a-f]+)/gm);
  return new Map([...lines].map(([, tfd, events, data]) => [BigInt(`0x${data}`), { descriptor: Number(tfd), events: Number.parseInt(events as string, 16) }]));
}
