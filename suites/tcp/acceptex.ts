import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** AcceptEx that waits for the connection and its first bytes. */
export const acceptex = suite('tcp/acceptex', 'AcceptEx that waits for a connection and its first bytes', {
  'peer-closes': {
    why: 'A peer that connects and closes without a word completes the accept with no bytes: an end, not an error.',
    before: '–',
    recorded: 'AcceptEx, (P connects, FIN, settle), GetOverlappedResult, the NTSTATUS',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L, address } = t.listener();
      const { operation } = winsock.acceptEx(L);
      const P = await t.peer();
      await P.connect(address);
      await P.close();
      await winsock.done(operation);
      winsock.result(L, operation);
      winsock.status(operation);
    },
  },
  'peer-resets': {
    why: 'A connection reset before AcceptEx is done fails the accept, not the listener: a server that stops on it has been talked into it.',
    before: '–',
    recorded: 'AcceptEx, (P connects, RST, settle), GetOverlappedResult, WSAGetOverlappedResult',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L, address } = t.listener();
      const { operation } = winsock.acceptEx(L);
      const P = await t.peer();
      await P.connect(address);
      await P.reset();
      await winsock.done(operation);
      winsock.result(L, operation);
      winsock.wsaResult(L, operation);
    },
  },
  'listener-closed': {
    why: 'Closing the listener cancels the accepts that wait on it.',
    before: '–',
    recorded: 'AcceptEx, (the listener is closed, settle), the NTSTATUS',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L } = t.listener();
      const { operation } = winsock.acceptEx(L);
      L.close();
      await winsock.done(operation);
      winsock.status(operation);
    },
  },
});
