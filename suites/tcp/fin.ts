import { suite, times } from '../../runner/scenario.ts';

/** The peer has closed, with everything read: a FIN, the orderly end of one direction (RFC 9293, 3.6). */
export const fin = suite('tcp/fin', 'the peer has closed the connection in good order', {
  idle: {
    why: 'The orderly end, which every table must tell from a reset, and that it stays one however often it is asked for.',
    before: 'FIN, settle',
    recorded: 'recv×4',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.close();
      await S.settled('fin');
      await times(4, () => S.recv());
    },
  },
  'unread-data': {
    why: 'Data in front of a FIN must all be delivered before the end is.',
    before: 'P sends 10, FIN, settle',
    recorded: 'recv×4',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.send(10);
      await P.close();
      await S.settled({ bytes: 10 });
      await S.settled('fin');
      await times(4, () => S.recv());
    },
  },
  'send-then-recv': {
    why: 'Sending to a peer that has closed draws an RST: does recv then say end, reset or aborted?',
    before: 'FIN, settle',
    recorded: 'send(8), (settle), recv×4',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.close();
      await S.settled('fin');
      await S.send(8);
      await S.settled('reset');
      await times(4, () => S.recv());
    },
  },
  'send-then-send': {
    why: 'The first send after a FIN succeeds, and the failure comes a call late: with which code, and again?',
    before: 'FIN, settle',
    recorded: 'send(8), (settle), send(8)×3, recv×2',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.close();
      await S.settled('fin');
      await S.send(8);
      await S.settled('reset');
      await times(3, () => S.send(8));
      await times(2, () => S.recv());
    },
  },
  'unread-data-send-then-recv': {
    why: 'A full response is waiting to be read when our own late send draws an RST: is the response still there?',
    before: 'P sends 5, FIN, settle',
    recorded: 'send(8), (settle), recv×4',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.send(5);
      await P.close();
      await S.settled({ bytes: 5 });
      await S.settled('fin');
      await S.send(8);
      await S.settled('reset');
      await times(4, () => S.recv());
    },
  },
  poll: {
    why: 'Which bits an orderly end sets, before and after it was read: HUP on one system, IN alone on another.',
    before: 'FIN, settle',
    recorded: 'poll, recv, poll',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.close();
      await S.settled('fin');
      await S.poll();
      await S.recv();
      await S.poll();
    },
  },
  select: {
    why: 'An orderly end makes a socket readable; nothing else may change.',
    before: 'FIN, settle',
    recorded: 'select',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.close();
      await S.settled('fin');
      await S.select();
    },
  },
  'waitall-partial': {
    why: 'MSG_WAITALL with half of the bytes there when the end comes: they must be delivered, the end after them.',
    before: 'S blocking; P sends 5, settle, P shuts its sending side, settle',
    recorded: 'recv(10, MSG_WAITALL)×3',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcp({ blocking: true });
      await P.send(5);
      await S.settled({ bytes: 5 });
      await P.shutdown('write');
      await S.settled('fin');
      await times(3, () => S.recv(10, 'MSG_WAITALL'));
    },
  },
});
