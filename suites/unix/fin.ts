import { suite, times } from '../../runner/scenario.ts';

/** The peer of an AF_UNIX stream socket has closed, with everything read. */
export const unixFin = suite('unix/fin', 'AF_UNIX stream: the peer has closed in good order', {
  idle: {
    why: 'The orderly end without TCP: end of stream for recv, and the code of a broken pipe for send.',
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
