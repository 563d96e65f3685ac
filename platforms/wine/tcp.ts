import { type Deviation, type End, rulesOf } from '../../language/model.ts';
import { code, ended, OK, poll, select, soError } from '../answers.ts';
import { AFD, SOCK, type WindowsTcp } from '../windows/tcp.ts';

/** What Wine does otherwise than Windows, and in which versions: from the first on, and before the other. */
export type WineDeviation<S extends End> = Deviation<S> & { readonly from?: string; readonly until?: string };

const on = rulesOf<WindowsTcp>();
const measured = 'measured';

export const MEASURED = ['measured: Wine 8.0 (Debian 8.0~repack-4)', 'measured: Wine 10.0 (Debian 10.0~repack-6)'];
const [ON_8, ON_10] = MEASURED as [string, string];
const SERVER = 'server/sock.c';

const gone = (...names: readonly string[]): readonly WineDeviation<WindowsTcp>[] => names.map((instead) => ({ instead, rules: [] }));

export const wineTcp: readonly WineDeviation<WindowsTcp>[] = [
  // MSG_WAITALL is neither refused nor waited for: dlls/ws2_32/tests/afd.c (test_recv, todo_wine).
  ...gone(
    'recv: MSG_WAITALL on a non-blocking socket, or with MSG_PEEK',
    'recv: MSG_WAITALL waits for the rest',
    'recv: MSG_WAITALL with a part and a timeout',
  ),

  // Any RST is a reset, whatever drew it, and what is unread is not counted out: FIONREAD asks the Linux socket.
  ...gone(
    'arrives: RST drawn by own data, with data unread',
    'arrives: RST drawn by own data, after a FIN',
    'arrives: RST drawn by own data, without a FIN',
    'arrives: RST after a FIN',
    'arrives: RST, and what is unread is gone',
  ),
  {
    instead: 'arrives: RST',
    rules: on('rst', [
      {
        name: 'arrives: RST, of whatever cause',
        does: (s) => {
          Object.assign(s, { over: 'reset', failure: 'WSAECONNRESET' } satisfies Partial<WindowsTcp>);
          return undefined;
        },
        source: [`Wine 11.10, ${SERVER} (sock_poll_event, sock_error): sock->reset`, `${SOCK}:9712-9715 (test_shutdown, todo_wine)`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  ...gone('recv: the abort by own send', 'recv: the abort by own send, again, or after a send that failed'),
  ...gone('recv: reset after a FIN', 'recv: of 0 bytes, and the connection is over', 'recv: with MSG_PEEK, and the connection is over'),
  ...gone('recv: own receiving side shut, and the connection is over'),
  {
    instead: 'recv: reset, every time',
    from: '8.21',
    rules: on('recv', [
      {
        name: 'recv: reset, every time, also after a FIN',
        when: (s) => s.over !== undefined,
        does: (s) => {
          s.told = true;
          return code('WSAECONNRESET');
        },
        source: [`Wine 8.21, ${SERVER} (recv_socket): asks for the shut side, then for the reset`, ON_10],
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'recv: reset, every time',
    until: '8.21',
    rules: [],
  },
  {
    before: 'recv: FIN, every time',
    until: '8.21',
    rules: on('recv', [
      {
        name: 'recv: a reset reads as the end',
        when: (s) => s.over !== undefined,
        does: (_, argument) => ended(argument),
        source: [`Wine 8.20, ${SERVER} (sock_error): reads SO_ERROR of the Linux socket, which clears it; (recv_socket) does not ask for the reset`, ON_8],
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'send: own sending side shut, and the connection is over',
    rules: [],
  },
  ...gone('send: own shutdown aborted the connection', 'send: reset, every time', 'send: after the reset that own send drew'),
  {
    instead: 'send: reset after a FIN, or aborted by this host',
    rules: on('send', [
      {
        name: 'send: EPIPE and ECONNRESET are a reset',
        when: (s) => s.over !== undefined || s.phase !== 'connected',
        does: () => code('WSAECONNRESET'),
        source: ['Wine 11.10, dlls/ntdll/unix/socket.c (sock_errno_to_status): also EPIPE of a socket that is not connected', ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  ...gone('send: not connected'),

  {
    before: 'poll: a FIN and own shutdown',
    rules: on('poll', [
      {
        name: 'poll: no HUP while data is unread',
        when: (s) => s.fin && !s.finSent && s.unread > 0,
        does: () => poll('IN', 'OUT'),
        source: [`${SOCK}:8567 (test_WSAPoll, todo_wine)`, `${AFD}:504 (test_poll, todo_wine)`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'select: own receiving side shut',
    rules: on('select', [
      {
        name: 'select: data is readable whatever was shut',
        when: (s) => s.shutRead,
        does: (s) => select(s.unread > 0 || s.fin, true),
        source: MEASURED,
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'poll: a refused connect',
    rules: on('poll', [
      {
        name: 'poll: a refused connect is ERR alone',
        when: (s) => s.phase === 'refused',
        does: () => poll('ERR'),
        source: [`${SOCK}:8590-8620 (test_WSAPoll, todo_wine)`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  {
    before: 'recv: not connected',
    rules: on('recv', [
      {
        name: 'recv: a blocking listener waits, as if it were connected',
        when: (s) => s.phase === 'listening' && s.blocking,
        does: (s) => (s.rcvtimeo === 0 ? undefined : code('WSAETIMEDOUT')),
        source: [`${AFD}:1449-1452 (test_recv, todo_wine)`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'recv: after a refused connect',
    rules: on('recv', [
      {
        name: 'recv: after a refused connect it is the end',
        when: (s) => s.phase === 'refused',
        does: (_, argument) => ended(argument),
        source: ['the error of the Linux socket is consumed already', ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  {
    before: 'connect: a SYN, also after a refusal',
    until: '8.3',
    rules: on('connect', [
      {
        // Fixed in 8.3: server/sock.c (IOCTL_AFD_WINE_CONNECT) connects again where Linux says ECONNABORTED.
        name: 'connect: after a refusal',
        when: (s) => s.phase === 'refused',
        unknown: 'a connect after a refusal fails with WSAECONNABORTED before Wine 8.3, and what follows is not modelled',
      },
    ]),
  },
  {
    instead: 'arrives: a refusal',
    rules: on('refused', [
      {
        name: 'arrives: a refusal, kept for SO_ERROR in any case',
        does: (s) => {
          s.phase = 'refused';
          s.refusalKept = true;
          return undefined;
        },
        source: [`${SOCK}:4930-4937 (test_select, todo_wine)`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  ...gone('SO_ERROR: 0 where recv has told the reset'),
  {
    instead: 'SO_ERROR: 0',
    rules: on('so_error', [{ name: 'SO_ERROR: 0 otherwise', does: () => soError(undefined), source: MEASURED, evidence: measured }]),
  },

  {
    instead: 'accept: the connection was reset',
    rules: on('accept', [
      {
        name: 'accept: the connection, whatever became of it',
        when: (s) => s.waiting === 'reset',
        does: () => OK,
        source: [`Wine 11.10, ${SERVER} (accept_socket): accept of Linux`, ...MEASURED],
        evidence: measured,
      },
    ]),
  },
  {
    instead: 'getpeername: after a refused connect',
    rules: on('getpeername', [
      {
        name: 'getpeername: after a refused connect it is not connected',
        when: (s) => s.phase === 'refused',
        does: () => code('WSAENOTCONN'),
        source: MEASURED,
        evidence: measured,
      },
    ]),
  },
  ...gone('FIONREAD: a listener'),
  {
    instead: 'shutdown: the connection is over',
    rules: [],
  },
  ...gone('shutdown: both sides with data unread aborts the connection', 'shutdown: the receiving side with data unread aborts the connection'),
  // A killed process's sockets are closed by Linux.
  ...gone('kill: an RST'),
  {
    instead: 'arrives: data after own shutdown of receiving',
    rules: [],
  },
  {
    instead: 'getpeername: also when the connection is over',
    rules: on('getpeername', [
      {
        name: 'getpeername: also after a reset',
        when: (s) => s.over !== undefined,
        does: () => OK,
        source: [ON_10],
        evidence: measured,
      },
    ]),
    from: '8.21',
  },
  {
    instead: 'getpeername: also when the connection is over',
    rules: on('getpeername', [
      {
        name: 'getpeername: not when the connection is over',
        when: (s) => s.over !== undefined || (s.fin && s.finSent),
        does: () => code('WSAENOTCONN'),
        source: ['net/ipv4/af_inet.c inet_getname() of the Linux below: ENOTCONN in CLOSE', ON_8],
        evidence: measured,
      },
    ]),
    until: '8.21',
  },
];
