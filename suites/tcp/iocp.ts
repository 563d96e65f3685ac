import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** Overlapped operations on a socket that is bound to a completion port. */
export const iocp = suite('tcp/iocp', 'overlapped operations on a completion port', {
  'pending-recv-reset': {
    why: 'Which code does a completion port report for a reset? A table for recv may not have it.',
    steps: '(S CreateIoCompletionPort); S WSARecv; P reset; S GetQueuedCompletionStatus ×2',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      const port = winsock.port(S);
      const operation = winsock.operation();
      winsock.recv(S, operation);
      await P.reset();
      await winsock.done(operation);
      winsock.next(port);
      winsock.next(port);
    },
  },
  'reset-then-recv': {
    why: 'After a reset, a WSARecv that fails at once: is a completion queued too? A loop that waits for one would hang.',
    steps: '(S CreateIoCompletionPort); P reset; S WSARecv; S GetQueuedCompletionStatus',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      const port = winsock.port(S);
      await P.reset();
      await S.settled('reset');
      winsock.recv(S, winsock.operation());
      await S.settled('unobservable');
      winsock.next(port);
    },
  },
  'reset-then-send': {
    why: 'The same for WSASend.',
    steps: '(S CreateIoCompletionPort); P reset; S WSASend; S GetQueuedCompletionStatus',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      const port = winsock.port(S);
      await P.reset();
      await S.settled('reset');
      winsock.send(S, winsock.operation(8));
      await S.settled('unobservable');
      winsock.next(port);
    },
  },
  'pending-recv-local-close': {
    why: 'Closing the own socket ends its pending WSARecv. Which code does the completion port report?',
    steps: '(S CreateIoCompletionPort); S WSARecv; (S close); S GetQueuedCompletionStatus',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S } = await t.tcp();
      const port = winsock.port(S);
      const operation = winsock.operation();
      winsock.recv(S, operation);
      S.close();
      await winsock.done(operation);
      winsock.next(port);
    },
  },
});
