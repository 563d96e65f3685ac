import { suite } from '../../runner/scenario.ts';

/** The peer of an AF_UNIX stream socket has closed, with everything read. */
export const unixFin = suite('unix/fin', 'AF_UNIX stream: the peer has closed in good order', {
  idle: {
    why: 'An AF_UNIX peer closes in good order: what do recv and send return?',
    steps: 'unix: P close; S recv 64 ×3; S send 4',
  },
});
