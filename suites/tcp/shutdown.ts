import { suite } from '../../runner/scenario.ts';

/** S has shut down a direction itself. */
export const shutdown = suite('tcp/shutdown', 'S itself has shut down a direction', {
  'own-read': {
    why: 'After shutting down its own receiving side, does recv return 0 or fail, and is data that arrives later delivered?',
    steps: '(S shutdown read); S recv ×2; P send 5; S recv ×2',
  },
  'own-write': {
    why: 'After shutting down its own sending side: with which code does send fail, and does recv go on as before?',
    steps: '(S shutdown write); S send 8 ×2; S recv',
  },
  'own-both': {
    why: 'After shutting down both directions itself: what do recv and send return? Neither is caused by the peer.',
    steps: '(S shutdown both); S recv; S send 8',
  },
});
