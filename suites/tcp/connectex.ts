import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** ConnectEx: a connect that is an overlapped operation. */
export const connectex = suite('tcp/connectex', 'ConnectEx, a connect that is an overlapped operation', {
  refused: {
    why: 'ConnectEx is refused: 1225 from GetOverlappedResult, 10061 from WSAGetOverlappedResult?',
    before: 'S is bound',
    recorded: 'ConnectEx to a port nobody listens on, (wait 3 s, or until it has failed), GetOverlappedResult, WSAGetOverlappedResult',
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
    before: 'S is fresh',
    recorded: 'ConnectEx to a port nobody listens on',
    async run(t) {
      new Winsock(t).connectEx(t.closedPort('stream'), 'closed port', { bound: false });
    },
  },
});
