import { suite } from '../../runner/scenario.ts';

/** The peer has reset the connection (RFC 9293, 3.10.7.4: an acceptable RST ends it at once). */
export const reset = suite('tcp/reset', 'the peer has reset the connection', {
  idle: {
    why: 'After a reset, does every recv report it, or only the first? A loop that closes on the second answer depends on this.',
    steps: 'P reset; S recv ×5',
    families: ['inet6'],
  },
  'idle-after-would-block': {
    why: 'An event loop has usually called recv before the reset arrives. Does that earlier would-block change the answers?',
    steps: 'S recv; P reset; S recv ×5',
  },
  'idle-without-settle': {
    why: 'The reset arrives while recv is being called. Are the answers the same every time, or does the system race?',
    steps: 'S recv; P reset~; S recv ×5',
  },
  'unread-data': {
    why: 'The peer sends data, then resets. Is the unread data still delivered, or lost?',
    steps: 'P send 10; P reset; S recv ×5',
  },
  'unread-data-small-reads': {
    why: 'The same with a small buffer: at which recv does the reset show?',
    steps: 'P send 10; P reset; S recv 4 ×6',
  },
  'close-with-unread': {
    why: 'A peer that closes with unread data sends an RST instead of a FIN (RFC 2525, 2.17). What does recv return?',
    steps: '(S send 10); P close; S recv ×5',
  },
  'close-with-unread-after-data': {
    why: 'A server answers and closes with part of the request unread: its RST follows the answer. Is the answer still delivered?',
    steps: '(S send 10); P send 5; P close; S recv ×5',
  },
  send: {
    why: 'Which code does send return after a reset, on the first call and on later ones, and what does recv return then?',
    steps: 'P reset; S send 8 ×3; S recv ×3',
  },
  'so-error': {
    why: 'Does SO_ERROR report the reset, and does reading it take the error away from recv?',
    steps: 'P reset; S so_error ×2; S recv ×3',
  },
  'recv-then-so-error': {
    why: 'After recv has reported the reset, does SO_ERROR still report it?',
    steps: 'P reset; S recv; S so_error',
  },
  peek: {
    why: 'MSG_PEEK leaves data in place. Does it also leave a pending reset in place?',
    steps: 'P reset; S peek 16 ×2; S recv ×2',
  },
  'zero-length-recv': {
    why: 'Some programs wait with a recv of 0 bytes. Does it report the reset, and does it consume it?',
    steps: 'P reset; S recv 0 ×2; S recv ×2',
  },
  poll: {
    why: 'Which poll bits are set after a reset, and after recv has reported it? Some loops close on POLLERR or POLLHUP alone.',
    steps: 'P reset; S poll; S recv; S poll',
  },
  select: {
    why: 'In which of its three sets does select report a reset?',
    steps: 'P reset; S select; S recv',
  },
  'after-half-close': {
    why: 'The peer has shut its sending side, then resets. Does recv report the reset, or still the end of the stream?',
    steps: 'P shutdown write; S recv ×2; S send 8; P recv recorded; P reset; S recv ×3; S send 8',
  },
  'waitall-partial': {
    why: 'recv with MSG_WAITALL has half of its bytes when the reset arrives. Are they delivered, and is the reset reported?',
    steps: '(S blocking); P send 5; P reset; S recv 10 MSG_WAITALL ×3',
  },
  'full-send-buffer': {
    why: 'A writer waits because the send buffer is full. After a reset, does its next send report the reset or still would-block?',
    steps: 'S fill; P reset; S send 8 ×2; S recv 64 ×2',
  },
  'peer-killed': {
    why: 'The peer process is killed with nothing unread. Does its system send a FIN or an RST?',
    steps: 'P kill; S recv ×3',
  },
  'peer-killed-with-unread': {
    why: 'The peer process is killed with unread data. What does recv return?',
    steps: '(S send 10); P kill; S recv ×3',
  },
  'blocked-recv': {
    why: 'A blocking recv is waiting when the reset arrives. What does it return, and what do later calls return?',
    steps: '(S blocking); S recv &; P reset; S recv ×2',
  },
});
