import { suite, times } from '../../runner/scenario.ts';

/** S has shut down a direction itself. */
export const shutdown = suite('tcp/shutdown', 'S itself has shut down a direction', {
  'own-read': {
    why: 'After shutting down its own receiving side, does recv return 0 or fail, and is data that arrives later delivered?',
    before: 'S shuts its receiving side',
    recorded: 'recv×2, (P sends 5, settle), recv×2',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcp();
      S.shutdown('read');
      await times(2, () => S.recv());
      await P.send(5);
      // Whether the bytes are kept is what is asked here, so that their number tells nothing.
      await S.settled('unobservable');
      await times(2, () => S.recv());
    },
  },
  'own-write': {
    why: 'After shutting down its own sending side: with which code does send fail, and does recv go on as before?',
    before: 'S shuts its sending side',
    recorded: 'send(8)×2, recv',
    async run(t) {
      const { S } = await t.tcp();
      S.shutdown('write');
      await times(2, () => S.send(8));
      await S.recv();
    },
  },
  'own-both': {
    why: 'After shutting down both directions itself: what do recv and send return? Neither is caused by the peer.',
    before: 'S shuts both',
    recorded: 'recv, send(8)',
    async run(t) {
      const { S } = await t.tcp();
      S.shutdown('both');
      await S.recv();
      await S.send(8);
    },
  },
});
