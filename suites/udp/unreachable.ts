import { suite, times } from '../../runner/scenario.ts';
import type { Trial } from '../../runner/trial.ts';
import { Winsock } from '../../runner/winsock.ts';

/** A datagram went to a port nobody listens on, and the host said so (ICMP, port unreachable). */
export const unreachable = suite('udp/unreachable', 'an earlier datagram went to a port nobody listens on', {
  unconnected: {
    why: 'A UDP server answers a client that is gone. Does its next recv fail, although the socket is not connected?',
    steps: 'udp: P close; (S send 4); S recv 64 ×3',
  },
  'connreset-on': {
    why: 'The control for the next one: SIO_UDP_CONNRESET set to TRUE.',
    steps: 'udp: (S SIO_UDP_CONNRESET TRUE); P close; (S send 4); S recv 64 ×3',
    waits: true,
    run: (t) => withConnReset(t, true),
  },
  'connreset-off': {
    why: 'SIO_UDP_CONNRESET set to FALSE: does recv then ignore a client that is gone? UDP servers on Windows need this.',
    steps: 'udp: (S SIO_UDP_CONNRESET FALSE); P close; (S send 4); S recv 64 ×3',
    waits: true,
    run: (t) => withConnReset(t, false),
  },
  'connected-recv': {
    why: 'A connected UDP socket sent to a closed port: which code does recv give, and how often?',
    steps: 'udp: P close; (S connect); S send 4; S recv 64 ×3',
  },
  'connected-send': {
    why: 'A connected UDP socket sent to a closed port: does the next send report it, and is that datagram then not sent?',
    steps: 'udp: P close; (S connect); S send 4; S send 4 ×3',
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
