import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** Overlapped operations, which only Winsock has. */
export const overlapped = suite('tcp/overlapped', 'overlapped operations', {
  'pending-recv-reset': {
    why: 'A pending WSARecv meets a reset. Three codes report it: the NTSTATUS in the OVERLAPPED, GetOverlappedResult and WSAGetOverlappedResult.',
    steps: 'S WSARecv; P reset; S GetOverlappedResult; S WSAGetOverlappedResult; S OVERLAPPED.Internal',
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
    why: 'A pending WSARecv meets a FIN. Does each way to ask report success with 0 bytes?',
    steps: 'S WSARecv; P close; S GetOverlappedResult; S WSAGetOverlappedResult; S OVERLAPPED.Internal',
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
    why: 'After a reset, does a new WSARecv fail at once? Code that only looks at completions would miss that.',
    steps: 'P reset; S WSARecv ×2',
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
    why: 'After a reset, does a new WSASend fail at once, and a second one?',
    steps: 'P reset; S WSASend ×2',
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
    why: 'Closing the own socket ends its pending WSARecv. With which NTSTATUS? It is not caused by the peer.',
    steps: 'S WSARecv; (S close); S OVERLAPPED.Internal',
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
