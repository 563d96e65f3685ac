import { suite } from '../../runner/scenario.ts';

/** S is no connected socket. */
export const state = suite('tcp/state', 'S is not a connected socket', {
  unconnected: {
    why: 'What do recv and send return on a socket that was never connected?',
    steps: '(S socket); S recv ×2; S send 8',
  },
  listening: {
    why: 'What do recv and send return on a listening socket?',
    steps: '(S listen); S recv; S send 8',
  },
  'listening-blocking': {
    why: 'The same on a blocking listener: does recv fail, or never return?',
    steps: '(S listen); (S blocking); S recv',
  },
  'closed-handle': {
    why: 'Which code does recv give for a handle that was closed?',
    steps: '(S close); S recv',
  },
});
