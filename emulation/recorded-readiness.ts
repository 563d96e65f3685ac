import { failureOf, POLL } from '../language/call.ts';
import { printToken } from '../language/token.ts';
import { EPOLL_EVENT, POLLFD_BYTES } from '../native-bindings/linux/waits.ts';
import type { Intercepted, Reply } from './intercepted.ts';
import type { ReadyDescriptor, RecordedCall } from './recorded-call.ts';
import { NAMES } from './recorded-socket-call.ts';

/** What a recording says of poll, epoll_wait and their like: `written` are the structures that the program was given. */
export function readinessLine(intercepted: Intercepted, reply: Reply, written: Uint8Array | undefined): Omit<RecordedCall, 'at' | 'process' | 'thread'> {
  const { call: syscall, args } = intercepted;
  const isPoll = syscall === 'poll' || syscall === 'ppoll';
  const line = { call: isPoll ? ('poll' as const) : ('epoll_wait' as const), syscall, args: argsOf(syscall, args) };
  if (reply.type === 'fails') {
    const answer = { ret: -1, code: reply.errno, us: 0 };
    const name = failureOf(POLL, answer, NAMES) as string;
    return { ...line, answered: 'model', ret: -1, code: reply.errno, name, token: name };
  }
  if (reply.type !== 'returns') return { ...line, answered: 'unseen', why: 'not looked at' };
  const bytes = reply.ret === 0 || written === undefined ? Buffer.alloc(0) : Buffer.from(written.buffer, written.byteOffset, written.length);
  return { ...line, answered: 'model', ret: reply.ret, code: 0, ready: isPoll ? readyOfPoll(bytes) : readyOfEpoll(bytes) };
}

function argsOf(syscall: string, args: readonly number[]): RecordedCall['args'] {
  const [first, second, third, fourth] = args as [number, number, number, number];
  switch (syscall) {
    case 'poll':
      return { descriptors: second, timeout: third | 0 };
    case 'ppoll':
      return { descriptors: second };
    case 'epoll_pwait2':
      return { epoll: first | 0, most: third | 0 };
    default:
      return { epoll: first | 0, most: third | 0, timeout: fourth | 0 };
  }
}

function readyOfPoll(bytes: Buffer): ReadyDescriptor[] {
  const ready: ReadyDescriptor[] = [];
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) {
    const revents = bytes.readInt16LE(at + 6);
    if (revents !== 0) ready.push({ descriptor: bytes.readInt32LE(at), token: eventsToken(revents) });
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
