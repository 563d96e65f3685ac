import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'sockatlas/vitest';

const program = fileURLToPath(new URL('./server.mjs', import.meta.url));

// Emulation is Linux' seccomp: elsewhere the server itself is tested on its own system.
test.runIf(process.platform === 'linux')(
  'my server lets go of connections that were reset, with the answers of Windows [needs Linux]',
  async ({ emulated, peerOf }) => {
    const running = emulated({ platform: 'windows', command: process.execPath, args: [program] });
    const [port] = await once(running.child.stdout as NodeJS.ReadableStream, 'data');
    const peer = await peerOf(Number(port));
    await peer.send('hello');
    expect((await peer.receive()).toString()).toBe('hello');
    await peer.reset();

    const another = await peerOf(Number(port));
    await another.send('still there?');
    expect((await another.receive()).toString()).toBe('still there?');

    expect(await running.stop()).toHoldNoConnection();
  },
);
