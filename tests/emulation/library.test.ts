import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmulateOptions, type Emulation, EnvironmentError, emulate, heldFor } from '../../index.ts';
import { emulationDocumentSchema } from '../../report/emulation.ts';
import { compiled } from '../fixtures/compiled.ts';
import { isRunning, until } from '../fixtures/index.ts';

/** A server under `emulate`, as a test of its own would start it. */

const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const source = fileURLToPath(new URL('../../examples/emulate/end-only.c', import.meta.url));
const server = onLinux ? compiled(source, { flags: ['-O1'] }) : { program: undefined, reason: 'needs Linux' };

const running: Emulation[] = [];
afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((one) => one.stop()));
});

function started(options: EmulateOptions): Emulation {
  const emulation = emulate(options);
  running.push(emulation);
  return emulation;
}

async function firstLine({ child }: Emulation): Promise<string> {
  const [line] = await once(createInterface(child.stdout as Readable), 'line');
  return line;
}

/** A client that has been answered. */
async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('hello');
  await once(socket, 'data');
  return socket;
}

describe.runIf(server.program !== undefined)('a server in a test [needs Linux and a C compiler]', () => {
  const command = server.program as string;

  test('under windows a connection that was reset is held', async () => {
    const emulation = started({ platform: 'windows', command });
    const port = Number(await firstLine(emulation));
    (await client(port)).resetAndDestroy();
    // The server looks at its connections in their order: once the second is answered, it has seen the end of the first.
    (await client(port)).destroy();
    const { code, signal, report } = await emulation.stop();
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(emulationDocumentSchema.parse(report)).toMatchObject({ platform: 'windows', program: [command], exit: { code: null, signal: 'SIGTERM' } });
    expect(heldFor(0, report)).toMatchObject([{ isOpen: true, calls: expect.any(Number) }]);
  });

  test('under linux it is closed', async () => {
    const emulation = started({ platform: 'linux', command });
    const lines = createInterface(emulation.child.stdout as Readable)[Symbol.asyncIterator]();
    const port = Number((await lines.next()).value);
    (await client(port)).resetAndDestroy();
    expect((await lines.next()).value).toBe('closed');
    // At once, before the next of the looks that come from time to time.
    const { report } = await emulation.stop();
    expect(report.resets).toMatchObject([{ isOpen: false }]);
    expect(heldFor(0, report)).toEqual([]);
  });
});

describe.runIf(onLinux)('emulate() [needs Linux]', () => {
  test('gives the exit code, and what the program wrote', async () => {
    const { child, ended } = started({ platform: 'windows', command: 'sh', args: ['-c', 'read line; echo "<$line>"; echo err >&2; exit 7'] });
    child.stdin?.end('in\n');
    const stdout = (child.stdout as Readable).toArray();
    const stderr = (child.stderr as Readable).toArray();
    expect(await ended).toMatchObject({ code: 7, signal: null, report: { exit: { code: 7, signal: null }, sockets: 0 } });
    expect(Buffer.concat(await stdout).toString()).toBe('<in>\n');
    expect(Buffer.concat(await stderr).toString()).toBe('err\n');
  });

  test('its environment, its folder, its files', async () => {
    const emulation = started({
      ...{ platform: 'none', command: 'sh', args: ['-c', 'echo "$PWD $ONE <$HOME>"'] },
      ...{ cwd: '/', env: { ONE: '1', PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'ignore'] },
    });
    expect(await firstLine(emulation)).toBe('/ 1 <>');
    expect(emulation.child.stdin).toBe(null);
    expect(await emulation.ended).toMatchObject({ code: 0 });
  });

  test('a program that is not there', async () => {
    const { ended } = started({ platform: 'windows', command: '/nonexistent' });
    expect(await ended).toMatchObject({ code: 127 });
  });

  test('one that does not heed SIGTERM is killed, and what it has started', async () => {
    const emulation = started({ platform: 'windows', command: 'sh', args: ['-c', 'trap "" TERM; sleep 1000 & echo $!; while :; do wait; done'], grace: 200 });
    const child = Number(await firstLine(emulation));
    expect(await emulation.stop()).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(isRunning(child)).toBe(false);
  });

  test('a signal stops it', async () => {
    const controller = new AbortController();
    const emulation = started({ platform: 'windows', command: 'sh', args: ['-c', 'echo ready; exec sleep 1000'], signal: controller.signal });
    await firstLine(emulation);
    controller.abort();
    expect(await emulation.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(() => emulate({ platform: 'windows', command: 'true', signal: controller.signal })).toThrow(controller.signal.reason);
  });

  test('stopped before the program began, it has no report', async () => {
    await expect(emulate({ platform: 'windows', command: 'true' }).stop()).rejects.toThrow(/^the program was stopped before it began/);
  });

  test('where it cannot be: the reason', async () => {
    const { ended } = started({ platform: 'none', command: 'true', record: '/nonexistent/record.jsonl' });
    await expect(ended).rejects.toThrow(EnvironmentError);
    await expect(ended).rejects.toThrow(/^\/nonexistent\/record\.jsonl could not be written: ENOENT/);
    await expect(started({ platform: 'none', command: 'true', cwd: '/nonexistent' }).ended).rejects.toThrow(EnvironmentError);
  });

  test('what ends it without a report is an error, and takes the program with it', async () => {
    const emulation = started({ platform: 'windows', command: 'sh', args: ['-c', 'echo $$; exec sleep 1000'] });
    const program = Number(await firstLine(emulation));
    emulation.child.kill('SIGKILL');
    await expect(emulation.ended).rejects.toThrow('sockatlas emulate ended: SIGKILL');
    await until('the program has ended', () => !isRunning(program));
  });
});

test('a platform that is not there', () => {
  expect(() => emulate({ platform: 'vms', command: 'true' })).toThrow(RangeError);
});
