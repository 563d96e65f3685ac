import { suite, times } from '../../runner/scenario.ts';

/** A listening socket. */
export const accept = suite('tcp/accept', 'a listening socket', {
  'after-reset': {
    why: 'A connection that is reset before it is accepted: accept may succeed, fail, or never hear of it; a server must not stop listening.',
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
    why: 'The control: what accept says when nobody is there.',
    before: 'the listener is non-blocking',
    recorded: 'accept',
    async run(t) {
      const { L } = t.listener();
      L.setNonBlocking();
      await L.accept();
    },
  },
});
