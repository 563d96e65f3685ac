import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** Overlapped operations on a socket that is bound to a completion port. */
export const iocp = suite('tcp/iocp', 'overlapped operations on a completion port', {
  'pending-recv-reset': {
    why: 'At a completion port a reset is ERROR_NETNAME_DELETED (64), a code that many tables do not have.',
    before: 'S is bound to a completion port',
    recorded: 'WSARecv, (RST, settle), GetQueuedCompletionStatus×2',
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
    why: 'A receive that fails at once queues no completion: a loop that waits for one waits for ever.',
    before: 'S is bound to a completion port; RST, settle',
    recorded: 'WSARecv, GetQueuedCompletionStatus',
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
    why: 'The same for a send.',
    before: 'S is bound to a completion port; RST, settle',
    recorded: 'WSASend, GetQueuedCompletionStatus',
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
    why: 'A pending receive on a socket that is closed here: "connection aborted" on Windows, "operation aborted" under Wine.',
    before: 'S is bound to a completion port',
    recorded: 'WSARecv, (S is closed, settle), GetQueuedCompletionStatus',
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
