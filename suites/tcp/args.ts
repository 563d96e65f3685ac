import { suite } from '../../runner/scenario.ts';

/** The connection is well, the arguments are not. */
export const args = suite('tcp/args', 'unusual arguments on a healthy connection', {
  'null-buffer': {
    why: 'A bad buffer must fail and leave the data where it was.',
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
    why: 'A recv of no bytes returns 0 without being an end of stream: a reader that closes on 0 is wrong here.',
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
    why: 'Asking for urgent data where there is none: "invalid" on one system, "would block" on another.',
    before: '–',
    recorded: 'recv(16, MSG_OOB)',
    async run(t) {
      const { S } = await t.tcp();
      await S.recv(16, 'MSG_OOB');
    },
  },
});
