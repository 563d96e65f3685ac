import { type Calls, endModel, rulesOf, type Wire } from '../../language/model.ts';
import type { PollEvent } from '../../language/token.ts';
import { code, data, ended, OK, poll, readable, selectOf, sent } from '../answers.ts';
import { type Sock, shut, sockError, sockRules } from './sock.ts';

/** An AF_UNIX stream socket. */
export interface LinuxUnix extends Sock {
  state: 'CLOSE' | 'LISTEN' | 'ESTABLISHED';
  /** Whether a connection waits to be accepted. */
  waiting: boolean;
  wasAccepted: boolean;
  /** How many pieces have arrived since nothing was unread: each takes some of the sender's buffer. */
  pieces: number;
}

const on = rulesOf<LinuxUnix>();
const measured = 'measured';

const RECV = 'net/unix/af_unix.c unix_stream_read_generic()';
const SEND = 'net/unix/af_unix.c unix_stream_sendmsg()';
const RELEASE = 'net/unix/af_unix.c unix_release_sock()';
const SHUTDOWN = 'net/unix/af_unix.c unix_shutdown()';

/** poll's OUT goes when a quarter of the sender's buffer (208 KiB where nothing was set) is unread: unix_writable(). */
const WRITABLE = 48 * 1024;
/** What a piece takes of it beside its bytes, at most. */
const PIECE = 1024;

export const linuxUnix = endModel<LinuxUnix>({
  fresh: (opening) => ({
    blocking: false,
    rcvtimeo: 0,
    unread: 0,
    state: opening === 'connected' ? 'ESTABLISHED' : opening === 'listening' ? 'LISTEN' : 'CLOSE',
    err: undefined,
    rcvShutdown: false,
    sendShutdown: false,
    waiting: false,
    closed: false,
    wasAccepted: opening === 'connected',
    pieces: 0,
  }),
  isFull: ({ unread, pieces }) => unread + pieces * PIECE > WRITABLE,
  rules: [
    ...sockRules('unix'),

    ...on('recv', [
      {
        name: 'unix recv: not connected',
        when: (s) => s.state !== 'ESTABLISHED',
        does: () => code('EINVAL'),
        source: [`${RECV}: EINVAL unless ESTABLISHED`],
        evidence: measured,
      },
      {
        name: 'unix recv: MSG_WAITALL waits for the rest',
        when: (s, argument) => isPartOf(s, argument) && s.blocking && s.rcvtimeo === 0 && !s.rcvShutdown,
        does: () => undefined,
        source: [`${RECV}: goes on while copied < target`],
        evidence: measured,
      },
      {
        name: 'unix recv: MSG_WAITALL with a part loses sk_err',
        when: (s, argument) => isPartOf(s, argument) && s.err !== undefined,
        does: (s, argument) => {
          s.err = undefined;
          return data(s, argument);
        },
        source: [`${RECV}: looks for the rest, takes sock_error(), and returns what was copied`],
        evidence: measured,
      },
      {
        name: 'unix recv: what is queued',
        when: (s) => s.unread > 0,
        does: (s, argument) => {
          const token = data(s, argument);
          if (s.unread === 0) s.pieces = 0;
          return token;
        },
        source: [`${RECV}: the receive queue first`],
        evidence: measured,
      },
      {
        name: 'unix recv: sk_err, taken once',
        when: (s) => s.err !== undefined,
        does: sockError,
        source: [`${RECV}: sock_error() before RCV_SHUTDOWN`],
        evidence: measured,
      },
      {
        name: 'unix recv: the receiving side is shut, by either end',
        when: (s) => s.rcvShutdown,
        does: (_, argument) => ended(argument),
        source: [`${RECV}: RCV_SHUTDOWN`],
        evidence: measured,
      },
      {
        name: 'unix recv: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: ['net/unix/af_unix.c unix_stream_data_wait()'],
        evidence: measured,
      },
      { name: 'unix recv: nothing there', does: () => code('EAGAIN'), source: [`${RECV}: EAGAIN where there is no time left`], evidence: measured },
    ]),

    ...on('send', [
      {
        name: 'unix send: not connected',
        when: (s) => s.state !== 'ESTABLISHED',
        does: () => code('ENOTCONN'),
        source: [`${SEND}: ENOTCONN without a peer`],
        evidence: measured,
      },
      {
        name: 'unix send: the sending side is shut, by either end',
        when: (s) => s.sendShutdown,
        does: () => code('EPIPE'),
        source: [`${SEND}: EPIPE with SEND_SHUTDOWN; sk_err is not looked at`],
        evidence: measured,
      },
      {
        name: 'unix send: queued at the peer',
        does: (_, { length }, wire) => {
          if (length > 0) wire.push({ type: 'data', bytes: length });
          return sent(length);
        },
        source: [SEND],
        evidence: measured,
      },
    ]),

    ...on('poll', [
      {
        name: 'unix poll: its state, sk_shutdown, sk_err and the queue',
        does: (s) => poll(...events(s)),
        source: ['net/unix/af_unix.c unix_poll(): HUP with both sides shut or in CLOSE; IN with RCV_SHUTDOWN, data or a connection; OUT unless LISTEN'],
        evidence: measured,
      },
    ]),
    ...on('select', [{ name: 'unix select: what poll says', does: (s) => selectOf(events(s)), source: ['fs/select.c do_select()'], evidence: measured }]),
    ...on('getpeername', [
      {
        name: 'unix getpeername: not connected',
        when: (s) => s.state !== 'ESTABLISHED',
        does: () => code('ENOTCONN'),
        source: ['net/unix/af_unix.c unix_getname(): ENOTCONN without a peer; one that closed is still there'],
        evidence: measured,
      },
    ]),
    ...on(
      ['getpeername', 'getsockname'],
      [{ name: 'unix getpeername, getsockname', does: () => OK, source: ['net/unix/af_unix.c unix_getname()'], evidence: measured }],
    ),
    ...on('readable', [
      {
        name: 'unix FIONREAD: a listener',
        when: (s) => s.state === 'LISTEN',
        does: () => code('EINVAL'),
        source: ['net/unix/af_unix.c unix_inq_len(): EINVAL in LISTEN'],
        evidence: measured,
      },
      { name: 'unix FIONREAD: what is queued', does: (s) => readable(s.unread), source: ['net/unix/af_unix.c unix_inq_len()'], evidence: measured },
    ]),

    ...on('shutdown', [
      {
        name: 'unix shutdown: both ends',
        does: (s, { direction }, wire) => {
          shut(s, direction);
          if (s.state === 'ESTABLISHED') tell(wire, direction !== 'read', direction !== 'write');
          return OK;
        },
        source: [`${SHUTDOWN}: the other way round at the peer; 0 without one too`],
        evidence: measured,
      },
    ]),

    ...on('connect', [
      { name: 'unix connect: refused', when: (_, { refused }) => refused, unknown: 'which path nobody listens on is not said: ECONNREFUSED, or ENOENT' },
      { name: 'unix connect: to a peer without an address', when: (s) => s.wasAccepted, unknown: 'P, which connected, has no address of its own' },
      {
        name: 'unix connect: is connected',
        when: (s) => s.state === 'ESTABLISHED',
        does: () => code('EISCONN'),
        source: ['net/unix/af_unix.c unix_stream_connect(): EISCONN in ESTABLISHED'],
        evidence: measured,
      },
      {
        name: 'unix connect: is connected at once',
        does: (s, { refused }, wire) => {
          s.state = 'ESTABLISHED';
          wire.push({ type: 'syn', refused });
          if (s.rcvShutdown) tell(wire, false, true);
          return OK;
        },
        source: ['net/unix/af_unix.c unix_stream_connect()', `${SEND}: EPIPE also where the peer's RCV_SHUTDOWN is set`],
        evidence: measured,
      },
    ]),
    ...on('connection', [
      {
        name: 'arrives: a unix connection where nobody listens',
        when: (s) => s.state !== 'LISTEN' || s.closed || s.rcvShutdown,
        unknown: 'S does not listen any more',
      },
      {
        name: 'arrives: a unix connection',
        does: (s) => {
          s.waiting = true;
          return undefined;
        },
        source: ['net/unix/af_unix.c unix_stream_connect()'],
        evidence: measured,
      },
    ]),
    ...on('accept', [
      {
        name: 'unix accept: no listener',
        when: (s) => s.state !== 'LISTEN',
        does: () => code('EINVAL'),
        source: ['net/unix/af_unix.c unix_accept(): EINVAL unless LISTEN'],
        evidence: measured,
      },
      { name: 'unix accept: the connection', when: (s) => s.waiting, does: () => OK, source: ['net/unix/af_unix.c unix_accept()'], evidence: measured },
      {
        name: 'unix accept: the receiving side is shut, where it would wait',
        when: (s) => s.rcvShutdown && s.blocking,
        does: () => code('EINVAL'),
        source: ['net/unix/af_unix.c unix_accept(): EINVAL where skb_recv_datagram() ends without an error'],
        evidence: measured,
      },
      {
        name: 'unix accept: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: ['net/unix/af_unix.c unix_accept()'],
        evidence: measured,
      },
      { name: 'unix accept: nothing there', does: () => code('EAGAIN'), source: ['man 2 accept (EAGAIN)'], evidence: measured },
    ]),

    ...on(
      ['close', 'kill'],
      [
        {
          name: 'unix close: what is unread, or not accepted, resets the peer',
          when: (s) => (s.state === 'ESTABLISHED' && s.unread > 0) || s.waiting,
          does: (s, _, wire) => {
            wire.push({ type: 'rst', drawn: false });
            s.closed = true;
            return OK;
          },
          source: [`${RELEASE}: the peer's sk_err is ECONNRESET`],
          evidence: measured,
        },
        {
          name: 'unix close: shuts both sides of the peer',
          does: (s, _, wire) => {
            if (s.state === 'ESTABLISHED') tell(wire, true, true);
            s.closed = true;
            return OK;
          },
          source: [`${RELEASE}: the peer's sk_shutdown is SHUTDOWN_MASK`],
          evidence: measured,
        },
      ],
    ),

    ...on('data', [
      {
        name: 'arrives: unix data',
        does: (s, { bytes }) => {
          s.unread += bytes;
          s.pieces++;
          return undefined;
        },
        source: [SEND],
        evidence: measured,
      },
    ]),
    ...on('fin', [
      {
        name: 'arrives: the unix peer sends no more',
        does: (s) => {
          s.rcvShutdown = true;
          return undefined;
        },
        source: [SHUTDOWN, RELEASE],
        evidence: measured,
      },
    ]),
    ...on('stop', [
      {
        name: 'arrives: the unix peer receives no more',
        does: (s) => {
          s.sendShutdown = true;
          return undefined;
        },
        source: [SHUTDOWN, RELEASE],
        evidence: measured,
      },
    ]),
    ...on('rst', [
      {
        name: 'arrives: the unix peer closed with unread data',
        when: (s) => s.state === 'ESTABLISHED',
        does: (s) => {
          Object.assign(s, { err: 'ECONNRESET', rcvShutdown: true, sendShutdown: true } satisfies Partial<LinuxUnix>);
          return undefined;
        },
        source: [RELEASE],
        evidence: measured,
      },
    ]),
  ],
});

/** Whether MSG_WAITALL looks for more than is there; with MSG_PEEK it does not. */
function isPartOf({ unread }: LinuxUnix, { length, peek, waitall }: Calls['recv']): boolean {
  return waitall && !peek && unread > 0 && unread < length;
}

function tell(wire: Wire, sendsNoMore: boolean, receivesNoMore: boolean): void {
  if (sendsNoMore) wire.push({ type: 'fin' });
  if (receivesNoMore) wire.push({ type: 'stop' });
}

function events(s: LinuxUnix): readonly PollEvent[] {
  const events: PollEvent[] = [];
  if (s.rcvShutdown || s.unread > 0 || s.waiting) events.push('IN');
  if (s.state !== 'LISTEN') events.push('OUT');
  if (s.err !== undefined) events.push('ERR');
  if (s.state === 'CLOSE' || (s.rcvShutdown && s.sendShutdown)) events.push('HUP');
  return events;
}
