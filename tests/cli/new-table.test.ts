import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workplace } from '../fixtures/check.ts';

const { folder, written, check, run } = workplace();
const levels = (stdout: string) => [...new Set(JSON.parse(stdout).findings.map(({ level }: { level: string }) => level))];

describe('new table', () => {
  test.each([['mine.json'], ['mine-winsock.json', '--api', 'winsock'], ['mine.js'], ['mine.mjs'], ['mine.ts'], ['mine.mts']])(
    '%s %s %s passes its own check, outside of any package',
    async (name, ...options) => {
      expect(await run('new', 'table', name, ...options)).toMatchObject({ code: 0, stderr: `written to ${name}; check it with: sockatlas check ./${name}` });
      expect(await check({}, `./${name}`)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Nothing found') });
      expect(levels((await check({ format: 'json' }, `./${name}`)).stdout)).toEqual(['note']);
    },
  );

  test('mine.c compiles as its comment says, and passes the check that its comment says', async ({ skip }) => {
    expect(await run('new', 'table', 'mine.c')).toMatchObject({ code: 0, stderr: expect.stringMatching(/^written to mine\.c; the comment at its top says/) });
    const text = readFileSync(join(folder, 'mine.c'), 'utf8');
    const [, compile] = /Linux: +(.*)/.exec(text) ?? [];
    const [, command] = /(sockatlas check .*:classify .*)/.exec(text) ?? [];
    expect(compile).toBe('cc -shared -fPIC -o libmine.so mine.c');
    const [, ...checkArgs] = (command as string).split(' ');
    skip(process.platform !== 'linux' || spawnSync('cc', ['--version']).status !== 0, 'needs Linux with a C compiler');
    const [compiler = '', ...args] = [...(compile as string).split(' '), '-Wall', '-Wextra', '-Werror', '-pedantic'];
    expect(spawnSync(compiler, args, { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(await run(...checkArgs)).toMatchObject({ code: 0, stderr: '' });
    expect(levels((await run(...checkArgs, '--format', 'json')).stdout)).toEqual(['note']);
  });

  test('a skeleton names no host that serves packages', async () => {
    await run('new', 'table', 'hosts.json');
    expect(readFileSync(join(folder, 'hosts.json'), 'utf8').match(/https?:\/\/[^/"]+/g)).toEqual(['https://example.org']);
  });

  test('leaves a file that exists as it is', async () => {
    const file = written('kept.json', 'mine');
    expect(await run('new', 'table', file)).toMatchObject({ code: 2, stderr: 'kept.json already exists and was not changed' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('knows its endings', async () =>
    expect(await run('new', 'table', 'table.yaml')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^table\.yaml: a table is/) }));
  test('knows its APIs', async () =>
    expect((await run('new', 'table', 'x.json', '--api', 'winsok')).stderr).toBe('--api "winsok": choose posix or winsock; did you mean winsock?'));
  test('takes --api for JSON alone', async () => expect((await run('new', 'table', 'x.mjs', '--api', 'posix')).code).toBe(2));
  test('says where a folder is missing', async () => expect((await run('new', 'table', 'no/such/folder/table.json')).code).toBe(3));
});
