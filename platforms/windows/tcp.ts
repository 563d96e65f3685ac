import { type End, endModel, rulesOf, type Wire } from '../../language/model.ts';
import type { PollEvent, Token } from '../../language/token.ts';
import { code, data, ended, OK, poll, readable, SENT_LIMIT, select, sent, soError } from '../answers.ts';

/** A TCP socket, as Winsock shows it. */
export interface WindowsTcp extends End {
  phase: 'unconnected' | 'connecting' | 'refused' | 'connected' | 'listening';
  /** A non-blocking connect failed: SO_ERROR has it. */
  refusalKept: boolean;
  /** The peer's FIN has arrived; the own one was sent. */
  fin: boolean;
  finSent: boolean;
  /** Own shutdown. */
  shutRead: boolean;
  shutWrite: boolean;
  /** What ended the connection before its time: an RST, one that own data drew, or this host itself. */
  over: 'reset' | 'own send' | 'own shutdown' | 'data after shutdown' | undefined;
  /** What recv says of it, where it is over. */
  failure: 'WSAECONNRESET' | 'WSAECONNABORTED' | undefined;
  /** Whether a call has said so. */
  told: boolean;
  /** A connection waits to be accepted, or waited and was reset. */
  waiting: 'none' | 'there' | 'reset';
  bound: boolean;
  closed: boolean;
}

const on = rulesOf<WindowsTcp>();

export const SOCK = 'Wine 11.10, dlls/ws2_32/tests/sock.c';
export const AFD = 'Wine 11.10, dlls/ws2_32/tests/afd.c';
export const LEARN = 'https://learn.microsoft.com/windows/win32/api';
const RECV = `${LEARN}/winsock2/nf-winsock2-recv`;
const SEND = `${LEARN}/winsock2/nf-winsock2-send`;
const SHUTDOWN = `${LEARN}/winsock/nf-winsock-shutdown`;
const COREFX = 'dotnet/corefx BaseOverlappedAsyncResult.Windows.cs (comment: WSAECONNRESET is caused by the remote side, WSAECONNABORTED by this host)';
const NOBODY = "no test that runs on Windows was found; Wine's server, server/sock.c, was read";

export const windowsTcp = endModel<WindowsTcp>({
  fresh: (opening) => ({
    blocking: false,
    rcvtimeo: 0,
    unread: 0,
    phase: opening === 'connected' ? 'connected' : opening === 'listening' ? 'listening' : 'unconnected',
    refusalKept: false,
    fin: false,
    finSent: false,
    shutRead: false,
    shutWrite: false,
    over: undefined,
    failure: undefined,
    told: false,
    waiting: 'none',
    bound: opening !== 'fresh',
    closed: false,
  }),
  isFull: ({ unread }) => unread > SENT_LIMIT,
  rules: [
    ...on('poll', [
      {
        name: 'poll: a closed handle',
        when: (s) => s.closed,
        does: () => code('WSAENOTSOCK'),
        source: ["jolt-net wsapoll_test (its author's Windows); beside other sockets it is POLLNVAL"],
        evidence: 'reported',
      },
    ]),
    ...on(
      ['recv', 'send', 'so_error', 'select', 'shutdown', 'getpeername', 'getsockname', 'readable', 'connect', 'accept', 'close'],
      [
        {
          name: 'a closed handle',
          when: (s) => s.closed,
          does: () => code('WSAENOTSOCK'),
          source: [`${SOCK}:4421, 4958-4968 (test_select)`, RECV],
          evidence: 'asserted',
        },
      ],
    ),

    ...on('recv', [
      {
        name: 'recv: MSG_WAITALL on a non-blocking socket, or with MSG_PEEK',
        when: (s, { waitall, peek }) => waitall && (!s.blocking || peek),
        does: () => code('WSAEOPNOTSUPP'),
        source: [RECV],
        evidence: 'documented',
      },
      {
        name: 'recv: own receiving side shut, and the connection is over',
        when: (s) => s.shutRead && s.over !== undefined,
        either: [
          {
            name: 'recv: own shutdown goes before what ended the connection',
            does: () => code('WSAESHUTDOWN'),
            source: [NOBODY, 'Wine 11.10, server/sock.c (recv_socket): the shut side, then the reset'],
            evidence: 'inferred',
          },
          {
            name: 'recv: what ended the connection goes before own shutdown',
            does: (s) => code(s.failure as string),
            source: [NOBODY],
            evidence: 'inferred',
          },
        ],
      },
      {
        name: 'recv: own receiving side shut',
        when: (s) => s.shutRead,
        does: () => code('WSAESHUTDOWN'),
        source: [`${SOCK}:9573, 9595, 9655, 9668 (test_shutdown): also where the FIN was read as 0 before`],
        evidence: 'asserted',
      },
      {
        name: 'recv: of 0 bytes, and the connection is over',
        when: (s, { length }) => s.over !== undefined && length === 0,
        either: [
          { name: 'recv: of 0 bytes tells what ended the connection', does: tells, source: [NOBODY], evidence: 'inferred' },
          { name: 'recv: of 0 bytes does not', does: () => ({ type: 'zero' }), source: [NOBODY], evidence: 'inferred' },
        ],
      },
      {
        name: 'recv: with MSG_PEEK, and the connection is over',
        when: (s, { peek }) => s.over !== undefined && peek,
        does: tells,
        source: [`${SOCK}:13983-13990 (test_tcp_reset): the error stays, whatever was called; no test peeks`],
        evidence: 'inferred',
      },
      {
        name: 'recv: reset, every time',
        when: (s, { peek }) => s.over === 'reset' && !s.fin && !peek,
        does: tells,
        source: [
          `${SOCK}:13983-13990 (test_tcp_reset)`,
          `${SOCK}:10867 (test_completion_port): as the first call after the reset`,
          'baresip/re#1',
          'creytiv/re#244',
        ],
        evidence: 'asserted',
      },
      {
        name: 'recv: reset after a FIN',
        when: (s, { peek }) => s.over === 'reset' && s.fin && !peek,
        does: tells,
        source: [NOBODY],
        evidence: 'inferred',
      },
      {
        name: 'recv: the abort by own send',
        when: (s, { peek }) => s.over === 'own send' && !s.told && !peek,
        does: tells,
        source: [`${SOCK}:9712-9715 (test_shutdown)`, 'libuv/libuv#2687 (measured 0x80072745)'],
        evidence: 'asserted',
      },
      {
        name: 'recv: the abort by own send, again, or after a send that failed',
        when: (s, { peek }) => s.over === 'own send' && s.told && !peek,
        does: tells,
        source: ['baresip/re#1', 'creytiv/re#244', 'ocaml-multicore/eio#783', 'curl/curl 72d5e144 (curl#657)'],
        evidence: 'reported',
      },
      {
        name: 'recv: MSG_WAITALL waits for the rest',
        when: (s, { length, waitall }) => waitall && s.unread < length && !s.fin && s.rcvtimeo === 0 && s.phase === 'connected',
        does: () => undefined,
        source: [RECV],
        evidence: 'documented',
      },
      {
        name: 'recv: MSG_WAITALL with a part and a timeout',
        when: (s, { length, waitall }) => waitall && s.unread > 0 && s.unread < length && !s.fin,
        unknown: 'whether the part is returned when the timeout runs out is not known',
      },
      {
        name: 'recv: what has arrived',
        when: (s) => s.unread > 0,
        does: (s, argument) => data(s, argument),
        source: [`${SOCK}:14560-14615 (test_send_buffering): all that was sent before a close is delivered`, `${SOCK}:13490-13503 (test_empty_recv)`, RECV],
        evidence: 'asserted',
      },
      {
        name: 'recv: FIN, every time',
        when: (s) => s.fin,
        does: (_, argument) => ended(argument),
        source: [`${SOCK}:9568-9571 (test_shutdown)`, 'rust-lang/rust library/std net tests read_eof', RECV],
        evidence: 'asserted',
      },
      {
        name: 'recv: not connected',
        when: (s) => s.phase === 'unconnected' || s.phase === 'listening',
        does: () => code('WSAENOTCONN'),
        source: [`${SOCK}:10890-10915 (test_completion_port)`, `${AFD}:1449-1452 (test_recv): a listener`, RECV],
        evidence: 'asserted',
      },
      {
        name: 'recv: after a refused connect',
        when: (s) => s.phase === 'refused',
        does: () => code('WSAENOTCONN'),
        source: [`${RECV} (WSAENOTCONN); no test calls it there`],
        evidence: 'inferred',
      },
      {
        name: 'recv: waits',
        when: (s) => s.blocking && s.rcvtimeo === 0,
        does: () => undefined,
        source: [RECV],
        evidence: 'documented',
      },
      {
        name: 'recv: SO_RCVTIMEO runs out',
        when: (s) => s.blocking,
        does: () => code('WSAETIMEDOUT'),
        source: [`${SOCK}:13540-13558 (test_timeout)`],
        evidence: 'asserted',
      },
      {
        name: 'recv: nothing there',
        does: () => code('WSAEWOULDBLOCK'),
        source: [RECV, `${SOCK}:13472-13486 (test_empty_recv)`],
        evidence: 'documented',
      },
    ]),

    ...on('send', [
      {
        name: 'send: own shutdown aborted the connection',
        when: (s) => s.over === 'own shutdown' && s.shutWrite,
        does: () => code('WSAECONNABORTED'),
        source: ['tokio-rs/mio tests/tcp_stream.rs:443-466 (shutdown_both)'],
        evidence: 'asserted',
      },
      {
        name: 'send: own sending side shut, and the connection is over',
        when: (s) => s.shutWrite && s.over !== undefined,
        either: [
          {
            name: 'send: own shutdown goes before what ended the connection',
            does: () => code('WSAESHUTDOWN'),
            source: [NOBODY],
            evidence: 'inferred',
          },
          {
            name: 'send: what ended the connection goes before own shutdown',
            does: (s) => code(s.failure as string),
            source: [NOBODY],
            evidence: 'inferred',
          },
        ],
      },
      {
        name: 'send: own sending side shut',
        when: (s) => s.shutWrite,
        does: () => code('WSAESHUTDOWN'),
        source: [`${SOCK}:9559-9566 (test_shutdown)`, SEND],
        evidence: 'asserted',
      },
      {
        name: 'send: reset, every time',
        when: (s) => s.over === 'reset' && !s.fin,
        does: (s) => code(s.failure as string),
        source: [`${SOCK}:13987-13990 (test_tcp_reset)`, `${SOCK}:10753-10756 (test_completion_port): as the first call after the reset`],
        evidence: 'asserted',
      },
      {
        name: 'send: reset after a FIN, or aborted by this host',
        when: (s) => s.over !== undefined && s.over !== 'own send' && !(s.over === 'reset' && !s.fin),
        does: (s) => code(s.failure as string),
        source: [NOBODY, COREFX],
        evidence: 'inferred',
      },
      {
        name: 'send: after the reset that own send drew',
        when: (s) => s.over === 'own send',
        either: [
          {
            name: 'send: then aborted',
            does: (s) => failed(s, 'WSAECONNABORTED'),
            source: ['golang/go#28852 (both were seen)', 'tokio-rs/mio tests/tcp_stream.rs:443-466', SEND],
            evidence: 'reported',
          },
          {
            name: 'send: then reset',
            does: (s) => failed(s, 'WSAECONNRESET'),
            source: ['golang/go#28852 (both were seen)'],
            evidence: 'reported',
          },
        ],
      },
      {
        name: 'send: not connected',
        when: (s) => s.phase !== 'connected',
        does: () => code('WSAENOTCONN'),
        source: [SEND, 'reactos/reactos modules/rostests/apitests/ws2_32/send.c'],
        evidence: 'documented',
      },
      {
        name: 'send: taken',
        does: (_, { length }, wire) => {
          if (length > 0) wire.push({ type: 'data', bytes: length });
          return sent(length);
        },
        source: [`${SOCK}:9583, 9709 (test_shutdown): to a peer that has shut its sending side, and once to one that has closed`],
        evidence: 'asserted',
      },
    ]),

    ...on('so_error', [
      {
        name: 'SO_ERROR: a refused non-blocking connect, not cleared',
        when: (s) => s.refusalKept,
        does: () => soError('WSAECONNREFUSED'),
        source: [`${SOCK}:4795-4808 (test_select)`, `${SOCK}:8622-8634 (test_WSAPoll)`, 'dotnet/runtime SocketOptionNameTest.cs (not cleared)'],
        evidence: 'asserted',
      },
      {
        name: 'SO_ERROR: 0 where recv has told the reset',
        when: (s) => s.told,
        does: () => soError(undefined),
        source: [`${SOCK}:13974-13977 (test_tcp_reset)`],
        evidence: 'asserted',
      },
      {
        name: 'SO_ERROR: 0',
        when: (s) => !s.told,
        does: () => soError(undefined),
        source: [
          'oven-sh/bun packages/bun-usockets/src/eventing/libuv.c (no reset is latched)',
          `${SOCK}:4930-4937 (test_select): a blocking connect's refusal`,
        ],
        evidence: 'reported',
      },
    ]),

    ...on('poll', [
      {
        name: 'poll: never connected',
        when: (s) => s.phase === 'unconnected',
        does: () => poll(),
        source: [`${SOCK}:4375-4400 (test_select)`, `${AFD}:1032 (test_poll)`],
        evidence: 'asserted',
      },
      {
        name: 'poll: a listener',
        when: (s) => s.phase === 'listening',
        does: (s) => (s.waiting === 'none' ? poll() : poll('IN')),
        source: [`${SOCK}:8396 (test_WSAPoll)`, `${AFD}:320 (test_poll)`],
        evidence: 'asserted',
      },
      {
        name: 'poll: a refused connect',
        when: (s) => s.phase === 'refused',
        does: () => poll('OUT', 'ERR', 'HUP'),
        source: [`${SOCK}:8590-8620 (test_WSAPoll)`, `${LEARN}/winsock2/nf-winsock2-wsapoll (from Windows 10 2004 on; before it nothing is ever told)`],
        evidence: 'asserted',
      },
      {
        name: 'poll: reset, every time',
        when: (s) => isPlainReset(s),
        does: () => poll('OUT', 'ERR', 'HUP'),
        source: [`${SOCK}:13992 (test_tcp_reset)`, `${AFD}:1386-1424 (test_poll_reset)`],
        evidence: 'asserted',
      },
      {
        name: 'poll: over otherwise',
        when: (s) => s.over !== undefined && !isPlainReset(s),
        does: () => poll('OUT', 'ERR', 'HUP'),
        source: [`${SOCK}:13992 (test_tcp_reset): so it is after a reset; ${NOBODY}`],
        evidence: 'inferred',
      },
      {
        name: 'poll: a FIN and own shutdown',
        when: (s) => s.fin && (s.shutRead || s.shutWrite),
        does: (s) => poll(...events(s)),
        source: [`${SOCK}:8542 (test_WSAPoll): so it is without own shutdown; ${NOBODY}`],
        evidence: 'inferred',
      },
      {
        name: 'poll: a FIN, whether or not data is unread',
        when: (s) => s.fin && !s.shutRead && !s.shutWrite,
        does: (s) => poll(...events(s)),
        source: [`${SOCK}:8542, 8567 (test_WSAPoll)`, `${AFD}:474, 504 (test_poll)`, "jolt-net wsapoll_test (its author's Windows)"],
        evidence: 'asserted',
      },
      {
        name: 'poll: writable, and data',
        when: (s) => !s.fin,
        does: (s) => poll(...events(s)),
        source: [`${SOCK}:8511-8527 (test_WSAPoll): also after own shutdown`, `${AFD}:471, 502 (test_poll)`],
        evidence: 'asserted',
      },
    ]),
    ...on('select', [
      {
        name: 'select: never connected',
        when: (s) => s.phase === 'unconnected',
        does: () => select(false, false),
        source: [`${SOCK}:4375-4400 (test_select)`],
        evidence: 'asserted',
      },
      {
        name: 'select: a listener',
        when: (s) => s.phase === 'listening',
        does: (s) => select(s.waiting !== 'none', false),
        source: [`${LEARN}/winsock2/nf-winsock2-select`],
        evidence: 'documented',
      },
      {
        name: 'select: a refused connect, every time',
        when: (s) => s.phase === 'refused',
        does: () => select(false, false, true),
        source: [`${SOCK}:4785-4830, 4939-4946 (test_select)`],
        evidence: 'asserted',
      },
      {
        name: 'select: reset, every time',
        when: (s) => isPlainReset(s),
        does: () => select(true, true),
        source: [`${SOCK}:13994-14010 (test_tcp_reset)`],
        evidence: 'asserted',
      },
      {
        name: 'select: over otherwise',
        when: (s) => s.over !== undefined && !isPlainReset(s),
        does: () => select(true, true),
        source: [`${SOCK}:13994-14010 (test_tcp_reset): so it is after a reset; ${NOBODY}`],
        evidence: 'inferred',
      },
      {
        name: 'select: own receiving side shut',
        when: (s) => s.shutRead,
        does: (s) => select(s.fin, true),
        source: [`${SOCK}:8511-8527 (test_WSAPoll): poll tells OUT alone; no test asks select`],
        evidence: 'inferred',
      },
      {
        name: 'select: writable; readable with data or a FIN',
        when: (s) => !s.shutRead,
        does: (s) => select(s.unread > 0 || s.fin, true),
        source: [`${SOCK}:4760 (test_select)`, 'dotnet/runtime SendReceive.cs', `${LEARN}/winsock2/nf-winsock2-select`],
        evidence: 'asserted',
      },
    ]),

    ...on('getpeername', [
      {
        name: 'getpeername: not connected',
        when: (s) => s.phase === 'unconnected' || s.phase === 'listening',
        does: () => code('WSAENOTCONN'),
        source: [`${LEARN}/winsock/nf-winsock-getpeername`],
        evidence: 'documented',
      },
      {
        name: 'getpeername: after a refused connect',
        when: (s) => s.phase === 'refused',
        either: [
          { name: 'getpeername: then not connected', does: () => code('WSAENOTCONN'), source: [NOBODY], evidence: 'inferred' },
          {
            name: 'getpeername: then as while it was connecting',
            does: () => OK,
            source: [`${SOCK}:12958-12981 (test_connecting_socket): it succeeds while connecting; ${NOBODY}`],
            evidence: 'inferred',
          },
        ],
      },
      {
        name: 'getpeername: also when the connection is over',
        when: (s) => s.over !== undefined,
        does: () => OK,
        source: ['bloomberg/ntf-core ntsu_socketutil.t.cpp:8795-8855', 'gvanem/Watt-32#92'],
        evidence: 'reported',
      },
      {
        name: 'getpeername',
        when: (s) => s.over === undefined,
        does: () => OK,
        source: [`${SOCK}:9615, 9683 (test_shutdown): also after both sides shut both ways`],
        evidence: 'asserted',
      },
    ]),
    ...on('getsockname', [
      {
        name: 'getsockname: not bound',
        when: (s) => !s.bound,
        does: () => code('WSAEINVAL'),
        source: [`${LEARN}/winsock/nf-winsock-getsockname`],
        evidence: 'documented',
      },
      { name: 'getsockname', does: () => OK, source: [`${LEARN}/winsock/nf-winsock-getsockname`], evidence: 'documented' },
    ]),
    ...on('readable', [
      { name: 'FIONREAD: a listener', when: (s) => s.phase === 'listening', unknown: 'what FIONREAD gives on a listener is not known' },
      {
        name: 'FIONREAD: what has arrived, and 0 after a reset',
        does: (s) => readable(s.unread),
        source: [`${SOCK}:5624-5693 (test_fionread_siocatmark)`, 'openjdk/jdk test/jdk/java/net/Socket/ConnectionReset.java, CloseAvailable.java'],
        evidence: 'asserted',
      },
    ]),

    ...on('shutdown', [
      {
        name: 'shutdown: not connected',
        when: (s) => s.phase === 'unconnected' || s.phase === 'listening',
        does: () => code('WSAENOTCONN'),
        source: [`${SOCK}:9537-9545, 9780-9788 (test_shutdown)`],
        evidence: 'asserted',
      },
      {
        name: 'shutdown: after a refused connect',
        when: (s) => s.phase === 'refused',
        does: () => code('WSAENOTCONN'),
        source: [`${SHUTDOWN} (WSAENOTCONN); no test calls it there`],
        evidence: 'inferred',
      },
      {
        name: 'shutdown: the connection is over',
        when: (s) => s.over !== undefined,
        either: [
          {
            name: 'shutdown: then succeeds',
            does: (s, { direction }) => shut(s, direction),
            source: ['tokio-rs/tokio tests/tcp_shutdown.rs (shutdown_after_tcp_reset): one of two'],
            evidence: 'asserted',
          },
          {
            name: 'shutdown: then not connected',
            does: () => code('WSAENOTCONN'),
            source: ['tokio-rs/tokio tests/tcp_shutdown.rs (shutdown_after_tcp_reset): one of two'],
            evidence: 'asserted',
          },
          { name: 'shutdown: then reset', does: () => code('WSAECONNRESET'), source: ['aspnet/KestrelHttpServer#2554', SHUTDOWN], evidence: 'reported' },
        ],
      },
      {
        name: 'shutdown: both sides with data unread aborts the connection',
        when: (s, { direction }) => direction === 'both' && s.unread > 0,
        does: (s, { direction }, wire) => {
          abort(s, 'own shutdown', wire, false);
          return shut(s, direction);
        },
        source: ['tokio-rs/mio tests/tcp_stream.rs:443-466 (shutdown_both)', SHUTDOWN],
        evidence: 'asserted',
      },
      {
        name: 'shutdown: the receiving side with data unread aborts the connection',
        when: (s, { direction }) => direction === 'read' && s.unread > 0,
        does: (s, { direction }, wire) => {
          abort(s, 'own shutdown', wire, false);
          return shut(s, direction);
        },
        source: [SHUTDOWN, 'tokio-rs/mio tests/tcp_stream.rs (shutdown_read): succeeds'],
        evidence: 'documented',
      },
      {
        name: 'shutdown: a FIN for the sending side',
        does: (s, { direction }, wire) => {
          if (direction !== 'read') finish(s, wire);
          return shut(s, direction);
        },
        source: [`${SOCK}:9547-9690 (test_shutdown)`, 'dotnet/runtime Shutdown.cs (Shutdown_TCP_CLOSED_Success): also after both FINs'],
        evidence: 'asserted',
      },
    ]),

    ...on('connect', [
      {
        name: 'connect: listens',
        when: (s) => s.phase === 'listening',
        does: () => code('WSAEINVAL'),
        source: [`${SOCK}:8733-8736 (test_connect)`],
        evidence: 'asserted',
      },
      {
        name: 'connect: the call that waited has connected',
        when: (s, { again }) => again && s.phase === 'connected',
        does: () => OK,
        source: [`${LEARN}/winsock2/nf-winsock2-connect`],
        evidence: 'documented',
      },
      {
        name: 'connect: the call that waited was refused',
        when: (_, { again }) => again,
        does: () => code('WSAECONNREFUSED'),
        source: [`${SOCK}:4205-4218 (test_errors), 4930-4946 (test_select)`],
        evidence: 'asserted',
      },
      {
        name: 'connect: is connected, or was',
        when: (s) => s.phase === 'connected',
        does: () => code('WSAEISCONN'),
        source: [`${SOCK}:9628 (test_shutdown): also after both sides shut both ways`, `${SOCK} (test_connect)`],
        evidence: 'asserted',
      },
      {
        name: 'connect: a SYN, also after a refusal',
        does: (s, { refused }, wire) => {
          Object.assign(s, { phase: 'connecting', bound: true, refusalKept: false } satisfies Partial<WindowsTcp>);
          wire.push({ type: 'syn', refused });
          return s.blocking ? undefined : code('WSAEWOULDBLOCK');
        },
        source: [`${SOCK}:4818-4862 (test_select), test_connect`, 'https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-connect'],
        evidence: 'asserted',
      },
    ]),
    ...on('connected', [
      {
        name: 'arrives: connected',
        does: (s) => {
          s.phase = 'connected';
          return undefined;
        },
        source: [`${LEARN}/winsock2/nf-winsock2-connect`],
        evidence: 'documented',
      },
    ]),
    ...on('refused', [
      {
        name: 'arrives: a refusal',
        does: (s) => {
          s.phase = 'refused';
          s.refusalKept = !s.blocking;
          return undefined;
        },
        source: [`${SOCK}:4795-4808, 4930-4937 (test_select): SO_ERROR has it of a non-blocking connect alone`],
        evidence: 'asserted',
      },
    ]),

    ...on('connection', [
      { name: 'arrives: a connection where nobody listens', when: (s) => s.closed, unknown: 'S does not listen any more' },
      {
        name: 'arrives: a connection, in the queue',
        does: (s) => {
          s.waiting = 'there';
          return undefined;
        },
        source: [`${SOCK}:8396 (test_WSAPoll)`],
        evidence: 'asserted',
      },
    ]),
    ...on('accept', [
      {
        name: 'accept: no listener',
        when: (s) => s.phase !== 'listening',
        does: () => code('WSAEINVAL'),
        source: [`${LEARN}/winsock2/nf-winsock2-accept`],
        evidence: 'documented',
      },
      {
        name: 'accept: the connection was reset',
        when: (s) => s.waiting === 'reset',
        either: [
          { name: 'accept: then succeeds', does: () => OK, source: ['bloomberg/ntf-core ntsu_socketutil.t.cpp:8795-8855'], evidence: 'reported' },
          {
            name: 'accept: then reset',
            does: () => code('WSAECONNRESET'),
            source: [`${LEARN}/winsock2/nf-winsock2-accept`, 'twisted/twisted src/twisted/internet/tcp.py:79'],
            evidence: 'documented',
          },
          {
            name: 'accept: then there is none',
            does: (s) => (s.blocking ? undefined : code('WSAEWOULDBLOCK')),
            source: ['golang/go src/internal/poll/fd_windows.go (acceptOne)'],
            evidence: 'inferred',
          },
        ],
      },
      {
        name: 'accept: a connection',
        when: (s) => s.waiting === 'there',
        does: () => OK,
        source: [`${LEARN}/winsock2/nf-winsock2-accept`],
        evidence: 'documented',
      },
      {
        name: 'accept: waits',
        when: (s) => s.blocking,
        does: () => undefined,
        source: [`${LEARN}/winsock2/nf-winsock2-accept`],
        evidence: 'documented',
      },
      {
        name: 'accept: nothing there',
        does: () => code('WSAEWOULDBLOCK'),
        source: [`${LEARN}/winsock2/nf-winsock2-accept`],
        evidence: 'documented',
      },
    ]),

    ...on('kill', [
      {
        name: 'kill: an RST',
        when: (s) => isOpen(s),
        does: (s, _, wire) => resetPeer(s, wire),
        source: ['https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2 (WSAECONNRESET)', 'joyent/libuv#914'],
        evidence: 'documented',
      },
    ]),
    ...on(
      ['close', 'kill'],
      [
        {
          name: 'close: an RST where data is unread, or a connection waits',
          when: (s) => (isOpen(s) && s.unread > 0) || s.waiting === 'there',
          does: (s, _, wire) => resetPeer(s, wire),
          source: ['piscisaureus/wepoll test-oneshot-and-hangup.c', 'tokio-rs/mio (tcp_reset_close_event)', 'RFC 2525, 2.17'],
          evidence: 'asserted',
        },
        {
          name: 'close: a FIN',
          does: (s, _, wire) => {
            s.closed = true;
            finish(s, wire);
            return OK;
          },
          source: [`${SOCK}:9700-9709 (test_shutdown), 14560-14615 (test_send_buffering)`],
          evidence: 'asserted',
        },
      ],
    ),
    ...on('reset', [
      {
        name: 'close with SO_LINGER {1, 0}: an RST',
        when: (s) => isOpen(s),
        does: (s, _, wire) => resetPeer(s, wire),
        source: [`${SOCK}:216 (close_with_rst)`],
        evidence: 'asserted',
      },
      {
        name: 'close with SO_LINGER {1, 0}: nothing is left to reset',
        does: (s) => {
          s.closed = true;
          return OK;
        },
        source: [`${LEARN}/winsock2/nf-winsock2-closesocket`],
        evidence: 'inferred',
      },
    ]),

    ...on('data', [
      {
        name: 'arrives: data at a closed socket',
        when: (s) => s.closed && s.over === undefined,
        does: (s, _, wire) => abort(s, 'data after shutdown', wire, true),
        source: [`${SOCK}:9700-9716 (test_shutdown)`, 'RFC 9293, 3.10.7.1'],
        evidence: 'asserted',
      },
      {
        name: 'arrives: data after own shutdown of receiving',
        when: (s) => s.shutRead && s.over === undefined,
        does: (s, _, wire) => abort(s, 'data after shutdown', wire, true),
        source: [SHUTDOWN, COREFX],
        evidence: 'documented',
      },
      {
        name: 'arrives: data',
        when: (s) => s.over === undefined,
        does: (s, { bytes }) => {
          s.unread += bytes;
          return undefined;
        },
        source: [RECV],
        evidence: 'documented',
      },
    ]),
    ...on('fin', [
      {
        name: 'arrives: FIN',
        when: (s) => s.over === undefined,
        does: (s) => {
          s.fin = true;
          return undefined;
        },
        source: [`${SOCK}:9568-9571 (test_shutdown)`],
        evidence: 'asserted',
      },
    ]),
    ...on('rst', [
      {
        name: 'arrives: RST of a connection that waits',
        when: (s) => s.phase === 'listening',
        does: (s) => {
          s.waiting = 'reset';
          return undefined;
        },
        source: [`${LEARN}/winsock2/nf-winsock2-accept`],
        evidence: 'documented',
      },
      {
        name: 'arrives: RST drawn by own data, with data unread',
        when: (s, { drawn }) => drawn && s.unread > 0,
        either: [
          {
            name: 'arrives: RST drawn by own data discards what is unread, and aborts',
            does: (s) => fail(s, 'own send', 'WSAECONNABORTED'),
            source: ['curl/curl 72d5e144 (curl#657)', 'curl/curl b4b6e4f1fa'],
            evidence: 'reported',
          },
          {
            name: 'arrives: RST drawn by own data discards what is unread, and resets',
            does: (s) => fail(s, 'own send', 'WSAECONNRESET'),
            source: ['curl/curl 72d5e144 (curl#657)'],
            evidence: 'reported',
          },
        ],
      },
      {
        name: 'arrives: RST drawn by own data, after a FIN',
        when: (s, { drawn }) => drawn && s.fin,
        does: (s) => fail(s, 'own send', 'WSAECONNABORTED'),
        source: [`${SOCK}:9700-9716 (test_shutdown)`, 'libuv/libuv#2687'],
        evidence: 'asserted',
      },
      {
        name: 'arrives: RST drawn by own data, without a FIN',
        when: (_, { drawn }) => drawn,
        either: [
          { name: 'arrives: such an RST aborts', does: (s) => fail(s, 'own send', 'WSAECONNABORTED'), source: [COREFX], evidence: 'inferred' },
          { name: 'arrives: such an RST resets', does: (s) => fail(s, 'reset', 'WSAECONNRESET'), source: [SHUTDOWN], evidence: 'inferred' },
        ],
      },
      {
        name: 'arrives: RST after a FIN',
        when: (s) => s.fin,
        either: [
          { name: 'arrives: RST after a FIN aborts', does: (s) => fail(s, 'reset', 'WSAECONNABORTED'), source: [NOBODY], evidence: 'inferred' },
          { name: 'arrives: RST after a FIN resets', does: (s) => fail(s, 'reset', 'WSAECONNRESET'), source: [NOBODY], evidence: 'inferred' },
        ],
      },
      {
        name: 'arrives: RST, and what is unread is gone',
        when: (s) => s.unread > 0,
        does: (s) => fail(s, 'reset', 'WSAECONNRESET'),
        source: ['dotnet/runtime#57186', 'mongodb/mongo-go-driver#2558', 'golang/go#13434', 'oven-sh/bun#39653'],
        evidence: 'reported',
      },
      {
        name: 'arrives: RST',
        when: (s) => s.unread === 0,
        does: (s) => fail(s, 'reset', 'WSAECONNRESET'),
        source: [`${SOCK}:13966-13990 (test_tcp_reset)`],
        evidence: 'asserted',
      },
    ]),
  ],
});

/** An RST, and nothing before it: what the tests have. */
function isPlainReset(s: WindowsTcp): boolean {
  return s.over === 'reset' && !s.fin && !s.shutRead && !s.shutWrite;
}

function tells(s: WindowsTcp): Token {
  s.told = true;
  return code(s.failure as string);
}

/** What send says, recv says from then on. */
function failed(s: WindowsTcp, failure: NonNullable<WindowsTcp['failure']>): Token {
  s.failure = failure;
  return tells(s);
}

function events(s: WindowsTcp): readonly PollEvent[] {
  return [...(s.unread > 0 ? (['IN'] as const) : []), 'OUT', ...(s.fin ? (['HUP'] as const) : [])];
}

function shut(s: WindowsTcp, direction: 'read' | 'write' | 'both'): Token {
  if (direction !== 'write') s.shutRead = true;
  if (direction !== 'read') s.shutWrite = true;
  return OK;
}

/** Whether there is a connection that an RST would end. */
function isOpen(s: WindowsTcp): boolean {
  return s.phase === 'connected' && s.over === undefined && !(s.fin && s.finSent);
}

function finish(s: WindowsTcp, wire: Wire): void {
  if (!isOpen(s) || s.finSent) return;
  s.finSent = true;
  wire.push({ type: 'fin' });
}

function resetPeer(s: WindowsTcp, wire: Wire): Token {
  s.closed = true;
  s.over = 'own shutdown';
  wire.push({ type: 'rst', drawn: false });
  return OK;
}

/** This host ends the connection. */
function abort(s: WindowsTcp, over: 'own shutdown' | 'data after shutdown', wire: Wire, drawn: boolean): undefined {
  fail(s, over, 'WSAECONNABORTED');
  wire.push({ type: 'rst', drawn });
}

function fail(s: WindowsTcp, over: NonNullable<WindowsTcp['over']>, failure: NonNullable<WindowsTcp['failure']>): undefined {
  Object.assign(s, { over, failure, unread: 0 } satisfies Partial<WindowsTcp>);
}
