import { suite, times } from '../../runner/scenario.ts';

/** The peer has closed, with everything read: a FIN, the orderly end of one direction (RFC 9293, 3.6). */
export const fin = suite('tcp/fin', 'the peer has closed the connection in good order', {
  idle: {
    why: 'The peer closes in good order: does every recv return 0?',
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
    why: 'The peer sends data, then closes. Is all of it delivered before the end of the stream?',
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
    why: 'A send to a peer that has closed is answered with an RST. Does recv then return an end, a reset or an abort?',
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
    why: 'The first send after a FIN succeeds. With which code do the following ones fail?',
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
    why: 'A response is unread when our own late send is answered with an RST. Is the response still delivered?',
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
    why: 'Which poll bits does a FIN set, before and after recv has returned 0?',
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
    why: 'In which of its three sets does select report a FIN?',
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
    why: 'recv with MSG_WAITALL has half of its bytes when the FIN arrives. Are they delivered before the end?',
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
