import { failureOf, POLL } from '../language/call.ts';
import { printToken } from '../language/token.ts';
import { EPOLL_EVENT, POLLFD_BYTES } from '../native-bindings/linux/waits.ts';
import type { Intercepted, Reply } from './intercepted.ts';
import type { ReadyDescriptor, RecordedCall } from './recorded-call.ts';
import { NAMES } from './recorded-socket-call.ts';

type Line = Omit<RecordedCall, 'at' | 'process' | 'thread'>;
/** What was written to the program, by address. */
type Writes = ReadonlyMap<number, Uint8Array>;

/** What a recording says of poll, select, epoll_wait and their like: `writes` have the structures that the program was given. */
export function readinessLine({ call: syscall, args }: Intercepted, reply: Reply, writes: Writes): Line {
  const { call, args: named, ready } = asked(syscall, args);
  const line = { call, syscall, args: named };
  if (reply.type === 'fails') {
    const name = failureOf(POLL, { ret: -1, code: reply.errno, us: 0 }, NAMES) as string;
    return { ...line, answered: 'model', ret: -1, code: reply.errno, name, token: name };
  }
  if (reply.type !== 'returns') return { ...line, answered: 'unseen', why: 'not looked at' };
  return { ...line, answered: 'model', ret: reply.ret, code: 0, ready: reply.ret === 0 ? [] : ready(writes) };
}

interface Asked extends Pick<RecordedCall, 'call' | 'args'> {
  ready(writes: Writes): ReadyDescriptor[];
}

/** Times are there where they are an argument, and not in memory. */
function asked(syscall: string, args: readonly number[]): Asked {
  const [first, second, third, fourth] = args as [number, number, number, number];
  switch (syscall) {
    case 'poll':
      return { call: 'poll', args: { descriptors: second, timeout: third | 0 }, ready: (writes) => readyOfPoll(bytesAt(writes, first)) };
    case 'ppoll':
      return { call: 'poll', args: { descriptors: second }, ready: (writes) => readyOfPoll(bytesAt(writes, first)) };
    case 'select':
    case 'pselect6':
      return { call: 'select', args: { descriptors: first | 0 }, ready: (writes) => readyOfSelect([second, third, fourth].map((at) => bytesAt(writes, at))) };
    case 'epoll_pwait2':
      return { call: 'epoll_wait', args: { epoll: first | 0, most: third | 0 }, ready: (writes) => readyOfEpoll(bytesAt(writes, second)) };
    default:
      return {
        call: 'epoll_wait',
        args: { epoll: first | 0, most: third | 0, timeout: fourth | 0 },
        ready: (writes) => readyOfEpoll(bytesAt(writes, second)),
      };
  }
}

function bytesAt(writes: Writes, address: number): Buffer {
  const bytes = writes.get(address);
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function readyOfPoll(bytes: Buffer): ReadyDescriptor[] {
  const ready: ReadyDescriptor[] = [];
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) {
    const revents = bytes.readInt16LE(at + 6);
    if (revents !== 0) ready.push({ descriptor: bytes.readInt32LE(at), token: eventsToken(revents) });
  }
  return ready;
}

function readyOfSelect(sets: readonly Buffer[]): ReadyDescriptor[] {
  const ready: ReadyDescriptor[] = [];
  const count = 8 * Math.max(...sets.map(({ length }) => length));
  for (let descriptor = 0; descriptor < count; descriptor++) {
    const [read = false, write = false, except = false] = sets.map((set) => ((set[descriptor >> 3] ?? 0) & (1 << (descriptor & 7))) !== 0);
    if (read || write || except) ready.push({ descriptor, token: printToken({ type: 'select', read, write, except }) });
  }
  return ready;
}

/** Which descriptor each is of the program alone knows: it has what it was registered with. */
function readyOfEpoll(bytes: Buffer): ReadyDescriptor[] {
  const ready: ReadyDescriptor[] = [];
  for (let at = 0; at < bytes.length; at += EPOLL_EVENT.bytes)
    ready.push({ data: String(bytes.readBigUInt64LE(at + EPOLL_EVENT.data)), token: eventsToken(bytes.readUInt32LE(at)) });
  return ready;
}

/** The bits of poll and epoll_wait are the same. */
function eventsToken(bits: number): string {
  return printToken({ type: 'poll', events: NAMES.pollEvents.filter(([, bit]) => (bits & bit) !== 0).map(([event]) => event) });
}
