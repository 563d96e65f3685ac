import { describe, expect, test } from 'vitest';
import { cli } from '../fixtures/index.ts';

describe('sockatlas show', () => {
  test('tells steps, expectations with sources and evidence, and what was recorded', () => {
    const { code, stdout } = cli(['show', 'tcp/reset/idle']);
    expect(code).toBe(0);
    expect(stdout).toContain('before    RST, settle');
    expect(stdout).toMatch(/expected on linux .*\n {2}ECONNRESET eof…\n {4}measured here/);
    expect(stdout).toMatch(/expected on windows .*\n {2}WSAECONNRESET…\n {4}asserted by a test that runs on Windows/);
    expect(stdout).toMatch(/wine <8\.21: eof…/);
    expect(stdout).toMatch(/source: .*dlls\/ws2_32\/tests\/sock\.c/);
    if (process.platform === 'linux') expect(stdout).toMatch(/\n {2}linux-.*: match\n {4}5× ECONNRESET eof…\n {7}mongoose 7\.10–7\.21: MG_IO_RESET MG_IO_ERR…/);
  });
});

describe('sockatlas explain', () => {
  test.each(['10054', 'WSAECONNRESET', 'wsaeconnreset', '0x2746'])('%s: the code on Windows, and its counterparts', (wanted) => {
    const { code, stdout } = cli(['explain', wanted]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^WSAECONNRESET = 10054 on windows \(winsock\).*: reset\n/);
    expect(stdout).toContain('elsewhere: ECONNRESET = 104 on linux, ECONNRESET = 54 on darwin');
  });

  test('a number may be a code of several systems', () => {
    const { stdout } = cli(['explain', '54']);
    expect(stdout).toContain('ECONNRESET = 54 on darwin');
  });

  test('an NTSTATUS, in hexadecimal or signed, with what becomes of it', () => {
    for (const wanted of ['0xC000020D', 'STATUS_CONNECTION_RESET', String(0xc000020d | 0)]) {
      const { stdout } = cli(['explain', wanted]);
      expect(stdout).toContain('STATUS_CONNECTION_RESET = 0xC000020D on windows (ntstatus)');
      expect(stdout).toContain('WSAGetOverlappedResult makes WSAECONNRESET of it');
      expect(stdout).toContain('GetQueuedCompletionStatus make ERROR_NETNAME_DELETED of it');
    }
  });

  test('an alias leads to the code', () => {
    expect(cli(['explain', 'EWOULDBLOCK']).stdout).toMatch(/^EAGAIN = 11 on linux \(errno\), also EWOULDBLOCK: would-block/);
  });

  test.runIf(process.platform === 'linux')('where it was seen', () => {
    expect(cli(['run', 'tcp/reset/idle']).code).toBe(0);
    expect(cli(['explain', 'ECONNRESET']).stdout).toMatch(/tcp\/reset\/idle: recv #1 = -1 ECONNRESET \(104\)/);
  });
});
