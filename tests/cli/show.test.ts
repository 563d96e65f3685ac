import { describe, expect, test } from 'vitest';
import { here } from '../fixtures/here.ts';

describe('sockatlas show', () => {
  test('tells steps, what is expected of each platform with the evidence and its sources, and what was recorded', async () => {
    const { code, stdout } = await here(['show', 'tcp/reset/idle']);
    expect(code).toBe(0);
    expect(stdout).toContain('\n  P reset; S recv ×5\n');
    expect(stdout).toMatch(/Expected on linux .*\n {2}ECONNRESET, then eof ×4\n {4}measured here/);
    expect(stdout).toMatch(/Expected on windows .*\n {2}WSAECONNRESET every time\n {4}asserted by a test that runs on Windows/);
    expect(stdout).toMatch(/wine <8\.21: eof every time/);
    expect(stdout).toContain('other versions: the same as on windows');
    expect(stdout).toMatch(/source: .*dlls\/ws2_32\/tests\/sock\.c/);
    expect(stdout).toMatch(
      /\nRecorded\n(.*\n)* {2}linux-6\.18, \d{4}-\d\d-\d\d, results\/runs\/linux-6\.18-x64\.jsonl: match\n {4}5 of 5 trials: ECONNRESET, then eof ×4/,
    );
  });

  test('looks at runs kept on this machine only where that is asked for, and says which', async () => {
    expect((await here(['run', 'tcp/idle/recv'])).code).toBe(0);
    const kept = /\n {2}\S+, \S+, .*(sockatlas-runs-.*\.jsonl): match/;
    expect(await here(['show', 'tcp/idle/recv'])).toMatchObject({ stderr: '', stdout: expect.not.stringMatching(kept) });
    const local = await here(['show', 'tcp/idle/recv', '--local']);
    expect(local.stderr).toMatch(/^--local: .*\.jsonl$/m);
    expect(local.stdout.replaceAll(/\n {4}/g, ' ')).toMatch(/sockatlas-runs-/);
  });
});

describe('sockatlas list', () => {
  test('finds by what scenarios are about, where no id matches', async () => {
    const ids = (await here(['list', 'unread'])).stdout.trimEnd().split('\n');
    expect(ids).toContain('tcp/reset/unread-data');
    expect(ids).toContain('tcp/reset/close-with-unread');
    expect(ids.length).toBeLessThan(20);
    expect(await here(['list', 'xyzzy'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no scenario matches "xyzzy"') });
  });

  test('-v says what each is about', async () => {
    expect((await here(['list', 'tcp/reset/unread-data', '-v'])).stdout).toMatch(/^tcp\/reset\/unread-data\n {2}\S.*\n {2}P send 10; P reset; S recv ×5\n$/);
  });
});

describe('sockatlas explain', () => {
  test.each(['10054', 'WSAECONNRESET', 'wsaeconnreset', '0x2746'])('%s: the code on Windows, and its counterparts', async (wanted) => {
    const { code, stdout } = await here(['explain', wanted]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^WSAECONNRESET = 10054 on windows \(winsock\).*: reset\n/);
    expect(stdout).toContain('elsewhere: ECONNRESET = 104 on linux, ECONNRESET = 54 on darwin');
  });

  test('a number may be a code of several systems', async () => {
    const { stdout } = await here(['explain', '54']);
    expect(stdout).toContain('ECONNRESET = 54 on darwin');
  });

  test('an NTSTATUS, in hexadecimal or signed, with what becomes of it', async () => {
    for (const wanted of ['0xC000020D', 'STATUS_CONNECTION_RESET', String(0xc000020d | 0)]) {
      const { stdout } = await here(['explain', wanted]);
      expect(stdout).toContain('STATUS_CONNECTION_RESET = 0xC000020D on windows (ntstatus)');
      expect(stdout).toContain('WSAECONNRESET from WSAGetOverlappedResult');
      expect(stdout).toContain('ERROR_NETNAME_DELETED from GetOverlappedResult and GetQueuedCompletionStatus');
    }
  });

  test('an alias leads to the code', async () => {
    expect((await here(['explain', 'EWOULDBLOCK'])).stdout).toMatch(/^EAGAIN = 11 on linux \(errno\), also EWOULDBLOCK: would-block/);
  });

  test('where it is expected, by event, before where it was recorded', async () => {
    const { stdout } = await here(['explain', '10053']);
    expect(stdout).toMatch(
      / {2}expected on windows\n( {4}.*\n)* {4}tcp\/fin: send-then-recv, send-then-send, unread-data-send-then-recv\n( {4}.*\n)* {2}predicted on windows \(platforms\/windows\/model\.ts\)\n( {4}.*\n)* {2}recorded on wine-10\.0/,
    );
    expect((await here(['explain', 'EHOSTDOWN'])).stdout).toContain('no scenario expects it, and no recorded run shows it');
  });
});
