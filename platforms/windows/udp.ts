import { type End, endModel, rulesOf } from '../../language/model.ts';
import { code, datagram, datagramIsIn, isManyDatagrams, OK, poll, readable, select, sent, soError } from '../answers.ts';
import { LEARN, SOCK } from './tcp.ts';

/** A UDP socket, bound. */
export interface WindowsUdp extends End {
  /** Whom connect named: P, or a port that nobody listens on. */
  to: 'P' | 'nobody' | undefined;
  /** In order of arrival: the length of each datagram, and UNREACHABLE for each port unreachable. */
  queue: number[];
  shutRead: boolean;
  shutWrite: boolean;
  closed: boolean;
}

const on = rulesOf<WindowsUdp>();

const UNREACHABLE = -1;
const MAX_DATAGRAM = 65_507;
const RECV = `${LEARN}/winsock2/nf-winsock2-recv`;
const KB = 'https://support.microsoft.com/help/263823';

export const windowsUdp = endModel<WindowsUdp>({
  fresh: () => ({ blocking: false, rcvtimeo: 0, unread: 0, to: undefined, queue: [], shutRead: false, shutWrite: false, closed: false }),
  isFull: isManyDatagrams,
  rules: [
    ...on(
      ['recv', 'send', 'so_error', 'poll', 'select', 'shutdown', 'getpeername', 'getsockname', 'readable', 'connect', 'accept', 'close'],
      [
        {
          name: 'udp: a closed handle',
          when: (s) => s.closed,
          does: () => code('WSAENOTSOCK'),
          source: [RECV, `${SOCK}:4421 (test_select)`],
          evidence: 'documented',
        },
      ],
    ),

    ...on('recv', [
      {
        name: 'udp recv: MSG_WAITALL',
        when: (_, { waitall }) => waitall,
        does: () => code('WSAEOPNOTSUPP'),
        source: [RECV],
        evidence: 'documented',
      },
      {
        name: 'udp recv: own receiving side shut',
        when: (s) => s.shutRead,
        does: () => code('WSAESHUTDOWN'),
        source: [`${SOCK}:9795-9815 (test_shutdown)`, 'dotnet/runtime ReceiveFrom.cs'],
        evidence: 'asserted',
      },
      {
        name: 'udp recv: port unreachable, once for each',
        when: (s) => s.queue[0] === UNREACHABLE,
        does: (s, { peek }) => {
          if (!peek) s.queue.shift();
          return code('WSAECONNRESET');
        },
        source: [KB, RECV, 'libuv/libuv@6179e7af src/win/udp.c:411-493', 'OpenJDK JDK-4431020 (one for each)'],
        evidence: 'reported',
      },
      {
        name: 'udp recv: longer than the buffer',
        when: (s, { length }) => (s.queue[0] ?? 0) > length,
        does: (s, argument) => {
          datagram(s, argument);
          return code('WSAEMSGSIZE');
        },
        source: ['Wine 11.10, dlls/ws2_32/tests/afd.c:1770-1790 (test_recv)', RECV],
        evidence: 'asserted',
      },
      {
        name: 'udp recv: a datagram',
        when: (s) => s.queue.length > 0,
        does: (s, argument) => datagram(s, argument),
        source: [RECV],
        evidence: 'documented',
      },
      { name: 'udp recv: waits', when: (s) => s.blocking && s.rcvtimeo === 0, does: () => undefined, source: [RECV], evidence: 'documented' },
      {
        name: 'udp recv: SO_RCVTIMEO runs out',
        when: (s) => s.blocking,
        does: () => code('WSAETIMEDOUT'),
        source: ['https://learn.microsoft.com/windows/win32/winsock/sol-socket-socket-options'],
        evidence: 'documented',
      },
      { name: 'udp recv: nothing there', does: () => code('WSAEWOULDBLOCK'), source: [RECV], evidence: 'documented' },
    ]),

    ...on('send', [
      {
        name: 'udp send: own sending side shut',
        when: (s) => s.shutWrite,
        does: () => code('WSAESHUTDOWN'),
        source: [`${SOCK}:9818-9830 (test_shutdown)`],
        evidence: 'asserted',
      },
      {
        name: 'udp send: longer than a datagram',
        when: (_, { length }) => length > MAX_DATAGRAM,
        does: () => code('WSAEMSGSIZE'),
        source: [`${LEARN}/winsock2/nf-winsock2-send`],
        evidence: 'documented',
      },
      {
        name: 'udp send: taken, whatever became of the others',
        does: (s, { length }, wire) => {
          wire.push({ type: 'datagram', bytes: length, refused: s.to === 'nobody' });
          return sent(length);
        },
        source: [`${SOCK}:3249-3257 (test_UDP)`],
        evidence: 'asserted',
      },
    ]),

    ...on('so_error', [
      { name: 'udp SO_ERROR: 0', does: () => soError(undefined), source: [`${KB}: recv tells what has arrived; no test asks SO_ERROR`], evidence: 'inferred' },
    ]),
    ...on('poll', [
      {
        name: 'udp poll: readable with a datagram or a port unreachable',
        does: (s) => (s.queue.length > 0 ? poll('IN', 'OUT') : poll('OUT')),
        source: [KB, `${LEARN}/winsock2/nf-winsock2-wsapoll`],
        evidence: 'documented',
      },
    ]),
    ...on('select', [
      {
        name: 'udp select: readable with a datagram or a port unreachable',
        does: (s) => select(s.queue.length > 0, true),
        source: [KB, `${LEARN}/winsock2/nf-winsock2-select`],
        evidence: 'documented',
      },
    ]),
    ...on('getpeername', [
      {
        name: 'udp getpeername: not connected',
        when: (s) => s.to === undefined,
        does: () => code('WSAENOTCONN'),
        source: [`${LEARN}/winsock/nf-winsock-getpeername`],
        evidence: 'documented',
      },
    ]),
    ...on(
      ['getpeername', 'getsockname'],
      [{ name: 'udp getpeername, getsockname', does: () => OK, source: [`${LEARN}/winsock/nf-winsock-getsockname`], evidence: 'documented' }],
    ),
    ...on('readable', [
      {
        name: 'udp FIONREAD: all that has arrived',
        does: (s) => readable(s.unread),
        source: [`${LEARN}/winsock/nf-winsock-ioctlsocket`],
        evidence: 'documented',
      },
    ]),

    ...on('shutdown', [
      {
        name: 'udp shutdown',
        does: (s, { direction }) => {
          if (direction !== 'write') s.shutRead = true;
          if (direction !== 'read') s.shutWrite = true;
          return OK;
        },
        source: [`${SOCK}:9795-9830 (test_shutdown): not connected`],
        evidence: 'asserted',
      },
    ]),
    ...on('connect', [
      {
        name: 'udp connect',
        does: (s, { refused }) => {
          s.to = refused ? 'nobody' : 'P';
          return OK;
        },
        source: [`${LEARN}/winsock2/nf-winsock2-connect`],
        evidence: 'documented',
      },
    ]),
    ...on('accept', [{ name: 'udp accept', does: () => code('WSAEOPNOTSUPP'), source: [`${LEARN}/winsock2/nf-winsock2-accept`], evidence: 'documented' }]),
    ...on(
      ['close', 'kill'],
      [
        {
          name: 'udp close',
          does: (s) => {
            s.closed = true;
            return OK;
          },
          source: [`${LEARN}/winsock2/nf-winsock2-closesocket`],
          evidence: 'documented',
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
        source: [KB],
        evidence: 'documented',
      },
      { name: 'arrives: a datagram', does: (s, { bytes }) => datagramIsIn(s, bytes), source: [RECV], evidence: 'documented' },
    ]),
    ...on('unreachable', [
      {
        name: 'arrives: port unreachable, also where it is not connected',
        does: (s) => {
          s.queue.push(UNREACHABLE);
          return undefined;
        },
        source: [KB, 'OpenJDK JDK-4431020 (one for each, in order with the datagrams)'],
        evidence: 'reported',
      },
    ]),
  ],
});
