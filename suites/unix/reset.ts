import { suite, times } from '../../runner/scenario.ts';

/** AF_UNIX stream sockets know no RST, and yet some systems reset them. */
export const unixReset = suite('unix/reset', 'AF_UNIX stream: the peer has closed with unread data', {
  'close-with-unread': {
    why: 'An AF_UNIX peer closes with unread data. Is that a reset, as in TCP?',
    before: 'AF_UNIX stream pair; S sends 10, P closes',
    recorded: 'recv(64)×3, send(4)',
    waits: true,
    async run(t) {
      const { S, P } = await t.unix();
      S.sendUnrecorded(10);
      await P.settled({ bytes: 10 });
      await P.close();
      await S.settled('unobservable');
      await times(3, () => S.recv(64));
      await S.send(4);
    },
  },
});
