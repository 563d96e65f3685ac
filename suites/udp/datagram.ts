import { suite } from '../../runner/scenario.ts';

/** Datagrams that are no plain data. */
export const datagram = suite('udp/datagram', 'datagrams that do not fit the buffer, and empty ones', {
  truncated: {
    why: 'A datagram is larger than the buffer: is it cut silently, or an error? An empty datagram returns 0, which is not an end.',
    steps: 'udp: P send 100; P send 0; S recv 10 ×3',
  },
});
