import { suite } from '../../runner/scenario.ts';

/** AF_UNIX stream sockets know no RST, and yet some systems reset them. */
export const unixReset = suite('unix/reset', 'AF_UNIX stream: the peer has closed with unread data', {
  'close-with-unread': {
    why: 'An AF_UNIX peer closes with unread data. Is that a reset, as in TCP?',
    steps: 'unix: (S send 10); P close; S recv 64 ×3; S send 4',
  },
});
