import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** Overlapped operations, which only Winsock has. */
export const overlapped = suite('tcp/overlapped', 'overlapped operations', {
  'pending-recv-reset': {
    why: "One reset has three names: the NTSTATUS in the OVERLAPPED, GetOverlappedResult's code, WSAGetOverlappedResult's code. Tables know one or two of them.",
    before: '–',
    recorded: 'WSARecv, (RST, settle), GetOverlappedResult, WSAGetOverlappedResult, the NTSTATUS',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      const operation = winsock.operation();
      winsock.recv(S, operation);
      await P.reset();
      await winsock.done(operation);
      winsock.result(S, operation);
      winsock.wsaResult(S, operation);
      winsock.status(operation);
    },
  },
  'pending-recv-fin': {
    why: 'The orderly end of a pending receive is a success of no bytes, by every road.',
    before: '–',
    recorded: 'WSARecv, (FIN, settle), GetOverlappedResult, WSAGetOverlappedResult, the NTSTATUS',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      const operation = winsock.operation();
      winsock.recv(S, operation);
      await P.close();
      await winsock.done(operation);
      winsock.result(S, operation);
      winsock.wsaResult(S, operation);
      winsock.status(operation);
    },
  },
  'reset-then-recv': {
    why: 'Once the reset is there, a new receive fails at once instead of pending; code that only looks at completions never hears of it.',
    before: 'RST, settle',
    recorded: 'WSARecv×2',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      winsock.recv(S, winsock.operation());
      winsock.recv(S, winsock.operation());
    },
  },
  'reset-then-send': {
    why: 'The same for a send, and for a second one.',
    before: 'RST, settle',
    recorded: 'WSASend×2',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      await P.reset();
      await S.settled('reset');
      winsock.send(S, winsock.operation(8));
      winsock.send(S, winsock.operation(8));
    },
  },
  'pending-recv-local-close': {
    why: "Closing a socket of one's own ends its pending receive with an abort, which must not read as something the peer did.",
    before: '–',
    recorded: 'WSARecv, (S is closed, settle), the NTSTATUS',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S } = await t.tcp();
      const operation = winsock.operation();
      winsock.recv(S, operation);
      S.close();
      await winsock.done(operation);
      winsock.status(operation);
    },
  },
});
