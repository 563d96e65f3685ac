import { suite, times } from '../../runner/scenario.ts';

/** The peer of an AF_UNIX stream socket has closed, with everything read. */
export const unixFin = suite('unix/fin', 'AF_UNIX stream: the peer has closed in good order', {
  idle: {
    why: 'An AF_UNIX peer closes in good order: what do recv and send return?',
    before: 'AF_UNIX stream pair; P closes',
    recorded: 'recv(64)×3, send(4)',
    waits: true,
    async run(t) {
      const { S, P } = await t.unix();
      await P.close();
      await S.settled('unobservable');
      await times(3, () => S.recv(64));
      await S.send(4);
    },
  },
});
