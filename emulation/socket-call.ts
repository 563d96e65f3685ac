import type { Direction } from '../language/call.ts';
import type { Intercepted } from './intercepted.ts';
import { MSG } from './message-flags.ts';
import type { SyscallName } from './syscalls.ts';

/** What a system call asks of a socket, whichever of its many forms it has. */
export type SocketCall =
  | {
      readonly does: 'recv';
      readonly length: number;
      readonly peek: boolean;
      readonly waitall: boolean;
      readonly nonBlocking: boolean;
      /** It returns a number of messages, not of bytes. */
      readonly counts: boolean;
    }
  | { readonly does: 'send'; readonly length: number; readonly nonBlocking: boolean; readonly counts: boolean }
  | { readonly does: 'so_error'; readonly value: number; readonly size: number }
  | { readonly does: 'shutdown'; readonly direction: Direction }
  /** FIONREAD */
  | { readonly does: 'readable'; readonly value: number }
  | { readonly does: 'getpeername'; readonly address: number; readonly size: number };

const RECEIVES: readonly SyscallName[] = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'];
export const SENDS: readonly SyscallName[] = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg'];
/** The calls that may be one of these. */
export const SOCKET_CALLS: readonly SyscallName[] = [...RECEIVES, ...SENDS, 'getsockopt', 'shutdown', 'ioctl', 'getpeername'];

/** asm-generic/socket.h */
const SOL_SOCKET = 1;
const SO_ERROR = 4;
/** asm-generic/ioctls.h */
const FIONREAD = 0x541b;
/** SHUT_RD, SHUT_WR, SHUT_RDWR */
export const DIRECTIONS: readonly Direction[] = ['read', 'write', 'both'];

/** struct msghdr and struct iovec of 64 bits. */
const MSG_IOV = 16;
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
/** UIO_MAXIOV */
const MOST_IOVECS = 1024;
/** MAX_RW_COUNT (linux/fs.h): no call moves more. */
const MOST_MOVED = 0x7fff_f000;

/** Whether a call is one of them, where it is on a socket: of the options it is SO_ERROR alone, of ioctl's requests FIONREAD. */
export function isSocketCall({ call, args }: Pick<Intercepted, 'call' | 'args'>): boolean {
  const [, second, third] = args as [number, number, number];
  if (call === 'ioctl') return (second | 0) === FIONREAD;
  if (call === 'getsockopt') return (second | 0) === SOL_SOCKET && (third | 0) === SO_ERROR;
  return SOCKET_CALLS.includes(call);
}

/** undefined for what no model speaks of: urgent data, the error queue, other options, arguments that the kernel refuses. */
export function socketCall(intercepted: Intercepted): SocketCall | undefined {
  const { call, args } = intercepted;
  const [, second, third, fourth, fifth] = args as [number, number, number, number, number, number];
  switch (call) {
    case 'read':
      return received(third, 0);
    case 'readv':
      return received(bytesOf(intercepted, second, third), 0);
    case 'recvfrom':
      return received(third, fourth);
    case 'recvmsg':
      return received(bytesOfMessage(intercepted, second), third);
    case 'recvmmsg':
      return received(bytesOfMessage(intercepted, second), fourth, true);
    case 'write':
      return sent(third, 0);
    case 'writev':
      return sent(bytesOf(intercepted, second, third), 0);
    case 'sendto':
      return sent(third, fourth);
    case 'sendmsg':
      return sent(bytesOfMessage(intercepted, second), third);
    case 'sendmmsg':
      return sent(bytesOfMessage(intercepted, second), fourth, true);
    case 'getsockopt':
      return isSocketCall(intercepted) ? { does: 'so_error', value: fourth, size: fifth } : undefined;
    case 'shutdown': {
      const direction = DIRECTIONS[second | 0];
      return direction && { does: 'shutdown', direction };
    }
    case 'ioctl':
      return isSocketCall(intercepted) ? { does: 'readable', value: third } : undefined;
    case 'getpeername':
      return { does: 'getpeername', address: second, size: third };
    default:
      return undefined;
  }
}

function received(length: number | undefined, flags: number, counts = false): SocketCall | undefined {
  if (length === undefined || length < 0 || flags & (MSG.OOB | MSG.ERRQUEUE)) return undefined;
  return { does: 'recv', length, peek: (flags & MSG.PEEK) !== 0, waitall: (flags & MSG.WAITALL) !== 0, nonBlocking: (flags & MSG.DONTWAIT) !== 0, counts };
}

function sent(length: number | undefined, flags: number, counts = false): SocketCall | undefined {
  if (length === undefined || length < 0 || flags & MSG.OOB) return undefined;
  return { does: 'send', length: Math.min(length, MOST_MOVED), nonBlocking: (flags & MSG.DONTWAIT) !== 0, counts };
}

function bytesOfMessage(intercepted: Intercepted, address: number): number | undefined {
  const header = view(intercepted.read(address, MSGHDR_BYTES));
  if (header.byteLength < MSGHDR_BYTES) return undefined;
  return bytesOf(intercepted, Number(header.getBigUint64(MSG_IOV, true)), Number(header.getBigUint64(MSG_IOV + 8, true)));
}

/** The sum of a vector's lengths; undefined for what the kernel refuses, of each length too. */
function bytesOf(intercepted: Intercepted, address: number, count: number): number | undefined {
  if (count < 0 || count > MOST_IOVECS) return undefined;
  const vector = view(intercepted.read(address, count * IOVEC_BYTES));
  if (vector.byteLength < count * IOVEC_BYTES) return undefined;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const length = Number(vector.getBigInt64(i * IOVEC_BYTES + 8, true));
    if (length < 0) return undefined;
    sum += length;
  }
  return sum;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
