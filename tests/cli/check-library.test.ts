import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkedFunction } from '../../classification/checked-function.ts';
import { agentCommand } from '../../cli/agent-command.ts';
import { workplace } from '../fixtures/check.ts';

const { folder, written, check } = workplace();
const library = join(folder, 'libmine.so');

const source = written(
  'table.c',
  `#include <errno.h>
#include <stdlib.h>
int classify(long ret, int code) {
  if (ret >= 0) return (int) ret;
  if (code == EAGAIN || code == EWOULDBLOCK) return -2;
  return code == ECONNRESET ? -3 : -1;
}
int both(long ret, int code) {
  if (ret > 0) return 1;
  if (code == 10035) return -2;
  return code == 10054 ? -3 : classify(ret, code);
}
int waits(long ret, int code) { return ret >= 0 ? (int) ret : code == 10054 ? -2 : classify(ret, code); }
int recv_only(long ret, int code) { return classify(ret, code); }
int crash(long ret, int code) { if (code == ECONNRESET) *(volatile int *) 0 = 1; return -1; }
int hang(long ret, int code) { if (code == ECONNRESET) for (;;); return -1; }
int leave(long ret, int code) { exit(7); }
int odd(long ret, int code) { return -7; }
static int hidden(long ret, int code) { return odd(ret, code); }
int (*const keep)(long, int) = hidden;
`,
);
const isBuilt = process.platform === 'linux' && spawnSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source]).status === 0;
const why = isBuilt ? undefined : 'needs Linux with a C compiler';
const meanings = '1=data,0=end,-1=other,-2=would-block,-3=reset';
const tableOf = (stdout: string) => JSON.parse(stdout).tables[0];

describe('a function of a shared library', () => {
  test('is held against the codes of the system that the file was built for', async ({ skip }) => {
    skip(why !== undefined, why);
    const { code, stdout } = await check({ format: 'json', meanings }, `${library}:classify`);
    expect(tableOf(stdout)).toMatchObject({ id: 'libmine.so:classify', calls: ['recv', 'send'], codes: ['linux'] });
    expect(code).toBe(0);
  });

  test('is held against others where --api says so', async ({ skip }) => {
    skip(why !== undefined, why);
    const waits = (options: object) => check({ meanings, level: 'error', ...options }, `${library}:waits`);
    expect((await waits({})).code).toBe(0);
    expect(await waits({ api: 'posix,winsock' })).toMatchObject({ code: 1, stdout: expect.stringMatching(/error reset-as-wait/) });
    const both = await check({ format: 'json', meanings, api: 'posix,winsock' }, `${library}:both`);
    expect([both.code, tableOf(both.stdout).codes]).toEqual([0, ['linux', 'windows', 'wine']]);
    expect(tableOf((await check({ format: 'json', meanings, api: 'winsock' }, `${library}:both`)).stdout).codes).toEqual(['windows', 'wine']);
  });

  test('is asked about the calls that --calls says', async ({ skip }) => {
    skip(why !== undefined, why);
    const rules = async (options: object) =>
      JSON.parse((await check({ format: 'json', meanings, ...options }, `${library}:recv_only`)).stdout).findings.map(({ rule }: { rule: string }) => rule);
    expect(await rules({})).toContain('recv-table-for-send');
    expect(await rules({ calls: 'recv' })).not.toContain('recv-table-for-send');
  });

  test('that is not there is told with what the library exports, and nothing is loaded', async ({ skip }) => {
    skip(why !== undefined, why);
    expect(await check({ meanings }, `${library}:clasify`)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `libmine.so exports no function clasify; did you mean classify?\nIt exports both, classify, crash, hang, leave, odd, recv_only, waits`,
    });
    expect((await check({ meanings: `${meanings},1=end` }, `${library}:classify`)).stderr).toMatch(/^--meanings "1=end": 1 is given twice$/);
    expect((await check({ meanings }, library)).stderr).toMatch(/name the function too, .*:classify\nIt exports both, classify, /);
  });

  test.for([
    ['crashes', 'crash', /^libmine\.\w+: crash\(-1, \d+\) ended its process: /],
    ['ends its process', 'leave', /ended its process: exit code 7$/],
    ['returns a number without a name', 'odd', /^libmine\.\w+: odd\(.*\) returned -7, a number that --meanings does not list; it lists 1, 0, -1, -2, -3$/],
  ] as const)('that %s costs an exit code of 2, and nothing else', async ([, name, message], { skip }) => {
    skip(why !== undefined, why);
    expect(await check({ meanings }, `${library}:${name}`)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('that never returns is ended', async ({ skip }) => {
    skip(why !== undefined, why);
    const hang = { kind: 'library', file: library, name: 'hang', classes: new Map([[-1, 'other' as const]]), calls: ['recv'], platforms: ['linux'] } as const;
    const asked = [{ codes: 'linux', call: 'recv', ret: -1, code: constants.errno.ECONNRESET }] as const;
    await expect(checkedFunction(agentCommand('table'), hang, asked, { loadMs: 15_000, answerMs: 300 })).rejects.toThrow(
      /libmine\.so: hang\(-1, \d+\) did not return within 0\.3 s$/,
    );
  });

  test.for<[Record<string, string>, RegExp]>([
    [{}, /returns numbers\. --meanings must give the meaning of each, for example --meanings /],
    [{ meanings: '-1=rest' }, /^--meanings "-1=rest": it must be a number and a meaning, for example -3=reset; did you mean reset\?/],
    [{ meanings, api: 'winsok' }, /^--api "winsok": choose from posix, winsock, separated by commas; did you mean winsock\?/],
    [{ meanings, calls: 'recv,peek' }, /^--calls "peek": choose from recv, send, accept, connect/],
  ])('wants what the file does not say: %j', async ([options, message], { skip }) => {
    skip(why !== undefined, why);
    expect(await check(options, './libmine.so:classify')).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });
});

test('source code is to be compiled first', async () => {
  const { code, stderr } = await check({}, './table.c');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^\.\/table\.c is source code: compile it/);
  expect(stderr).toContain('  Linux:    cc -shared -fPIC -o libtable.so ./table.c\n');
  expect(stderr).toContain('  Windows:  cl /LD ./table.c /link /EXPORT:classify\n');
  expect((await check({}, './table.cpp')).stderr).toContain('extern "C"');
});

test('a file that is no shared library, or one for another system, is refused', async () => {
  written('text.so', 'x'.repeat(100));
  expect(await check({ meanings }, './text.so:classify')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^\.\/text\.so: not a shared library: it is neither ELF/),
  });
  expect(await check({ meanings }, './none.so:classify')).toMatchObject({ code: 2, stderr: expect.stringMatching(/none\.so: ENOENT/) });
});
