import { suite, times } from '../../runner/scenario.ts';

/** The peer has reset the connection (RFC 9293, 3.10.7.4: an acceptable RST ends it at once). */
export const reset = suite('tcp/reset', 'the peer has reset the connection', {
  idle: {
    why: 'After a reset, does every recv report it, or only the first? A loop that closes on the second answer depends on this.',
    before: 'RST, settle',
    recorded: 'recv×5',
    families: ['inet6'],
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await times(5, () => S.recv());
    },
  },
  'idle-after-would-block': {
    why: 'An event loop has usually called recv before the reset arrives. Does that earlier would-block change the answers?',
    before: '–',
    recorded: 'recv, (RST, settle), recv×5',
    async run(t) {
      const { S, P } = await t.tcp();
      await S.recv();
      await P.reset();
      await S.settled('reset');
      await times(5, () => S.recv());
    },
  },
  'idle-without-settle': {
    why: 'The reset arrives while recv is being called. Are the answers the same every time, or does the system race?',
    before: '–',
    recorded: 'recv, (RST, no settle), recv×5',
    async run(t) {
      const { S, P } = await t.tcp();
      await S.recv();
      await P.reset();
      await times(5, () => S.recv());
    },
  },
  'unread-data': {
    why: 'The peer sends data, then resets. Is the unread data still delivered, or lost?',
    before: 'P sends 10, settle, RST, settle',
    recorded: 'recv×5',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.send(10);
      await S.settled({ bytes: 10 });
      await P.reset();
      await S.settled('reset');
      await times(5, () => S.recv());
    },
  },
  'unread-data-small-reads': {
    why: 'The same with a small buffer: at which recv does the reset show?',
    before: 'P sends 10, settle, RST, settle',
    recorded: 'recv(4)×6',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.send(10);
      await S.settled({ bytes: 10 });
      await P.reset();
      await S.settled('reset');
      await times(6, () => S.recv(4));
    },
  },
  'close-with-unread': {
    why: 'A peer that closes with unread data sends an RST instead of a FIN (RFC 2525, 2.17). What does recv return?',
    before: 'S sends 10, settle, P closes, settle',
    recorded: 'recv×5',
    async run(t) {
      const { S, P } = await t.tcp();
      S.sendUnrecorded(10);
      await P.settled({ bytes: 10 });
      await P.close();
      await S.settled('reset');
      await times(5, () => S.recv());
    },
  },
  'close-with-unread-after-data': {
    why: 'A server answers and closes with part of the request unread: its RST follows the answer. Is the answer still delivered?',
    before: 'S sends 10, P sends 5, settle, P closes, settle',
    recorded: 'recv×5',
    async run(t) {
      const { S, P } = await t.tcp();
      S.sendUnrecorded(10);
      await P.send(5);
      await S.settled({ bytes: 5 });
      await P.settled({ bytes: 10 });
      await P.close();
      await S.settled('reset');
      await times(5, () => S.recv());
    },
  },
  send: {
    why: 'Which code does send return after a reset, on the first call and on later ones, and what does recv return then?',
    before: 'RST, settle',
    recorded: 'send(8)×3, recv×3',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await times(3, () => S.send(8));
      await times(3, () => S.recv());
    },
  },
  'so-error': {
    why: 'Does SO_ERROR report the reset, and does reading it take the error away from recv?',
    before: 'RST, settle',
    recorded: 'SO_ERROR×2, recv×3',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await times(2, () => S.soError());
      await times(3, () => S.recv());
    },
  },
  'recv-then-so-error': {
    why: 'After recv has reported the reset, does SO_ERROR still report it?',
    before: 'RST, settle',
    recorded: 'recv, SO_ERROR',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await S.recv();
      await S.soError();
    },
  },
  peek: {
    why: 'MSG_PEEK leaves data in place. Does it also leave a pending reset in place?',
    before: 'RST, settle',
    recorded: 'recv(16, MSG_PEEK)×2, recv×2',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await times(2, () => S.recv(16, 'MSG_PEEK'));
      await times(2, () => S.recv());
    },
  },
  'zero-length-recv': {
    why: 'Some programs wait with a recv of 0 bytes. Does it report the reset, and does it consume it?',
    before: 'RST, settle',
    recorded: 'recv(0)×2, recv×2',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await times(2, () => S.recv(0));
      await times(2, () => S.recv());
    },
  },
  poll: {
    why: 'Which poll bits are set after a reset, and after recv has reported it? Some loops close on POLLERR or POLLHUP alone.',
    before: 'RST, settle',
    recorded: 'poll, recv, poll',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await S.poll();
      await S.recv();
      await S.poll();
    },
  },
  select: {
    why: 'In which of its three sets does select report a reset?',
    before: 'RST, settle',
    recorded: 'select, recv',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      await S.select();
      await S.recv();
    },
  },
  'after-half-close': {
    why: 'The peer has shut its sending side, then resets. Does recv report the reset, or still the end of the stream?',
    before: 'P shuts its sending side, settle',
    recorded: 'recv×2, send(8), (P receives: recorded too), (RST, settle), recv×3, send(8)',
    async run(t) {
      const { S, P } = await t.tcp();
      await P.shutdown('write');
      await S.settled('fin');
      await times(2, () => S.recv());
      await S.send(8);
      await P.receive(8);
      await P.reset();
      await S.settled('reset');
      await times(3, () => S.recv());
      await S.send(8);
    },
  },
  'waitall-partial': {
    why: 'recv with MSG_WAITALL has half of its bytes when the reset arrives. Are they delivered, and is the reset reported?',
    before: 'S blocking; P sends 5, settle, RST, settle',
    recorded: 'recv(10, MSG_WAITALL)×3',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcp({ blocking: true });
      await P.send(5);
      await S.settled({ bytes: 5 });
      await P.reset();
      await S.settled('reset');
      await times(3, () => S.recv(10, 'MSG_WAITALL'));
    },
  },
  'full-send-buffer': {
    why: 'A writer waits because the send buffer is full. After a reset, does its next send report the reset or still would-block?',
    before: '–',
    recorded: 'S sends 64 KiB pieces until one fails (only the failure is recorded), (RST, settle), send(8)×2, recv(64)×2',
    async run(t) {
      const { S, P } = await t.tcp();
      S.sendUntilFailure(64 * 1024);
      await P.reset();
      await S.settled('reset');
      await times(2, () => S.send(8));
      await times(2, () => S.recv(64));
    },
  },
  'peer-killed': {
    why: 'The peer process is killed with nothing unread. Does its system send a FIN or an RST?',
    before: 'P in a process of its own, which is killed, settle',
    recorded: 'recv×3',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcpToProcess();
      await P.kill();
      await S.settled('end');
      await times(3, () => S.recv());
    },
  },
  'peer-killed-with-unread': {
    why: 'The peer process is killed with unread data. What does recv return?',
    before: 'P in a process of its own with 10 unread bytes from S, which is killed, settle',
    recorded: 'recv×3',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcpToProcess();
      S.sendUnrecorded(10);
      await P.settled({ bytes: 10 });
      await P.kill();
      await S.settled('end');
      await times(3, () => S.recv());
    },
  },
  'blocked-recv': {
    why: 'A blocking recv is waiting when the reset arrives. What does it return, and what do later calls return?',
    before: 'S blocking; a recv is waiting when the RST arrives',
    recorded: 'that recv, recv×2',
    waits: true,
    async run(t) {
      const { S, P } = await t.tcp({ blocking: true });
      const { returned } = await S.recvWaiting();
      await P.reset();
      await returned;
      await times(2, () => S.recv());
    },
  },
});
