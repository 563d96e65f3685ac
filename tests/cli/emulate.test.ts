import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type EmulationDocument, emulationDocumentSchema } from '../../report/emulation.ts';
import { compiled } from '../fixtures/compiled.ts';
import { here } from '../fixtures/here.ts';
import { cli, startCli, until } from '../fixtures/index.ts';

const inTests = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const build = (path: string) =>
  process.platform === 'linux' ? compiled(inTests(path), { flags: ['-O2', '-Wall', '-Wextra'] }) : { program: undefined, reason: 'needs Linux' };
const server = build('../../examples/emulate/end-only.c');
const waits = build('../emulation/waits.c');

/** The command with a server, and a client that is connected to it. */
async function serving(args: readonly string[]) {
  const run = startCli(['emulate', ...args]);
  const port = await until('the server prints its port', () => /^(\d+)\n/.exec(run.printed().stdout)?.[1]);
  const client = connect({ port: Number(port), host: '127.0.0.1' });
  await once(client, 'connect');
  return { run, client, printed: () => run.printed().stdout };
}

/** Asks for a report until there is one that says so. */
async function reported(run: ReturnType<typeof startCli>, says: (report: EmulationDocument) => boolean): Promise<void> {
  const before = run.printed().stderr.length;
  await until('a report says so', () => {
    run.child.kill('SIGUSR1');
    const lines = run.printed().stderr.slice(before).split('\n').slice(0, -1);
    return lines.some((line) => says(emulationDocumentSchema.parse(JSON.parse(line)))) || undefined;
  });
}

/** What came back has been read: nothing is on its way when it is reset. */
async function echoed(client: Socket): Promise<void> {
  client.write('hello');
  await once(client, 'data');
}

describe('a server that closes on the end alone', () => {
  test.for(['none', 'linux', 'wine-8.0'])('closes, as %s', async (platform, { skip }) => {
    if (server.program === undefined) return skip(server.reason);
    const { run, client, printed } = await serving([platform, '--fail-on', 'held', '--held-after', '0', '--format', 'jsonl', '--', server.program]);
    await echoed(client);
    client.resetAndDestroy();
    await until('it closes', () => printed().includes('closed') || undefined);
    await reported(run, ({ resets }) => resets.every(({ isOpen }) => !isOpen));
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
  });

  test.for(['windows', 'wine-10.0'])('never closes, as %s: exit 1, and what it held', async (platform, { skip }) => {
    if (server.program === undefined) return skip(server.reason);
    const { run, client, printed } = await serving([platform, '--fail-on', 'held', '--held-after', '100', '--format', 'jsonl', '--', server.program]);
    await echoed(client);
    client.resetAndDestroy();
    await reported(run, ({ resets }) => resets.some(({ ms, isOpen }) => isOpen && ms > 100));
    run.child.kill('SIGTERM');
    const { code, stderr } = await run.ended;
    const last = emulationDocumentSchema.parse(JSON.parse(stderr.trimEnd().split('\n').at(-1) as string));
    expect({ code, closed: printed().includes('closed') }).toEqual({ code: 1, closed: false });
    expect(last).toMatchObject({ platform, exit: { code: null, signal: 'SIGTERM' }, resets: [{ isOpen: true, descriptor: 4 }] });
    expect(last.resets[0]?.calls).toBeGreaterThan(10);
    expect(Object.keys(last.replaced)).toEqual([expect.stringMatching(/^recv: reset, every time/)]);
  });
});

describe.runIf(process.platform === 'linux')('the same server in node, which closes on each error [needs Linux]', () => {
  // After a part of what it has room for, libuv takes EPOLLHUP for the end and calls recv no more.
  test.for([
    ['none', 'data 10, end: closed'],
    ['windows', 'error ECONNRESET: closed'],
  ] as const)('unread data and a reset, as %s: %s', async ([platform, expected]) => {
    const program = inTests('../../examples/emulate/end-only.mjs');
    const run = startCli(['emulate', platform, '--', 'sh', '-c', 'echo $$; exec "$0" "$@"', process.execPath, program]);
    const [, pid, port] = await until('the server prints its port', () => /^(\d+)\n(\d+)\n/.exec(run.printed().stdout) ?? undefined);
    const client = connect({ port: Number(port), host: '127.0.0.1' });
    await once(client, 'connect');
    const theirs = Number(client.localPort);
    await until('it has accepted', () => connections(Number(port), theirs) === 1);
    process.kill(Number(pid), 'SIGSTOP');
    // Until then its epoll_wait may still return, with the data alone.
    await until('it is stopped', () => /^\d+ \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) || undefined);
    client.write('0123456789', () => client.resetAndDestroy());
    await until('the reset has arrived', () => connections(Number(port), theirs) === 0);
    process.kill(Number(pid), 'SIGCONT');
    await until('it closes', () => run.printed().stdout.includes('closed') || undefined);
    expect(run.printed().stdout.split('\n').at(2)).toBe(expected);
    run.child.kill('SIGTERM');
    await run.ended;
  });

  /** How many ends of 127.0.0.1 have this port, and that one at the other end (proc(5), /proc/net/tcp). */
  function connections(port: number, theirs: number): number {
    const hex = (of: number) => `0100007F:${of.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8').split(`${hex(port)} ${hex(theirs)} `).length - 1;
  }
});

describe('readiness', () => {
  test.for<[string, string, string]>([
    // EPOLLIN 1, EPOLLOUT 4, EPOLLERR 8, EPOLLHUP 16, EPOLLRDHUP 0x2000
    ['kernel', 'epoll 1 2019, poll 1 1d, select 2 11, ECONNRESET', 'epoll 1 2011, poll 1 15, select 2 11, ECONNRESET'],
    ['select', 'epoll 1 1, poll 1 5, select 2 11, ECONNRESET', 'epoll 1 1, poll 1 5, select 2 11, ECONNRESET'],
    ['wsapoll', 'epoll 1 18, poll 1 1c, select 2 11, ECONNRESET', 'epoll 1 18, poll 1 1c, select 2 11, ECONNRESET'],
  ])('%s: what each call says of a reset, first and then', async ([readiness, first, then], { skip }) => {
    if (waits.program === undefined) return skip(waits.reason);
    const { run, client, printed } = await serving(['windows', '--readiness', readiness, '--', waits.program]);
    client.write('hello');
    await until('the data is received', () => printed().includes(', 5\n') || undefined);
    client.resetAndDestroy();
    const { code, stdout } = await run.ended;
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual(['epoll 1 1, poll 1 5, select 2 11, 5', first, then, then]);
    expect(code).toBe(0);
  });
});

test.each([
  [['beos', '--', 'true'], /no such platform to emulate: "beos"; choose from none, linux, windows, wine-8\.0, wine-10\.0/],
  [['windows', '--readiness', 'kqueue', '--', 'true'], /--readiness "kqueue": choose one of kernel, select, wsapoll/],
  [['windows', '--fail-on', 'all', '--', 'true'], /--fail-on "all": choose one of held, never/],
  [['windows', '--held-after', '-1', '--', 'true'], /--held-after "-1"/],
  [['windows'], /missing required argument 'program'/],
])('%j is a usage error', async (args, message) => {
  expect(await here(['emulate', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});

test.runIf(process.platform === 'linux')('a program that is not there, or is none: as in a shell [needs Linux]', () => {
  expect(cli(['emulate', 'windows', '--', '/nonexistent/program']).code).toBe(127);
  expect(cli(['emulate', 'windows', '--', '/proc/self/status']).code).toBe(126);
});

test.runIf(process.platform !== 'linux')('on another system it says so: exit 3 [needs another system than Linux]', () => {
  expect(cli(['emulate', 'windows', '--', 'true'])).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/on Linux alone, this is /) });
});
