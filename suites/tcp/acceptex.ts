import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** AcceptEx that waits for the connection and its first bytes. */
export const acceptex = suite('tcp/acceptex', 'AcceptEx that waits for a connection and its first bytes', {
  'peer-closes': {
    why: 'AcceptEx waits for first bytes, and the peer closes without sending any. Is that a success with 0 bytes?',
    steps: '(S listen); S AcceptEx; P connect; P close; S GetOverlappedResult; S OVERLAPPED.Internal',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L, address } = t.listener();
      const { operation } = winsock.acceptEx(L);
      const P = await t.peer();
      await P.connect(address);
      await P.close();
      await winsock.done(operation);
      winsock.mustHaveTakenThePeer(L);
      winsock.result(L, operation);
      winsock.status(operation);
    },
  },
  'peer-resets': {
    why: 'A connection is reset before AcceptEx completes. Which code? If the server stops on it, any client can stop such a server.',
    steps: '(S listen); S AcceptEx; P connect; P reset; S GetOverlappedResult; S WSAGetOverlappedResult',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L, address } = t.listener();
      const { operation } = winsock.acceptEx(L);
      const P = await t.peer();
      await P.connect(address);
      await P.reset();
      await winsock.done(operation);
      winsock.mustHaveTakenThePeer(L);
      winsock.result(L, operation);
      winsock.wsaResult(L, operation);
    },
  },
  'listener-closed': {
    why: 'The listener is closed while AcceptEx is pending. With which NTSTATUS does it end?',
    steps: '(S listen); S AcceptEx; (S close); S OVERLAPPED.Internal',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { L } = t.listener();
      const { operation } = winsock.acceptEx(L);
      winsock.mustBePending(operation);
      L.close();
      await winsock.done(operation);
      winsock.status(operation);
    },
  },
});
