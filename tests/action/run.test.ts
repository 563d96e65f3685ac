import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import spawn from 'cross-spawn';
import { describe, expect, test } from 'vitest';
import { readRuns } from '../../results/read.ts';
import { commandsIn, has, step } from './step.ts';

const NONE = { scenarios: 'none' };

const POLICY = (closes: boolean) => `export const policy = {
  name: 'mine',
  start: {},
  poll: (state) => ({ action: '${closes ? 'close' : 'keep'}', why: 'it does', state }),
};
`;

const CRASHES = `export const event = 'tcp/mine';
export const about = 'the process is gone';
export const cases = { gone: { why: 'Is it told?', steps: 'P reset; S recv', run: async () => process.exit(7) } };
`;

test('scenarios, and a file of steps: the run, its outputs, the summary, a notice', async () => {
  const steps = 'event tcp/mine: the peer has reset the connection\n\nmine: P reset; S recv ×2\n  Is it told once?\n';
  const stepped = await step({ scenarios: 'tcp/reset/idle\n./mine.steps\n', trials: '2' }, { files: { 'mine.steps': steps } });
  expect(stepped.code, stepped.log).toBe(0);
  expect(stepped.outputs.get('deviates')).toBe('false');
  const file = stepped.outputs.get('run') as string;
  expect(readRuns(file)[0]?.scenarios.map(({ id, trials }) => [id, trials])).toEqual([
    ['tcp/reset/idle', 2],
    ['tcp/mine/mine', 2],
  ]);
  expect(file).toBe(join(stepped.outputs.get('folder') as string, 'run.jsonl'));
  expect(stepped.outputs.get('name')).toBe(`sockatlas-run-${process.platform}-${process.arch}`);
  expect(stepped.summary).toMatch(/^## sockatlas run\n[\s\S]*\| `tcp\/reset\/idle` \|/);
  expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(/^::notice title=[\w.-]+::.*2 scenarios/)]);
});

test('a shard runs its part, and its file and artifact say which', async () => {
  const stepped = await step({ scenarios: 'tcp/reset/idle\ntcp/fin/idle', shard: '2/2', trials: '1' });
  expect(stepped.code, stepped.log).toBe(0);
  expect(basename(stepped.outputs.get('run') as string)).toBe('run-2-of-2.jsonl');
  expect(stepped.outputs.get('name')).toMatch(/-2-2$/);
});

describe.each([
  ['deviation', 1, 'error'],
  ['never', 0, 'warning'],
])('what is not as expected, with fail-on %s', (failOn, code, kind) => {
  test('a scenario', async () => {
    const stepped = await step({ scenarios: './mine.mjs', trials: '1', 'fail-on': failOn }, { files: { 'mine.mjs': CRASHES } });
    expect(stepped.code, stepped.log).toBe(code);
    expect(stepped.outputs.get('deviates')).toBe('true');
    expect(readRuns(stepped.outputs.get('run') as string)[0]?.scenarios[0]?.verdict).toBe('crashed');
    expect(commandsIn(stepped.log)).toEqual([
      expect.stringMatching(/^::error title=.*tcp\/mine\/gone::/),
      expect.stringMatching(/^::notice title=/),
      `::${kind} title=sockatlas::not as expected: the scenarios. The summary of the job says what`,
    ]);
  });

  test('a table and a policy', async () => {
    const inputs = { ...NONE, table: 'mongoose@7.16', policy: './mine.mjs', steps: 'P reset\nP send 10; P reset', 'fail-on': failOn };
    const stepped = await step(inputs, { files: { 'mine.mjs': POLICY(false) } });
    expect(stepped.code, stepped.log).toBe(code);
    expect(JSON.parse(readFileSync(stepped.outputs.get('sarif') as string, 'utf8')).version).toBe('2.1.0');
    expect(stepped.summary).toMatch(/## sockatlas check\n[\s\S]*zero-as-error[\s\S]*## sockatlas close\n[\s\S]*`P send 10; P reset`/);
    expect(stepped.outputs.has('run')).toBe(false);
    expect(commandsIn(stepped.log)).toEqual([`::${kind} title=sockatlas::not as expected: the table, the policy. The summary of the job says what`]);
  });
});

test('a policy that closes', async () => {
  const stepped = await step({ ...NONE, policy: './mine.mjs', steps: 'P reset' }, { files: { 'mine.mjs': POLICY(true) } });
  expect(stepped.code, stepped.log).toBe(0);
  expect(stepped.outputs.get('deviates')).toBe('false');
});

describe('what is wrong with an input always fails, with its message', () => {
  test.each([
    ['a table that is none', { table: './wrong.json' }, 2, /sockatlas check ended with exit code 2: .*wrong\.json:1: \/name/],
    ['a table that is not there', { table: './gone.json' }, 2, /gone\.json/],
    ['steps without a policy', { steps: 'P reset' }, 2, /name it with policy/],
    ['steps that are none', { policy: './mine.mjs', steps: 'P explode' }, 2, /explode/],
    ['a policy that is not there', { policy: './gone.mjs' }, 2, /sockatlas close ended with exit code 2: .*gone\.mjs/],
    ['trials', { scenarios: 'tcp/reset/idle', trials: 'many' }, 2, /--trials "many"/],
    ['a shard', { scenarios: 'tcp/reset/idle', shard: '5/4' }, 2, /--shard "5\/4"/],
    ['a version', { version: 'https://example.org/sockatlas.tgz' }, 2, /is no version/],
    ['a version that would be an option', { version: '--global' }, 2, /is no version/],
    ['a folder without sockatlas', { version: '.' }, 2, /has no dist.cli.main\.js/],
    ['a tarball that is none', { version: './wrong.json' }, 3, /npm could not install/],
    ['fail-on', { 'fail-on': 'sometimes' }, 2, /choose one of deviation, never/],
    ['mode', { mode: 'both' }, 2, /choose one of run, merge/],
  ])('%s', async (_, inputs, code, message) => {
    const files = { 'wrong.json': '{}', 'mine.mjs': POLICY(true) };
    const stepped = await step({ ...NONE, 'fail-on': 'never', ...inputs }, { files });
    expect(stepped.code, stepped.log).toBe(code);
    expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(/^::error title=sockatlas::/)]);
    expect(commandsIn(stepped.log)[0]).toMatch(message);
    expect(stepped.outputs.has('deviates')).toBe(false);
  });
});

describe('inputs are no commands: not of a shell, not of sockatlas, not of GitHub', () => {
  const harmless = async (inputs: Record<string, string>) => {
    const stepped = await step({ ...NONE, ...inputs }, { files: { 'mine.mjs': POLICY(true) } });
    expect([stepped.code, stepped.outputs.has('deviates')], stepped.log).toEqual([2, false]);
    expect(has(stepped, 'stolen')).toBe(false);
    expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(/^::error title=sockatlas::/)]);
  };

  test.each(['$(touch stolen)', '; touch stolen', '--record', '--out=stolen', '::error::stolen', '%0A::error::stolen'])('%s', (scenarios) =>
    harmless({ scenarios }),
  );

  const hostile = '::error::"`touch stolen`; $(touch stolen) & touch stolen';
  test.each([
    ['table', {}],
    ['policy', {}],
    ['steps', { policy: './mine.mjs' }],
    ['trials', { scenarios: 'tcp/reset/idle' }],
    ['shard', { scenarios: 'tcp/reset/idle' }],
    ['version', {}],
  ])('%s', (name, besides) => harmless({ ...besides, [name]: hostile }));

  test('the name of an artifact loses what GitHub refuses, and ends no output', async () => {
    const stepped = await step({ ...NONE, name: 'a/b: c\nfolder=elsewhere' });
    expect(stepped.code, stepped.log).toBe(0);
    expect(stepped.outputs.get('name')).toBe('a-b-c-folder-elsewhere');
    expect(stepped.outputs.get('folder')).not.toBe('elsewhere');
  });
});

describe.runIf(process.platform === 'linux')('emulate [needs Linux]', () => {
  const program = (code: number) => ({ ...NONE, emulate: `'${process.execPath}' -e "process.exit(${code})" '$(touch stolen)'` });

  test('a program that ends well; its words reach it as they are', async () => {
    const print = { ...NONE, emulate: `'${process.execPath}' -p "process.argv.slice(1).join('|')" 'a b' \\$HOME "; touch stolen"` };
    const stepped = await step(print);
    expect(stepped.code, stepped.log).toBe(0);
    expect(stepped.log).toContain('a b|$HOME|; touch stolen\n');
    expect(has(stepped, 'stolen')).toBe(false);
    expect(stepped.summary).toMatch(/^## sockatlas emulate windows\n\n```text\nemulate windows: [\s\S]*\n```\n/);
  });

  test('one that ends with 1 is not as expected; any other code fails', async () => {
    const one = await step(program(1));
    expect([one.code, one.outputs.get('deviates')], one.log).toEqual([1, 'true']);
    expect((await step({ ...program(1), 'fail-on': 'never' })).code).toBe(0);
    const five = await step({ ...program(5), 'fail-on': 'never' });
    expect(five.code).toBe(3);
    expect(commandsIn(five.log)).toEqual([expect.stringContaining('sockatlas emulate ended with exit code 5')]);
  });

  test('a quote that is not closed', async () => {
    const stepped = await step({ ...NONE, emulate: './server "a' });
    expect(stepped.code).toBe(2);
    expect(commandsIn(stepped.log)).toEqual(['::error title=sockatlas::emulate: " is not closed in: ./server "a']);
  });
});

test.runIf(process.platform !== 'linux')('emulate elsewhere is a notice [needs another system than Linux]', async () => {
  const stepped = await step({ ...NONE, emulate: './server' });
  expect(stepped.code, stepped.log).toBe(0);
  expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(/^::notice .*emulate is for Linux/)]);
});

// A Windows Node under Wine comes without npm.
test.runIf(spawn.sync('npm', ['--version']).status === 0)('a tarball is installed by npm, into a folder of the job [needs npm]', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas packed '));
  mkdirSync(join(folder, 'dist', 'cli'), { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'sockatlas', version: '9.9.9', type: 'module', scripts: { install: 'node -e "process.exit(1)"' } }),
  );
  writeFileSync(join(folder, 'dist', 'cli', 'main.js'), "console.log('packed:', process.argv.slice(2).join(' ')); process.exitCode = 1;\n");
  const packed = spawn.sync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: folder, encoding: 'utf8' });
  expect(packed.status, packed.stderr).toBe(0);
  const stepped = await step({ ...NONE, policy: './mine.mjs', version: join(folder, 'sockatlas-9.9.9.tgz') });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  expect(stepped.code, stepped.log).toBe(1);
  expect(stepped.log).toContain('packed: close --policy=./mine.mjs\n');
});
