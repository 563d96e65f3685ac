import { suite, times } from '../../runner/scenario.ts';

/** A listening socket. */
export const accept = suite('tcp/accept', 'a listening socket', {
  'after-reset': {
    why: 'A connection is reset before it is accepted. Does accept succeed, fail, or not see it? A server must not stop listening.',
    before: 'P connects, settle, RST, settle; the listener is non-blocking',
    recorded: 'accept, then on what it returned recv(64)×3',
    waits: true,
    async run(t) {
      const { L, address } = t.listener();
      L.setNonBlocking();
      const P = await t.peer();
      await P.connect(address);
      await L.settled({ connections: 1 });
      await P.reset();
      // The connection has no handle yet that could be asked.
      await L.settled('unobservable');
      const S = await L.accept();
      if (S !== undefined) await times(3, () => S.recv(64));
    },
  },
  'nothing-pending': {
    why: 'The control: which code does accept give when no connection is waiting?',
    before: 'the listener is non-blocking',
    recorded: 'accept',
    async run(t) {
      const { L } = t.listener();
      L.setNonBlocking();
      await L.accept();
    },
  },
});
