import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseRun } from '../../results/read.ts';
import { here } from '../fixtures/here.ts';

const folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'sockatlas own ')));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const inFolder = (...args: string[]) => here(args, { cwd: folder });
function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `./${name}`;
}

describe('scenarios of one’s own', () => {
  test.each(['mine.mjs', 'mine.js', 'mine.ts', 'mine.mts'])('new scenario %s writes one that runs', async (name) => {
    expect(await inFolder('new', 'scenario', name)).toMatchObject({ code: 0, stderr: expect.stringContaining(`run it with: sockatlas run ./${name} -v`) });
    const { code, stdout, stderr } = await inFolder('run', `./${name}`, '--trials', '2', '--format', 'jsonl');
    expect(stderr).toMatch(/^run kept as .*\n$/);
    expect(code).toBe(0);
    const [line] = parseRun(stdout, 'stdout').scenarios;
    expect(line).toMatchObject({ id: 'tcp/mine/two-reads', verdict: 'unjudged', trials: 2, traces: [{ count: 2 }] });
    if (process.platform === 'linux') expect(line?.traces[0]?.trace).toEqual(['ECONNRESET', 'eof']);
    expect(await inFolder('new', 'scenario', name)).toMatchObject({ code: 2, stderr: expect.stringContaining('already exists and was not changed') });
  });

  test('are shown, and run beside others where those are named too', async () => {
    expect((await inFolder('run', './mine.mjs')).stdout).toMatch(/\n {2}two-reads +\S/);
    const { stdout } = await inFolder('run', './mine.mjs', 'tcp/idle/recv', '--format', 'jsonl');
    expect(parseRun(stdout, 'stdout').scenarios.map(({ id }) => id)).toEqual(['tcp/idle/recv', 'tcp/mine/two-reads', 'tcp/mine/two-reads-by-hand']);
  });

  test('that throw are crashed, with file and line; the others go on', async () => {
    const skeleton = readFileSync(join(folder, 'mine.mjs'), 'utf8');
    const line = skeleton.split('\n').findIndex((text) => text.includes('S.recv(4)')) + 1;
    const file = written('typo.mjs', skeleton.replace('S.recv(4)', 'S.recvv(4)'));
    const { code, stdout } = await inFolder('run', file, 'tcp/idle/recv');
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `tcp/mine/two-reads-by-hand: crashed: the trial failed: typo.mjs:${line}: TypeError: S.recvv is not a function`,
    );
    expect(stdout).toContain('1 match');
  });

  test.each<[string, string, RegExp]>([
    ['is no JavaScript', 'export const event = ;', /^sockatlas: odd\.mjs:1: SyntaxError: /],
    ['throws', "\nthrow new Error('not today');", /^sockatlas: odd\.mjs:2: Error: not today$/m],
    ['exports nothing', '', /^sockatlas: odd\.mjs: it exports no event: export const event = 'tcp\/mine'/],
    ['has no cases', "export const event = 'tcp/mine';", /odd\.mjs: it exports no cases/],
    [
      'has a strange name',
      "export const event = 'tcp/mine'; export const cases = { 'A b': {} };",
      /odd\.mjs: cases\.A b: its name may have lower-case letters/,
    ],
    ['lacks a field', "export const event = 'tcp/mine'; export const cases = { a: { why: 'x', run() {} } };", /odd\.mjs: cases\.a: steps must be a string/],
    [
      'has a field too many',
      "export const event = 'tcp/mine'; export const cases = { a: { why: 'x', steps: 'S recv', wait: true, run() {} } };",
      /odd\.mjs: cases\.a: unknown key "wait"/,
    ],
    [
      'has an id that there is',
      "export const event = 'tcp/reset'; export const cases = { idle: { why: 'x', steps: 'S recv', run() {} } };",
      /a scenario tcp\/reset\/idle already exists/,
    ],
    ['ends its process', 'process.exit(7);', /odd\.mjs: ended its process: exit code 7/],
  ])('a module that %s: exit 2, nothing run', async (_, text, says) => {
    const { code, stdout, stderr } = await inFolder('run', written('odd.mjs', text));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a module that is not there: exit 2', async () => {
    expect(await inFolder('run', './none.mjs')).toMatchObject({ code: 2, stdout: '', stderr: 'sockatlas: ./none.mjs: no such file\n' });
  });
});

test('a word that settled does not know is told, with those that it knows', async () => {
  const file = written('settled.mjs', readFileSync(join(folder, 'mine.mjs'), 'utf8').replace("settled('reset')", "settled('fine')"));
  expect((await inFolder('run', file)).stdout.replace(/\n +/g, ' ')).toContain(
    'RangeError: settled("fine"): choose one of reset, fin, end, datagram, unobservable, { bytes: 10 }',
  );
});
