import { suite, times } from '../../runner/scenario.ts';

/** Datagrams that are no plain data. */
export const datagram = suite('udp/datagram', 'datagrams that do not fit the buffer, and empty ones', {
  truncated: {
    why: 'A datagram is larger than the buffer: is it cut silently, or an error? An empty datagram returns 0, which is not an end.',
    before: 'a datagram of 100 and an empty one have arrived',
    recorded: 'recv(10)×3',
    waits: true,
    async run(t) {
      const { S, address } = t.udp();
      S.setNonBlocking();
      const { S: sender } = t.udp();
      sender.sendTo(address, 100);
      await S.settled({ bytes: 100 });
      sender.sendTo(address, 0);
      // An empty datagram behind another shows in no count.
      await S.settled('unobservable');
      await times(3, () => S.recv(10));
    },
  },
});
