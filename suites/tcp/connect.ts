import { suite, times } from '../../runner/scenario.ts';

/** Windows sends its SYN again for two seconds, even on loopback, before it takes a refusal for an answer. */
const REFUSAL_MS = 3000;

/** S connects, and fails. */
export const connect = suite('tcp/connect', 'S connects, and fails', {
  refused: {
    why: 'A refused blocking connect: what it leaves in SO_ERROR and what recv then says.',
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
    why: 'Event loops learn of a refusal through readiness and SO_ERROR; whether reading it clears it decides what recv says next.',
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
    why: 'connect on a connected socket: the code by which "already done" is told from "failed".',
    before: '–',
    recorded: 'connect to the same address again, on S as accepted',
    async run(t) {
      const { S } = await t.tcp();
      await S.connect(S.peerAddress(), "the peer's address");
    },
  },
});
