import { suite, times } from '../../runner/scenario.ts';
import type { Trial } from '../../runner/trial.ts';
import { Winsock } from '../../runner/winsock.ts';

/** A datagram went to a port nobody listens on, and the host said so (ICMP, port unreachable). */
export const unreachable = suite('udp/unreachable', 'an earlier datagram went to a port nobody listens on', {
  unconnected: {
    why: 'A UDP server answers a client that is gone. Does its next recv fail, although the socket is not connected?',
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
    why: 'The control for the next one: SIO_UDP_CONNRESET set to TRUE.',
    before: 'S unconnected, SIO_UDP_CONNRESET TRUE, sends 4 to a closed port, settle',
    recorded: 'recv(64)×3',
    waits: true,
    run: (t) => withConnReset(t, true),
  },
  'connreset-off': {
    why: 'SIO_UDP_CONNRESET set to FALSE: does recv then ignore a client that is gone? UDP servers on Windows need this.',
    before: 'S unconnected, SIO_UDP_CONNRESET FALSE, sends 4 to a closed port, settle',
    recorded: 'recv(64)×3',
    waits: true,
    run: (t) => withConnReset(t, false),
  },
  'connected-recv': {
    why: 'A connected UDP socket sent to a closed port: which code does recv give, and how often?',
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
    why: 'A connected UDP socket sent to a closed port: does the next send report it, and is that datagram then not sent?',
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
