import { endModel, rulesOf } from '../../language/model.ts';
import type { PollEvent } from '../../language/token.ts';
import { code, datagram, datagramIsIn, isManyDatagrams, OK, poll, readable, selectOf, sent } from '../answers.ts';
import { type Sock, shut, sockError, sockRules } from './sock.ts';

/** A UDP socket, bound. */
export interface LinuxUdp extends Sock {
  /** Whom connect named: P, or a port that nobody listens on. */
  to: 'P' | 'nobody' | undefined;
  /** The lengths of the datagrams that have arrived. */
  queue: number[];
}

const on = rulesOf<LinuxUdp>();
const measured = 'measured';

/** The most that fits into a datagram: 65,535 without the headers of IPv4 and UDP. */
const MAX_DATAGRAM = 65_507;
const RECV = 'net/ipv4/udp.c udp_recvmsg(), __skb_recv_udp()';

export const linuxUdp = endModel<LinuxUdp>({
  fresh: () => ({ blocking: false, rcvtimeo: 0, unread: 0, to: undefined, queue: [], err: undefined, rcvShutdown: false, sendShutdown: false, closed: false }),
  isFull: isManyDatagrams,
  rules: [
    ...sockRules('udp'),

    ...on('recv', [
      {
        name: 'udp recv: sk_err, taken once',
        when: (s) => s.err !== undefined,
        does: sockError,
        source: [`${RECV}: sock_error() before the queue`],
        evidence: measured,
      },
      {
        name: 'udp recv: a datagram, cut to the buffer',
        when: (s) => s.queue.length > 0,
        does: (s, argument) => datagram(s, argument),
        source: [`${RECV}: MSG_TRUNC`],
        evidence: measured,
      },
      {
        name: 'udp recv: the receiving side is shut, where it would wait',
        when: (s) => s.rcvShutdown && s.blocking,
        does: () => ({ type: 'zero' }),
        source: ['net/core/datagram.c __skb_wait_for_more_packets(): RCV_SHUTDOWN'],
        evidence: measured,
      },
      {
        name: 'udp recv: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: ['net/core/datagram.c __skb_wait_for_more_packets()'],
        evidence: measured,
      },
      { name: 'udp recv: nothing there', does: () => code('EAGAIN'), source: [`${RECV}: EAGAIN where there is no time left`], evidence: measured },
    ]),

    ...on('send', [
      {
        name: 'udp send: longer than a datagram',
        when: (_, { length }) => length > MAX_DATAGRAM,
        does: () => code('EMSGSIZE'),
        source: ['net/ipv4/udp.c udp_sendmsg(), net/ipv4/ip_output.c __ip_append_data(): EMSGSIZE'],
        evidence: measured,
      },
      {
        name: 'udp send: sk_err, taken once',
        when: (s) => s.err !== undefined,
        does: sockError,
        source: ['net/core/sock.c sock_alloc_send_pskb(): sock_error(); nothing is sent'],
        evidence: measured,
      },
      {
        name: 'udp send: the sending side is shut',
        when: (s) => s.sendShutdown,
        does: () => code('EPIPE'),
        source: ['net/core/sock.c sock_alloc_send_pskb(): EPIPE with SEND_SHUTDOWN'],
        evidence: measured,
      },
      {
        name: 'udp send: a datagram',
        does: (s, { length }, wire) => {
          wire.push({ type: 'datagram', bytes: length, refused: s.to === 'nobody' });
          return sent(length);
        },
        source: ['net/ipv4/udp.c udp_sendmsg()'],
        evidence: measured,
      },
    ]),

    ...on('poll', [
      {
        name: 'udp poll: sk_shutdown, sk_err and the queue',
        does: (s) => poll(...events(s)),
        source: ['net/core/datagram.c datagram_poll()'],
        evidence: measured,
      },
    ]),
    ...on('select', [{ name: 'udp select: what poll says', does: (s) => selectOf(events(s)), source: ['fs/select.c do_select()'], evidence: measured }]),
    ...on('getpeername', [
      {
        name: 'udp getpeername: not connected',
        when: (s) => s.to === undefined,
        does: () => code('ENOTCONN'),
        source: ['net/ipv4/af_inet.c inet_getname()'],
        evidence: measured,
      },
    ]),
    ...on(
      ['getpeername', 'getsockname'],
      [{ name: 'udp getpeername, getsockname', does: () => OK, source: ['net/ipv4/af_inet.c inet_getname()'], evidence: measured }],
    ),
    ...on('readable', [
      {
        name: 'udp FIONREAD: the first datagram',
        does: (s) => readable(s.queue[0] ?? 0),
        source: ['net/ipv4/udp.c udp_ioctl(), first_packet_length()'],
        evidence: measured,
      },
    ]),

    ...on('shutdown', [
      {
        name: 'udp shutdown: not connected, and the flags are set all the same',
        when: (s) => s.to === undefined,
        does: (s, { direction }) => {
          shut(s, direction);
          return code('ENOTCONN');
        },
        source: ['net/ipv4/af_inet.c inet_shutdown(): ENOTCONN in CLOSE falls through to sk_shutdown'],
        evidence: measured,
      },
      {
        name: 'udp shutdown',
        does: (s, { direction }) => {
          shut(s, direction);
          return OK;
        },
        source: ['net/ipv4/af_inet.c inet_shutdown()'],
        evidence: measured,
      },
    ]),
    ...on('connect', [
      {
        name: 'udp connect',
        does: (s, { refused }) => {
          s.to = refused ? 'nobody' : 'P';
          return OK;
        },
        source: ['net/ipv4/datagram.c __ip4_datagram_connect(): also where it is connected already'],
        evidence: measured,
      },
    ]),
    ...on('accept', [{ name: 'udp accept', does: () => code('EOPNOTSUPP'), source: ['net/core/sock.c sock_no_accept()'], evidence: measured }]),
    ...on(
      ['close', 'kill'],
      [
        {
          name: 'udp close',
          does: (s) => {
            s.closed = true;
            return OK;
          },
          source: ['net/ipv4/udp.c udp_destroy_sock()'],
          evidence: measured,
        },
      ],
    ),

    ...on('datagram', [
      {
        name: 'arrives: a datagram for nobody',
        when: (s) => s.closed || s.to === 'nobody',
        does: (_, __, wire) => {
          wire.push({ type: 'unreachable' });
          return undefined;
        },
        source: ['net/ipv4/udp.c __udp4_lib_rcv(): ICMP_PORT_UNREACH without a socket; one that is connected takes datagrams of its peer alone'],
        evidence: measured,
      },
      {
        name: 'arrives: a datagram',
        does: (s, { bytes }) => datagramIsIn(s, bytes),
        source: ['net/ipv4/udp.c __udp4_lib_rcv()'],
        evidence: measured,
      },
    ]),
    ...on('unreachable', [
      {
        name: 'arrives: port unreachable, at a connected socket',
        when: (s) => s.to !== undefined,
        does: (s) => {
          s.err = 'ECONNREFUSED';
          return undefined;
        },
        source: ['net/ipv4/udp.c __udp4_lib_err(): sk_err if ESTABLISHED; one that is not connected hears of it with IP_RECVERR alone'],
        evidence: measured,
      },
    ]),
  ],
});

function events(s: LinuxUdp): readonly PollEvent[] {
  const events: PollEvent[] = ['OUT'];
  if (s.queue.length > 0 || s.rcvShutdown) events.push('IN');
  if (s.err !== undefined) events.push('ERR');
  if (s.rcvShutdown && s.sendShutdown) events.push('HUP');
  return events;
}
