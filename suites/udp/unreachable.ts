import { suite, times } from '../../runner/scenario.ts';
import type { Trial } from '../../runner/trial.ts';
import { Winsock } from '../../runner/winsock.ts';

/** A datagram went to a port nobody listens on, and the host said so (ICMP, port unreachable). */
export const unreachable = suite('udp/unreachable', 'an earlier datagram went to a port nobody listens on', {
  unconnected: {
    why: 'A server that answers a client gone away: on one system its next recv fails with "connection reset", for a socket that has none.',
    before: 'S unconnected, sends 4 to a closed port, settle',
    recorded: 'recv(64)×3',
    waits: true,
    async run(t) {
      const { S } = t.udp();
      S.setNonBlocking();
      S.sendTo(t.closedPort('dgram'), 4);
      await S.settled('unobservable');
      await times(3, () => S.recv(64));
    },
  },
  'connreset-on': {
    why: 'SIO_UDP_CONNRESET switched on by hand: the control of the next one.',
    before: 'S unconnected, SIO_UDP_CONNRESET TRUE, sends 4 to a closed port, settle',
    recorded: 'recv(64)×3',
    waits: true,
    run: (t) => withConnReset(t, true),
  },
  'connreset-off': {
    why: 'What every UDP server on Windows has to switch off, or it loses its socket to a client that went away.',
    before: 'S unconnected, SIO_UDP_CONNRESET FALSE, sends 4 to a closed port, settle',
    recorded: 'recv(64)×3',
    waits: true,
    run: (t) => withConnReset(t, false),
  },
  'connected-recv': {
    why: 'On a connected socket the refusal is reported everywhere, under different names, once or again.',
    before: 'S connected to a closed port',
    recorded: 'send(4), (settle), recv(64)×3',
    waits: true,
    async run(t) {
      const { S } = t.udp();
      S.setNonBlocking();
      S.setPeer(t.closedPort('dgram'));
      await S.send(4);
      await S.settled('unobservable');
      await times(3, () => S.recv(64));
    },
  },
  'connected-send': {
    why: 'The refusal of one datagram may be reported by the sending of the next, which then is not sent.',
    before: 'S connected to a closed port',
    recorded: 'send(4), (settle), send(4)×3',
    waits: true,
    async run(t) {
      const { S } = t.udp();
      S.setNonBlocking();
      S.setPeer(t.closedPort('dgram'));
      await S.send(4);
      await S.settled('unobservable');
      await times(3, () => S.send(4));
    },
  },
});

async function withConnReset(t: Trial, on: boolean): Promise<void> {
  const winsock = new Winsock(t);
  const { S } = t.udp();
  S.setNonBlocking();
  winsock.setUdpConnReset(S, on);
  S.sendTo(t.closedPort('dgram'), 4);
  await S.settled('unobservable');
  await times(3, () => S.recv(64));
}
