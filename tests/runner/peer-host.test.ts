import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Command } from '../../platforms/command.ts';
import { connectTo } from '../../runner/channel.ts';
import { deferred } from '../../runner/deferred.ts';
import { Inbox } from '../../runner/inbox.ts';
import { startPeerHost } from '../../runner/peer-host-handle.ts';
import { hostedPeers } from '../../runner/peers.ts';
import { RunFailed, record } from '../../runner/record.ts';

import { childrenOf } from '../fixtures/index.ts';

const program = fileURLToPath(new URL('../../dist/cli/agent.js', import.meta.url));
const agent: Command = { command: process.execPath, args: [program, 'agent'], stderr: 'pipe' };
const peers: Command = { command: process.execPath, args: [program, 'peer-host'], stderr: 'pipe' };

/** Resolves when the other side has closed the connection. */
function stranger(port: number, say: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => (say === undefined ? socket.resetAndDestroy() : socket.write(say)));
    socket.on('error', () => {}).on('close', () => resolve());
  });
}

test('a peer host outlives strangers, and serves who knows its token', async () => {
  const host = await startPeerHost(peers);
  onTestFinished(() => host.stop());
  const { port } = host.door;
  await Promise.all(
    ['null\n', '[]\n', '{"token":1}\n', '{"type":"hello"}\n', 'x'.repeat(1_000_000), '\u{1f4a5}\n\n', undefined].map((say) => stranger(port, say)),
  );
  const inbox = new Inbox();
  const channel = await connectTo(host.door, inbox);
  channel.send({ do: 'begin', ownProcess: false });
  channel.send({ do: 'no such thing' });
  expect(await inbox.next({ ms: 5000 })).toMatchObject({ failed: expect.stringMatching(/^the agent sent a message that does not fit: do: /) });
  channel.send({ do: 'connect', to: { family: 'inet', host: '127.0.0.1', port } });
  expect(await inbox.next({ ms: 5000 })).toMatchObject({ address: { family: 'inet', host: '127.0.0.1' } });
  channel.destroy();
});

test.each(['shared', 'inOwnProcess'] as const)('the peers of an agent that live there (%s) do what they are asked, and end', async (way) => {
  const host = await startPeerHost(peers);
  onTestFinished(() => host.stop());
  const received = deferred<string>();
  const closed = deferred<void>();
  const server = createServer((socket) => {
    socket.on('data', (bytes) => received.resolve(bytes.toString()));
    socket.on('error', () => {}).on('close', closed.resolve);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const peer = await hostedPeers(host.door)[way]();
  expect(await peer.ask({ do: 'connect', to: { family: 'inet', host: '127.0.0.1', port } })).toMatchObject({ address: { family: 'inet' } });
  expect(await peer.ask({ do: 'send', length: 5 })).toEqual({ sent: 5 });
  expect(await received.promise).toBe('peer ');
  await peer.end();
  await closed.promise;
  await expect(peer.ask({ do: 'send', length: 5 })).rejects.toThrow(/^the peer ended/);
});

test.runIf(process.platform === 'linux')(
  'a peer host that dies ends the run; what was recorded is kept, and nothing is taken for a behaviour [needs Linux]',
  async () => {
    const scenarios = ['tcp/reset/idle', 'tcp/fin/idle'].map((id) => ({ id, waits: false }));
    const begun = deferred<string>();
    const running = record({ scenarios, trials: 1_000_000, jobs: 1, agent, peers, onStart: begun.resolve });
    running.catch(() => {});
    await begun.promise;
    const host = childrenOf(process.pid).find((pid) => commandOf(pid).endsWith('peer-host')) as number;
    process.kill(host, 'SIGKILL');
    const failure = await running.catch((error) => error);
    expect(failure).toBeInstanceOf(RunFailed);
    expect(failure.message).toBe('the process of the peers ended: signal SIGKILL');
    expect((failure as RunFailed).run.footer.interrupted).toBe(true);
    expect((failure as RunFailed).run.scenarios.filter(({ verdict }) => verdict !== 'match')).toEqual([]);
  },
);

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
