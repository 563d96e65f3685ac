import { endModel, rulesOf, type Wire } from '../../language/model.ts';
import type { PollEvent, Token } from '../../language/token.ts';
import { code, data, ended, OK, poll, readable, SENT_LIMIT, selectOf, sent } from '../answers.ts';
import { type Sock, shut, sockError, sockRules } from './sock.ts';

/** A TCP socket, in the kernel's own words: names with sk_ and SOCK_ are fields and flags of struct sock. */
export interface LinuxTcp extends Sock {
  /** sk_state. What a handshake or an acknowledgement passes through on loopback is never seen, and is left out: FIN_WAIT1, LAST_ACK, TIME_WAIT. */
  state: 'CLOSE' | 'LISTEN' | 'SYN_SENT' | 'ESTABLISHED' | 'CLOSE_WAIT' | 'FIN_WAIT2';
  /** What struct socket remembers: SS_UNCONNECTED, SS_CONNECTING, SS_CONNECTED, SS_DISCONNECTING. */
  socket: 'unconnected' | 'connecting' | 'connected' | 'disconnecting';
  /** SOCK_DONE: a FIN has arrived. */
  done: boolean;
  /** Whether a connection waits to be accepted. */
  waiting: boolean;
}

const on = rulesOf<LinuxTcp>();
const measured = 'measured';

const RECVMSG = 'net/ipv4/tcp.c tcp_recvmsg_locked()';
const SENDMSG = 'net/ipv4/tcp.c tcp_sendmsg_locked()';
const POLL = 'net/ipv4/tcp.c tcp_poll()';
const SHUTDOWN = 'net/ipv4/af_inet.c inet_shutdown()';
const CONNECT = 'net/ipv4/af_inet.c __inet_stream_connect()';
const CLOSE = 'net/ipv4/tcp.c __tcp_close()';

export const linuxTcp = endModel<LinuxTcp>({
  fresh: (opening) => ({
    blocking: false,
    rcvtimeo: 0,
    unread: 0,
    state: opening === 'connected' ? 'ESTABLISHED' : opening === 'listening' ? 'LISTEN' : 'CLOSE',
    socket: opening === 'connected' ? 'connected' : 'unconnected',
    err: undefined,
    rcvShutdown: false,
    sendShutdown: false,
    done: false,
    waiting: false,
    closed: false,
  }),
  isFull: ({ unread }) => unread > SENT_LIMIT,
  rules: [
    ...sockRules(''),

    ...on('recv', [
      {
        name: 'recv: MSG_WAITALL waits for the rest',
        when: (s, { length, waitall }) => waitall && s.blocking && s.rcvtimeo === 0 && s.unread > 0 && s.unread < length && !s.rcvShutdown,
        does: () => undefined,
        source: [`${RECVMSG}: with some bytes, goes on unless sk_err, CLOSE or RCV_SHUTDOWN`],
        evidence: measured,
      },
      {
        name: 'recv: what is queued',
        when: (s) => s.unread > 0,
        does: (s, argument) => data(s, argument),
        source: [`${RECVMSG}: the receive queue first; a reset does not empty it`],
        evidence: measured,
      },
      {
        name: 'recv: SOCK_DONE since the FIN',
        when: (s) => s.done,
        does: (_, argument) => ended(argument),
        source: [`${RECVMSG}: SOCK_DONE before sk_err`, 'net/ipv4/tcp_input.c tcp_fin(): sets SOCK_DONE'],
        evidence: measured,
      },
      {
        name: 'recv: sk_err, taken once',
        when: (s) => s.err !== undefined,
        does: sockError,
        source: [`${RECVMSG}: sock_error(), also with MSG_PEEK`, 'include/net/sock.h sock_error(): reads and clears sk_err'],
        evidence: measured,
      },
      {
        name: 'recv: a shut receiving side',
        when: (s) => s.rcvShutdown,
        does: (_, argument) => ended(argument),
        source: [`${RECVMSG}: RCV_SHUTDOWN after sk_err`],
        evidence: measured,
      },
      {
        name: 'recv: not connected',
        when: (s) => s.state === 'CLOSE' || s.state === 'LISTEN',
        does: () => code('ENOTCONN'),
        source: [`${RECVMSG}: ENOTCONN in LISTEN, and in CLOSE where nothing else is told`],
        evidence: measured,
      },
      {
        name: 'recv: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: [`${RECVMSG}: sk_wait_data()`],
        evidence: measured,
      },
      {
        name: 'recv: of 0 bytes, SO_RCVTIMEO has run out',
        when: (s, { length }) => s.blocking && length === 0,
        does: (_, argument) => ended(argument),
        source: [`${RECVMSG}: loops while len > 0, so that it ends with 0 once sk_wait_data() returns`],
        evidence: measured,
      },
      {
        name: 'recv: nothing there',
        does: () => code('EAGAIN'),
        source: [`${RECVMSG}: EAGAIN where there is no time left`, 'man 7 socket (SO_RCVTIMEO)'],
        evidence: measured,
      },
    ]),

    ...on('send', [
      {
        name: 'send: sk_err, taken once',
        when: (s) => s.err !== undefined,
        does: sockError,
        source: ['net/core/stream.c sk_stream_wait_connect(), sk_stream_error(): sk_err before EPIPE'],
        evidence: measured,
      },
      {
        name: 'send: EPIPE',
        when: (s) => s.sendShutdown || !isSending(s),
        does: () => code('EPIPE'),
        source: [`${SENDMSG}: SEND_SHUTDOWN`, 'net/core/stream.c sk_stream_wait_connect(): EPIPE in a state that is no connecting one'],
        evidence: measured,
      },
      {
        name: 'send: queued',
        does: (_, { length }, wire) => {
          if (length > 0) wire.push({ type: 'data', bytes: length });
          return sent(length);
        },
        source: [SENDMSG],
        evidence: measured,
      },
    ]),

    ...on('poll', [
      {
        name: 'poll: a listener',
        when: (s) => s.state === 'LISTEN',
        does: (s) => poll(...listenerEvents(s)),
        source: [`${POLL}: inet_csk_listen_poll()`],
        evidence: measured,
      },
      {
        name: 'poll: its state, sk_shutdown, sk_err and the queue',
        does: (s) => poll(...events(s)),
        source: [`${POLL}: HUP in CLOSE or with both sides shut; IN with RCV_SHUTDOWN or data; OUT also with SEND_SHUTDOWN; ERR with sk_err`],
        evidence: measured,
      },
    ]),
    ...on('select', [
      {
        name: 'select: what poll says',
        does: (s) => selectOf(s.state === 'LISTEN' ? listenerEvents(s) : events(s)),
        source: ['fs/select.c do_select(): POLLIN_SET has HUP and ERR, POLLOUT_SET has ERR, POLLEX_SET is PRI'],
        evidence: measured,
      },
    ]),
    ...on('getpeername', [
      {
        name: 'getpeername: not connected',
        when: (s) => s.state === 'CLOSE' || s.state === 'LISTEN',
        does: () => code('ENOTCONN'),
        source: ['net/ipv4/af_inet.c inet_getname(): ENOTCONN without a port of the peer, and in CLOSE'],
        evidence: measured,
      },
    ]),
    ...on('readable', [
      {
        name: 'FIONREAD: a listener',
        when: (s) => s.state === 'LISTEN',
        does: () => code('EINVAL'),
        source: ['net/ipv4/tcp.c tcp_ioctl(): EINVAL in LISTEN'],
        evidence: measured,
      },
      {
        name: 'FIONREAD: what is queued',
        does: (s) => readable(s.unread),
        source: ['net/ipv4/tcp.c tcp_ioctl(), tcp_inq(): also after a reset'],
        evidence: measured,
      },
    ]),
    ...on(
      ['getpeername', 'getsockname'],
      [{ name: 'getpeername, getsockname', does: () => OK, source: ['net/ipv4/af_inet.c inet_getname()'], evidence: measured }],
    ),

    ...on('shutdown', [
      {
        name: 'shutdown: reading from a listener ends it',
        when: (s, { direction }) => s.state === 'LISTEN' && direction !== 'write',
        does: (s, _, wire) => {
          if (s.waiting) wire.push({ type: 'rst', drawn: false });
          Object.assign(s, { state: 'CLOSE', waiting: false } satisfies Partial<LinuxTcp>);
          return OK;
        },
        source: [`${SHUTDOWN}: LISTEN with RCV_SHUTDOWN disconnects`],
        evidence: measured,
      },
      {
        name: 'shutdown: not connected, and the flags are set all the same',
        when: (s) => s.state === 'CLOSE',
        does: (s, { direction }) => {
          shut(s, direction);
          if (s.socket === 'connecting') s.socket = 'disconnecting';
          return code('ENOTCONN');
        },
        source: [`${SHUTDOWN}: ENOTCONN in CLOSE falls through to sk_shutdown`],
        evidence: measured,
      },
      {
        name: 'shutdown: a FIN for the sending side',
        does: (s, { direction }, wire) => {
          shut(s, direction);
          if (s.socket === 'connecting') s.socket = 'connected';
          if (direction !== 'read') finish(s, wire);
          return OK;
        },
        source: [SHUTDOWN, 'net/ipv4/tcp.c tcp_shutdown(): acts on the sending side alone'],
        evidence: measured,
      },
    ]),

    ...on('connect', [
      {
        name: 'connect: has connected, told once',
        when: (s) => s.socket === 'connecting' && s.state !== 'CLOSE',
        does: (s) => {
          s.socket = 'connected';
          return OK;
        },
        source: [`${CONNECT}: SS_CONNECTING becomes SS_CONNECTED`],
        evidence: measured,
      },
      {
        name: 'connect: has failed, told once',
        when: (s) => s.socket === 'connecting',
        does: (s) => {
          const failure = s.err ?? 'ECONNABORTED';
          Object.assign(s, {
            socket: 'unconnected',
            err: undefined,
            rcvShutdown: false,
            sendShutdown: false,
            done: false,
            unread: 0,
          } satisfies Partial<LinuxTcp>);
          return code(failure);
        },
        source: [`${CONNECT}: sock_error() or ECONNABORTED, and tcp_disconnect()`],
        evidence: measured,
      },
      {
        name: 'connect: after a shutdown that found it unconnected',
        when: (s) => s.socket === 'disconnecting',
        does: () => code('EINVAL'),
        source: [`${CONNECT}: EINVAL in SS_DISCONNECTING`],
        evidence: measured,
      },
      {
        name: 'connect: is connected, or listens',
        when: (s) => s.socket === 'connected' || s.state === 'LISTEN',
        does: () => code('EISCONN'),
        source: [`${CONNECT}: EISCONN in SS_CONNECTED, whatever became of the connection, and in any state but CLOSE`],
        evidence: measured,
      },
      {
        name: 'connect: a SYN',
        does: (s, { refused }, wire) => {
          Object.assign(s, { socket: 'connecting', state: 'SYN_SENT' } satisfies Partial<LinuxTcp>);
          wire.push({ type: 'syn', refused });
          return s.blocking ? undefined : code('EINPROGRESS');
        },
        source: [`${CONNECT}: EINPROGRESS where it may not wait`],
        evidence: measured,
      },
    ]),
    ...on('connected', [
      {
        name: 'arrives: connected',
        does: (s) => {
          s.state = 'ESTABLISHED';
          return undefined;
        },
        source: ['net/ipv4/tcp_input.c tcp_finish_connect()'],
        evidence: measured,
      },
    ]),
    ...on('refused', [
      {
        name: 'arrives: RST in SYN_SENT',
        does: (s) => reset(s, 'ECONNREFUSED'),
        source: ['net/ipv4/tcp_input.c tcp_reset(): ECONNREFUSED in SYN_SENT'],
        evidence: measured,
      },
    ]),

    ...on('connection', [
      { name: 'arrives: a connection where nobody listens', when: (s) => s.state !== 'LISTEN', unknown: 'S does not listen any more' },
      {
        name: 'arrives: a connection, in the queue',
        does: (s) => {
          s.waiting = true;
          return undefined;
        },
        source: ['net/ipv4/inet_connection_sock.c inet_csk_reqsk_queue_add(); a reset does not take it out'],
        evidence: measured,
      },
    ]),
    ...on('accept', [
      {
        name: 'accept: no listener',
        when: (s) => s.state !== 'LISTEN',
        does: () => code('EINVAL'),
        source: ['net/ipv4/inet_connection_sock.c inet_csk_accept(): EINVAL unless LISTEN'],
        evidence: measured,
      },
      {
        name: 'accept: the connection, whatever became of it',
        when: (s) => s.waiting,
        does: () => OK,
        source: ['net/ipv4/inet_connection_sock.c inet_csk_accept(): reqsk_queue_remove()'],
        evidence: measured,
      },
      {
        name: 'accept: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: ['net/ipv4/inet_connection_sock.c inet_csk_wait_for_connect()'],
        evidence: measured,
      },
      { name: 'accept: nothing there', does: () => code('EAGAIN'), source: ['man 2 accept (EAGAIN)'], evidence: measured },
    ]),

    ...on(
      ['close', 'kill'],
      [
        {
          name: 'close: a listener resets who waits',
          when: (s) => s.state === 'LISTEN',
          does: (s, _, wire) => {
            if (s.waiting) wire.push({ type: 'rst', drawn: false });
            Object.assign(s, { state: 'CLOSE', closed: true } satisfies Partial<LinuxTcp>);
            return OK;
          },
          source: ['net/ipv4/inet_connection_sock.c inet_csk_listen_stop()'],
          evidence: measured,
        },
        {
          name: 'close: an RST where data is unread',
          when: (s) => s.state !== 'CLOSE' && s.unread > 0,
          does: (s, _, wire) => abort(s, wire),
          source: [`${CLOSE}: tcp_send_active_reset() where data was unread (RFC 2525, 2.17)`],
          evidence: measured,
        },
        {
          name: 'close: a FIN',
          does: (s, _, wire) => {
            s.closed = true;
            shut(s, 'both');
            finish(s, wire);
            return OK;
          },
          source: [`${CLOSE}: tcp_send_fin(). A killed process's descriptors are closed`],
          evidence: measured,
        },
      ],
    ),
    ...on('reset', [
      {
        name: 'close with SO_LINGER {1, 0}: an RST',
        when: (s) => s.state !== 'CLOSE',
        does: (s, _, wire) => abort(s, wire),
        source: [`${CLOSE}: tcp_disconnect() where linger is 0`, 'net/ipv4/tcp.c tcp_need_reset()'],
        evidence: measured,
      },
      {
        name: 'close with SO_LINGER {1, 0}: nothing is left to reset',
        does: (s) => {
          s.closed = true;
          return OK;
        },
        source: ['net/ipv4/tcp.c tcp_need_reset()'],
        evidence: measured,
      },
    ]),

    ...on('data', [
      {
        name: 'arrives: data where nobody reads any more',
        when: (s) => s.state === 'FIN_WAIT2' && s.rcvShutdown,
        does: (s, _, wire) => {
          wire.push({ type: 'rst', drawn: true });
          return reset(s, 'ECONNRESET');
        },
        source: ['net/ipv4/tcp_input.c tcp_rcv_state_process(): data in FIN_WAIT2 with RCV_SHUTDOWN resets the connection, also for the own side'],
        evidence: measured,
      },
      {
        name: 'arrives: data',
        does: (s, { bytes }) => {
          s.unread += bytes;
          return undefined;
        },
        source: ['net/ipv4/tcp_input.c tcp_data_queue(): also with RCV_SHUTDOWN'],
        evidence: measured,
      },
    ]),
    ...on('fin', [
      {
        name: 'arrives: FIN',
        does: (s) => {
          s.rcvShutdown = true;
          s.done = true;
          if (s.state === 'FIN_WAIT2') over(s);
          else s.state = 'CLOSE_WAIT';
          return undefined;
        },
        source: ['net/ipv4/tcp_input.c tcp_fin(): RCV_SHUTDOWN and SOCK_DONE; in FIN_WAIT2 tcp_time_wait() leaves the socket in CLOSE'],
        evidence: measured,
      },
    ]),
    ...on('rst', [
      {
        name: 'arrives: RST in CLOSE_WAIT',
        when: (s) => s.state === 'CLOSE_WAIT',
        does: (s) => reset(s, 'EPIPE'),
        source: ['net/ipv4/tcp_input.c tcp_reset(): EPIPE in CLOSE_WAIT'],
        evidence: measured,
      },
      {
        name: 'arrives: RST',
        when: (s) => s.state === 'ESTABLISHED' || s.state === 'FIN_WAIT2',
        does: (s) => reset(s, 'ECONNRESET'),
        source: ['net/ipv4/tcp_input.c tcp_reset(): ECONNRESET'],
        evidence: measured,
      },
    ]),
  ],
});

function isSending({ state }: LinuxTcp): boolean {
  return state === 'ESTABLISHED' || state === 'CLOSE_WAIT';
}

function listenerEvents({ waiting }: LinuxTcp): readonly PollEvent[] {
  return waiting ? ['IN'] : [];
}

function events(s: LinuxTcp): readonly PollEvent[] {
  const events: PollEvent[] = ['OUT'];
  if (s.state === 'CLOSE' || (s.rcvShutdown && s.sendShutdown)) events.push('HUP');
  if (s.rcvShutdown || s.unread > 0) events.push('IN');
  if (s.err !== undefined) events.push('ERR');
  return events;
}

/** Sends a FIN, once; it is acknowledged at once. */
function finish(s: LinuxTcp, wire: Wire): void {
  if (!isSending(s)) return;
  wire.push({ type: 'fin' });
  if (s.state === 'ESTABLISHED') s.state = 'FIN_WAIT2';
  else over(s);
}

/** tcp_done(). */
function over(s: LinuxTcp): undefined {
  s.state = 'CLOSE';
  shut(s, 'both');
}

function reset(s: LinuxTcp, err: string): undefined {
  s.err = err;
  over(s);
}

function abort(s: LinuxTcp, wire: Wire): Token {
  wire.push({ type: 'rst', drawn: false });
  s.closed = true;
  over(s);
  return OK;
}
