import { type Call, FIONREAD, failureOf, GETPEERNAME, type Names, recvCall, SO_ERROR, sendCall, shutdownCall, tokenOf } from '../language/call.ts';
import { POLL_EVENTS } from '../native-bindings/posix/constants.ts';
import { codes } from '../platforms/codes.ts';
import type { Intercepted, Reply } from './intercepted.ts';
import { flagNames, MSG } from './message-flags.ts';
import type { Performed } from './performed.ts';
import type { RecordedCall, RecordedName, Unseen } from './recorded-call.ts';
import { DIRECTIONS, SENDS, socketCall } from './socket-call.ts';
import type { SyscallName } from './syscalls.ts';

export const NAMES: Names = {
  nameOf: (code) => codes.socketCode('linux', code)?.name,
  statusOf: () => undefined,
  pollEvents: POLL_EVENTS,
};

/** Where each has its flags; undefined for those without. */
const FLAGS: Partial<Record<SyscallName, number>> = { recvfrom: 3, recvmsg: 2, recvmmsg: 3, sendto: 3, sendmsg: 2, sendmmsg: 3 };

interface Answer {
  readonly reply: Reply;
  /** Where the reply is to go on. */
  readonly performed: Performed | Unseen | undefined;
  readonly isStream: boolean;
  /** What the answerer wrote to the program. */
  readonly written: Uint8Array | undefined;
  /** Behind the reply. */
  readonly rule: string | undefined;
}

/** What a recording says of a call and its answer. */
export function socketCallLine(intercepted: Intercepted, { reply, performed, isStream, written, rule }: Answer): Omit<RecordedCall, AddedLater> {
  const { call: syscall, args } = intercepted;
  const made = madeWith(intercepted, isStream);
  const line = { descriptor: (args[0] as number) | 0, call: made.name, syscall, args: made.args };
  if (typeof performed === 'string') return { ...line, answered: 'unseen', why: performed };
  if (performed !== undefined) {
    const { ret, code, us, value } = performed;
    return { ...line, answered: 'kernel', ...result(made.as, { ret, code }, value), us: Math.round(us * 10) / 10 };
  }
  const code = reply.type === 'fails' ? reply.errno : 0;
  const ret = reply.type === 'returns' ? reply.ret : -1;
  return { ...line, answered: 'model', ...result(made.as, { ret, code }, i32(written)), ...(rule !== undefined && { rule }) };
}

type AddedLater = 'at' | 'process' | 'thread' | 'socket';

function result(call: Call, { ret, code }: { readonly ret: number; readonly code: number }, value: number | undefined): Partial<RecordedCall> {
  const out = value === undefined ? {} : call.call === 'getsockopt' ? { out: { value } } : call.call === 'FIONREAD' ? { out: { bytes: value } } : {};
  const answer = { ret, code, us: 0, ...out };
  const name = failureOf(call, answer, NAMES);
  return { ret, code, ...(name !== undefined && { name }), ...out, token: name ?? tokenOf(call, answer, NAMES) };
}

interface Made {
  readonly name: RecordedName;
  readonly args: RecordedCall['args'];
  /** How its answer is spelled. */
  readonly as: Call;
}

function madeWith(intercepted: Intercepted, isStream: boolean): Made {
  const { call, args } = intercepted;
  if (call === 'getsockopt') return { name: 'getsockopt', args: SO_ERROR.args, as: SO_ERROR };
  if (call === 'getpeername') return { name: 'getpeername', args: GETPEERNAME.args, as: GETPEERNAME };
  if (call === 'ioctl') return { name: 'FIONREAD', args: FIONREAD.args, as: FIONREAD };
  const second = args[1] as number;
  if (call === 'shutdown') {
    const how = DIRECTIONS[second | 0];
    return { name: 'shutdown', args: { how: how ?? second | 0 }, as: shutdownCall(how ?? 'both') };
  }
  const bits = (args[FLAGS[call] ?? 6] ?? 0) | 0;
  const length = lengthOf(intercepted);
  const of = { ...(length !== undefined && { length }), flags: flagNames(bits) };
  if (SENDS.includes(call)) return { name: 'send', args: of, as: sendCall(length ?? 0) };
  const as = recvCall(length ?? 1, { stream: isStream && (bits & MSG.OOB) === 0 });
  return { name: 'recv', args: { buffer: second === 0 ? 'NULL' : 'given', ...of }, as };
}

/** undefined where its vector cannot be read. */
function lengthOf(intercepted: Intercepted): number | undefined {
  const { call, args } = intercepted;
  if (call === 'read' || call === 'write' || call === 'recvfrom' || call === 'sendto') return args[2];
  const asks = socketCall(intercepted);
  return asks !== undefined && 'length' in asks ? asks.length : undefined;
}

function i32(bytes: Uint8Array | undefined): number | undefined {
  return bytes === undefined || bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}
