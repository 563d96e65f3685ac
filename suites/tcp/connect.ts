import { suite, times } from '../../runner/scenario.ts';

/** Windows sends its SYN again for two seconds, even on loopback, before it takes a refusal for an answer. */
const REFUSAL_MS = 3000;

/** S connects, and fails. */
export const connect = suite('tcp/connect', 'S connects, and fails', {
  refused: {
    why: 'After a blocking connect was refused: what is in SO_ERROR, and what does recv return?',
    before: 'S blocking, fresh',
    recorded: 'connect to a port nobody listens on, SO_ERROR, recv(16)',
    waits: true,
    async run(t) {
      const S = t.socket(t.parameters.family);
      await S.connect(t.closedPort('stream'), 'closed port');
      await S.soError();
      await S.recv(16);
    },
  },
  'refused-nonblocking': {
    why: 'A non-blocking connect is refused: which poll bits are set, does reading SO_ERROR clear it, and what does recv return?',
    before: 'S fresh',
    recorded: 'connect to a port nobody listens on, (wait 3 s, or until it has failed), poll, SO_ERROR×2, recv(16)×2',
    waits: true,
    async run(t) {
      const S = t.socket(t.parameters.family);
      S.setNonBlocking();
      await S.connect(t.closedPort('stream'), 'closed port');
      await S.connectSettled(REFUSAL_MS);
      await S.poll();
      await times(2, () => S.soError());
      await times(2, () => S.recv(16));
    },
  },
  'already-connected': {
    why: 'Which code does connect give on a socket that is connected already?',
    before: '–',
    recorded: 'connect to the same address again, on S as accepted',
    async run(t) {
      const { S } = await t.tcp();
      await S.connect(S.peerAddress(), "the peer's address");
    },
  },
});
