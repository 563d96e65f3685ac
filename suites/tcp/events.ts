import { suite } from '../../runner/scenario.ts';
import { Winsock } from '../../runner/winsock.ts';

/** WSAEventSelect: what FD_READ and FD_CLOSE say, and with which error. */
export const events = suite('tcp/events', 'WSAEventSelect: what FD_READ and FD_CLOSE report', {
  fin: {
    why: 'After a FIN, is FD_CLOSE reported once, and without an error?',
    steps: '(S WSAEventSelect FD_READ FD_CLOSE); P close; S WSAEnumNetworkEvents ×2',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      winsock.watch(S);
      await P.close();
      await S.settled('unobservable');
      winsock.networkEvents(S);
      winsock.networkEvents(S);
    },
  },
  reset: {
    why: 'After a reset, which error does FD_CLOSE carry? It may not be the one that recv gives.',
    steps: '(S WSAEventSelect FD_READ FD_CLOSE); P reset; S WSAEnumNetworkEvents ×2',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      winsock.watch(S);
      await P.reset();
      await S.settled('unobservable');
      winsock.networkEvents(S);
      winsock.networkEvents(S);
    },
  },
  'fin-with-unread': {
    why: 'Data is unread when the FIN arrives. Is FD_CLOSE reported before the data was read? A program that closes on it loses the data.',
    steps: '(S WSAEventSelect FD_READ FD_CLOSE); P send 5; P close; S WSAEnumNetworkEvents; S recv ×2; S WSAEnumNetworkEvents',
    waits: true,
    async run(t) {
      const winsock = new Winsock(t);
      const { S, P } = await t.tcp();
      winsock.watch(S);
      await P.send(5);
      await P.close();
      await S.settled('unobservable');
      winsock.networkEvents(S);
      await S.recv();
      await S.recv();
      winsock.networkEvents(S);
    },
  },
});
