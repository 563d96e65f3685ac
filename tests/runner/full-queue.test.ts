import { afterEach, expect, test } from 'vitest';
import type { Address } from '../../language/address.ts';
import { loadSockets } from '../../native-bindings/load.ts';
import { peerContext } from '../../runner/peer-process.ts';
import { PeerSocket } from '../../runner/peer-socket.ts';
import { EnvironmentFailure } from '../../runner/setup.ts';

const sockets = await loadSockets();
const opened: number[] = [];
afterEach(() => {
  for (const s of opened) sockets.close(s);
});

function socket(): number {
  const { ret } = sockets.socket('inet', 'stream');
  opened.push(ret);
  return ret;
}

// A SYN that comes to a full queue is dropped, and sent again after 1, 3 and 7 s: the connect would outlast an agent's 6 s, and read as a call that blocks.
test.runIf(process.platform === 'linux')('a peer whose connect finds the queue of the listener full says so, and does not wait [needs Linux]', () => {
  const L = socket();
  sockets.bind(L, { family: 'inet', host: '127.0.0.1', port: 0 });
  sockets.listen(L, 0);
  const to = sockets.getsockname(L).address as Address;
  sockets.connect(socket(), to);
  const P = new PeerSocket(peerContext(sockets));
  const begun = performance.now();
  expect(() => P.ask({ do: 'connect', to })).toThrow(EnvironmentFailure);
  expect(performance.now() - begun).toBeLessThan(5000);
  P.end();
});
