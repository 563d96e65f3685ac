import { suite } from '../../runner/scenario.ts';

/** A listening socket. */
export const accept = suite('tcp/accept', 'a listening socket', {
  'after-reset': {
    why: 'A connection is reset before it is accepted. Does accept succeed, fail, or not see it? A server must not stop listening.',
    steps: '(S listen); P connect; P reset; S accept; S recv 64 ×3',
  },
  'nothing-pending': {
    why: 'The control: which code does accept give when no connection is waiting?',
    steps: '(S listen); S accept',
  },
});
