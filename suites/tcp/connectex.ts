import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** ConnectEx: a connect that is an overlapped operation. */
export const connectex = suite('tcp/connectex', 'ConnectEx, a connect that is an overlapped operation', {
  refused: {
    why: 'ConnectEx is refused: 1225 from GetOverlappedResult, 10061 from WSAGetOverlappedResult?',
    steps: '(S socket); (S bind); S ConnectEx refused; S GetOverlappedResult; S WSAGetOverlappedResult',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, operation } = winsock.connectEx(t.closedPort('stream'), 'closed port');
      await winsock.done(operation, 3000);
      winsock.result(S, operation);
      winsock.wsaResult(S, operation);
    },
  },
  unbound: {
    why: 'ConnectEx on a socket that is not bound: which code? connect binds it itself.',
    steps: '(S socket); S ConnectEx refused',
    async run(t) {
      new Winsock(t).connectEx(t.closedPort('stream'), 'closed port', { bound: false });
    },
  },
});
