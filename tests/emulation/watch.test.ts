import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmulationDocument, emulationDocumentSchema, prettyEmulation } from '../../report/emulation.ts';
import { hasChanged, prettyChange } from '../../report/emulation-change.ts';
import { layoutOf } from '../../report/grid.ts';
import { compiled } from '../fixtures/compiled.ts';
import { cli, startCli, until } from '../fixtures/index.ts';

/** `emulate --watch`: what is told while the program runs. */

const onLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const source = fileURLToPath(new URL('../../examples/emulate/end-only.c', import.meta.url));
const server = onLinux ? compiled(source, { flags: ['-O1'] }) : { program: undefined };

const NOTHING: EmulationDocument = {
  ...{ platform: 'windows', program: ['./server'], ms: 1000, exit: null, calls: 3, ioUring: 0 },
  ...{ sockets: 0, replaced: {}, uncovered: {}, resets: [] },
};
const RESET: EmulationDocument = {
  ...{ ...NOTHING, ms: 5000, calls: 20, sockets: 2, replaced: { 'recv: reset, every time': 12_000 } },
  resets: [{ process: 1, descriptor: 4, socket: 'socket:[1]', ms: 900, isOpen: true, calls: 12_000, callsPerSecond: 7000 }],
};
const HELD = { ...RESET, ms: 6000, resets: RESET.resets.map((reset) => ({ ...reset, ms: 1900 })) };

test('a change is what the program did, or that a connection is held now: not that time passed', () => {
  expect(hasChanged(undefined, NOTHING, 1000)).toBe(false);
  expect(hasChanged(undefined, RESET, 1000)).toBe(true);
  expect(hasChanged(NOTHING, RESET, 1000)).toBe(true);
  expect(hasChanged(RESET, { ...RESET, ms: 5100, calls: 30 }, 1000)).toBe(false);
  expect(hasChanged(RESET, HELD, 1000)).toBe(true);
  expect(hasChanged(HELD, { ...HELD, ms: 7000 }, 1000)).toBe(false);
});

test('a line', () => {
  const layout = { ...layoutOf({}), width: 200 };
  expect(prettyChange(NOTHING, RESET, 1000, layout)).toBe("5 s: 2 sockets; 1 reset by the peer (0 closed since); 12,000 answers not Linux' own (+12,000)");
  expect(prettyChange(RESET, HELD, 1000, layout)).toBe(
    "6 s: 2 sockets; 1 reset by the peer (0 closed since); 12,000 answers not Linux' own; 1 held, up to 7,000 calls a second",
  );
});

test('of thousands that are held some are listed, and the others counted', () => {
  const held = Array.from({ length: 2345 }, (_, i) => ({ ...RESET.resets[0], descriptor: i }));
  const text = prettyEmulation({ ...RESET, resets: held } as EmulationDocument, 500, { ...layoutOf({}), width: 200 });
  expect(text.match(/^held: process/gm)).toHaveLength(20);
  expect(text).toMatch(/^held: 2,325 more \(--format json has all\)\n$/m);
});

const running: ReturnType<typeof startCli>[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

describe.runIf(server.program !== undefined)('while a server runs [needs Linux and a C compiler]', () => {
  async function watched(...options: string[]): Promise<{ stderr: string[]; says: (text: RegExp) => Promise<void>; stop: () => Promise<void> }> {
    const cli = startCli(['emulate', 'windows', '--watch', ...options, '--', server.program as string]);
    running.push(cli);
    const stderr: string[] = [];
    cli.child.stderr.on('data', (text: string) => stderr.push(text));
    const [port] = await once(cli.child.stdout, 'data');
    const client = connect(Number(port), '127.0.0.1');
    client.write('hello');
    await once(client, 'data');
    client.resetAndDestroy();
    return {
      stderr,
      says: (text) => until(`it says ${text}`, () => text.test(stderr.join(''))).then(() => undefined),
      async stop() {
        cli.child.kill('SIGTERM');
        await cli.ended;
      },
    };
  }

  test('pretty: a line for what changed, until a connection is held', async () => {
    const { says, stop, stderr } = await watched();
    await says(/^\d+ s: 1 socket; 1 reset by the peer \(0 closed since\); .*; 1\s+held, up to/m);
    await stop();
    expect(stderr.join('')).toMatch(/^emulate windows: [\s\S]*was ended by\s+SIGTERM/m);
  });

  test('jsonl: a document', async () => {
    const { says, stop, stderr } = await watched('--format', 'jsonl');
    await says(/\n.*\n/);
    await stop();
    const documents = stderr
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => emulationDocumentSchema.parse(JSON.parse(line)));
    expect(documents.length).toBeGreaterThan(2);
    expect(documents.slice(0, -1).every(({ exit }) => exit === null)).toBe(true);
    expect(documents.at(-1)?.exit).toEqual({ code: null, signal: 'SIGTERM' });
  });
});

describe.runIf(onLinux)('while nothing changes [needs Linux]', () => {
  test('nothing is told', () => {
    const { code, stderr } = cli(['emulate', 'windows', '--watch', '--', 'sleep', '2.2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^emulate windows: sleep 2\.2 ended with exit code 0/) });
  });

  test('none has nothing to tell', () => {
    expect(cli(['emulate', 'none', '--watch', '--', 'true'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to watch') });
  });
});
