import { suite } from '../../runner/scenario.ts';

/** S connects, and fails. */
export const connect = suite('tcp/connect', 'S connects, and fails', {
  refused: {
    why: 'After a blocking connect was refused: what is in SO_ERROR, and what does recv return?',
    steps: '(S socket); (S blocking); S connect refused; S so_error; S recv 16',
  },
  'refused-nonblocking': {
    why: 'A non-blocking connect is refused: which poll bits are set, does reading SO_ERROR clear it, and what does recv return?',
    steps: '(S socket); S connect refused; S poll; S so_error ×2; S recv 16 ×2',
  },
  'already-connected': {
    why: 'Which code does connect give on a socket that is connected already?',
    steps: 'S connect',
  },
});
