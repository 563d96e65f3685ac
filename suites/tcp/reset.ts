import { suite, times } from '../../runner/scenario.ts';

/** The peer has reset the connection (RFC 9293, 3.10.7.4: an acceptable RST ends it at once). */
export const reset = suite('tcp/reset', 'the peer has reset the connection', {
  idle: {
    why: 'The question this suite grew from: is a reset reported once and then as an end of stream, or every time?',
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
    why: 'An event loop usually finds the socket empty before the reset comes; the answers after it must not depend on that.',
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
    why: 'A reset that comes just as the loop asks: the answers may take any order only where the system itself races (Wine 10 does).',
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
    why: 'What the peer sent before it reset the connection: is it still delivered, or gone?',
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
    why: 'A reader with a small buffer meets the reset between two of its reads: where exactly does the data end?',
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
    why: 'A peer that closes without having read everything sends an RST, not a FIN (RFC 2525, 2.17): the reset nobody asked for.',
    before: 'S sends 10, settle, P plainly closes, settle',
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
    why: 'The response that is lost in practice: the server answers, closes with the rest of the request unread, and its RST may eat the answer.',
    before: 'S sends 10, P sends 5, settle, P plainly closes, settle',
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
    why: 'A writer meets the reset: which code, does it change from call to call, and what is left for recv?',
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
    why: 'SO_ERROR is often read to find out why a socket is readable; on some systems that reading takes the error away from recv.',
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
    why: 'The other way round: once recv has reported the reset, does SO_ERROR still know of it?',
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
    why: 'MSG_PEEK promises to leave things as they are; whether that holds for a pending reset is another matter.',
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
    why: 'A recv of no bytes is used to wait or to probe (zero-byte reads): does it report, or even use up, the reset?',
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
    why: 'Readiness may close a connection before recv is ever called: which bits stand after a reset, and after it was reported?',
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
    why: 'In which of its three sets select shows a reset: never the exceptional one, whatever its name suggests.',
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
    why: 'A half-closed connection is still a connection: an end of stream first, then a reset of the other half.',
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
    why: 'MSG_WAITALL with half of the bytes there when the reset comes: are they delivered, and is the reset still reported?',
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
    why: 'A writer that waits for room: after the reset its retry must not look like "still no room".',
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
    why: 'A process that is killed closes its sockets the plain way on one system and resets them on another.',
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
    why: 'A killed process that had not read everything: now the plain close is a reset on every system.',
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
    why: 'A recv that is already waiting is woken by the reset; what the call after it says differs from system to system.',
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
