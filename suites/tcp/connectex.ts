import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** ConnectEx: a connect that is an overlapped operation. */
export const connectex = suite('tcp/connectex', 'ConnectEx, a connect that is an overlapped operation', {
  refused: {
    why: 'A refusal is 1225 by one road and 10061 by the other.',
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
    why: 'ConnectEx wants a bound socket, which connect does not.',
    before: 'S is fresh',
    recorded: 'ConnectEx to a port nobody listens on',
    async run(t) {
      new Winsock(t).connectEx(t.closedPort('stream'), 'closed port', { bound: false });
    },
  },
});
