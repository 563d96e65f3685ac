import { suite } from '../../runner/scenario.ts';

/** The connection is well, the arguments are not. */
export const args = suite('tcp/args', 'unusual arguments on a healthy connection', {
  'null-buffer': {
    why: 'recv into a NULL buffer: which code, and is the data kept for the next recv?',
    before: 'P sends 10, settle',
    recorded: 'recv(NULL, 10), recv',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.send(10);
      await S.settled({ bytes: 10 });
      await S.recvNull(10);
      await S.recv();
    },
  },
  'zero-length-recv': {
    why: 'A recv of 0 bytes returns 0, which is not an end of stream. What does it return while nothing has arrived?',
    before: '–',
    recorded: 'recv(0), (P sends 10, settle), recv(0), recv',
    async run(t) {
      const { S, P } = await t.tcp();
      await S.recv(0);
      await P.send(10);
      await S.settled({ bytes: 10 });
      await S.recv(0);
      await S.recv();
    },
  },
  'oob-none': {
    why: 'recv with MSG_OOB, and there is no urgent data: which code?',
    before: '–',
    recorded: 'recv(16, MSG_OOB)',
    async run(t) {
      const { S } = await t.tcp();
      await S.recv(16, 'MSG_OOB');
    },
  },
});
