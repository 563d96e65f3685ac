import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tablesOf } from '../../classification/table.ts';
import { glob } from '../../cli/glob.ts';
import { FORMATS } from '../../report/format-names.ts';
import { headerOf, scenarioOf, serializeRun, timingOf } from '../../results/lines.ts';
import { parseRun } from '../../results/read.ts';
import type { Run } from '../../results/schema.ts';
import { workplace } from '../fixtures/check.ts';
import { here } from '../fixtures/here.ts';
import { ASKED, failed, LINUX, measured, type Ran, received } from '../fixtures/index.ts';

/** Names in files and on command lines that a terminal would obey, or that show something else than they are. */

const { folder, written, run } = workplace();

const BIDI = '\u202e\u2066\u200f\u061c\u2028\ufeff\u{e0041}';
const CONTROLS = '\u001b[2J\u001b]0;title\u0007\u009b31m\u0085\u007f\u0000\u000b\b';
/** A painter writes this too. */
const PAINTED = '\u001b[31m';
const EVIL = `evil${PAINTED}${CONTROLS}${BIDI}`;
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** It was printed, and nothing of it is obeyed. */
function expectShown({ stdout, stderr }: Ran, code = '202e'): void {
  expect(stdout).not.toMatch(UNPRINTABLE);
  expect(stderr).not.toMatch(UNPRINTABLE);
  expect(stdout + stderr).toContain(`\\u${code}`);
}

const [good] = tablesOf('mongoose', 'posix', '7.16');
const table = {
  ...good,
  label: EVIL,
  classes: { ...good?.classes, [EVIL]: { meaning: 'would-block', note: EVIL } },
  sources: [EVIL],
  note: EVIL,
  rows: [{ ret: 'negative', codes: ['ECONNRESET'], class: EVIL, note: EVIL }, ...(good?.rows ?? [])],
};
const tableFile = written('evil.json', table);

/** The format refuses control characters, so that a run which can be read has the others. */
function evilRun(): Run {
  const word = `evil${BIDI}`;
  const results = [
    measured('tcp/reset/idle', [{ ...failed(word, 104), call: word, args: { [word]: word }, out: { [word]: 1 } }, received(0)], [received(0)]),
    measured('evil/evil/evil', [failed(word, 104)]),
  ];
  const scenarios = results.map((result) => ({ ...scenarioOf(LINUX, result), reason: word, verdict: 'deviation' as const }));
  const platform = { ...LINUX, name: word, os: word, kernel: word, container: word };
  return {
    header: headerOf(platform, new Date(0), ASKED),
    scenarios,
    timings: results.map(timingOf),
    footer: { type: 'footer', scenarios: 2, verdicts: { deviation: 2 }, interrupted: false, ms: 1 },
  };
}
const runFile = written('evil.jsonl', serializeRun(evilRun()));

describe('is shown, not obeyed:', () => {
  test.each(FORMATS)('a run, in report --format %s', async (format) => {
    expectShown(await run('report', runFile, '--format', format));
    expectShown(await run('report', runFile, '--format', format, '-v'));
    expectShown(await run('report', runFile, written('other.jsonl', serializeRun(evilRun())), '--format', format));
  });

  test('a run, in merge, and in expect', async () => {
    for (const format of ['pretty', 'json']) expectShown(await run('merge', runFile, '--format', format));
    expectShown(await run('expect', '--from', runFile, '--dry-run'));
  });

  test('a run, in diff', async () => {
    for (const format of ['pretty', 'markdown', 'json']) expectShown(await run('diff', runFile, 'linux', '--format', format, '-v'));
  });

  test('a run, and it is the same when it is read again', async () => {
    const { stdout } = await run('report', runFile, '--format', 'jsonl');
    expect(parseRun(stdout, 'stdout')).toEqual(evilRun());
    expect(JSON.parse((await run('report', runFile, '--format', 'json')).stdout).runs[0].header).toEqual(evilRun().header);
  });

  test('what is wrong with a run', async () => {
    const text = serializeRun(evilRun());
    for (const [i, wrong] of [
      text.replace('"verdict":', `${JSON.stringify(EVIL)}:1,"verdict":`),
      text.replace('"type":"scenario"', `"type":${JSON.stringify(EVIL)}`),
      text.replace('"args":{', `"args":{${JSON.stringify(EVIL)}:true,`),
      text.replace('"schema":2', `"schema":${JSON.stringify(EVIL)}`),
      text.replaceAll('evil/evil/evil', EVIL),
    ].entries()) {
      const ran = await run('report', written(`wrong-${i}.jsonl`, wrong));
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).not.toMatch(UNPRINTABLE);
    }
  });

  test.each(['pretty', 'markdown', 'json', 'sarif', 'junit'])('a table, in check --format %s', async (format) => {
    expectShown(await run('check', tableFile, '--format', format));
    const out = join(folder, `out.${format}`);
    expectShown(await run('check', tableFile, '--format', format, '--out', out));
    expect(readFileSync(out, 'utf8')).not.toMatch(UNPRINTABLE);
  });

  test('a table, in report --classes', async () => {
    for (const format of ['pretty', 'markdown', 'json']) {
      expectShown(await run('report', runFile, '--classes', tableFile, '--format', format));
      expectShown(await run('report', runFile, '--classes', tableFile, '--format', format, '-v'));
    }
  });

  test('what is wrong with a table', async () => {
    const key = written('key.json', { ...table, [EVIL]: 1 });
    const api = written('api.json', { ...table, api: EVIL });
    const unknown = written('class.json', { ...table, rows: [{ ret: 'zero', class: `${EVIL}!` }, ...table.rows] });
    const syntax = written('syntax.json', `{"name": ${EVIL}}`);
    for (const file of [key, api, unknown]) expectShown(await run('check', file));
    expectShown(await run('check', syntax), '001b');
    expectShown(await run('report', runFile, '--classes', key));
  });

  test('a module of a table', async () => {
    const says = `const evil = ${JSON.stringify(EVIL)};`;
    const classes = written('classes.mjs', `${says} export const classes = { [evil]: 'would-block' }; export const classify = () => evil;`);
    for (const format of ['pretty', 'markdown', 'json', 'sarif', 'junit']) expectShown(await run('check', classes, '--format', format));
    expectShown(await run('check', written('throws.mjs', `${says} export const classify = () => { throw new Error(evil); };`)));
    expectShown(await run('check', written('loads.mjs', `${says} throw new Error(evil);`)));
    expectShown(await run('check', written('exports.mjs', `${says} export { evil as ${JSON.stringify(`evil${BIDI}`)} };`)));
  });

  test('a policy', async () => {
    const says = `const evil = ${JSON.stringify(EVIL)};`;
    const policy = (name: string, poll: string) => written(name, `${says} export const policy = { name: evil, start: 0, poll() { ${poll} } };`);
    const keeps = policy('keeps.mjs', "return { action: 'keep', why: evil, class: evil, state: 0 };");
    for (const format of ['pretty', 'markdown', 'json']) expectShown(await run('close', '--policy', keeps, '--on', 'linux', '--format', format, '-v'));
    expectShown(await run('close', '--policy', policy('faulty.mjs', 'throw new Error(evil);')));
    expectShown(await run('close', '--policy', policy('odd.mjs', 'return { action: evil };')));
  });

  test('a module of scenarios', async () => {
    const evil = JSON.stringify(EVIL);
    const module = (name: string, event: string, text: string) =>
      written(
        name,
        `export const event = ${event}; export const about = ${text};
         export const cases = { one: { why: ${text}, steps: 'S recv 4', async run() { throw new Error(${text}); } } };`,
      );
    const crashes = module('crashes.mjs', "'tcp/evil'", evil);
    for (const out of ['evil-run.txt', 'evil-run.jsonl']) {
      expectShown(await run('run', crashes, '--trials', '1', '-v', '--out', out));
      const text = readFileSync(join(folder, out), 'utf8');
      expect(text).not.toMatch(UNPRINTABLE);
      expect(text).toContain('\\u202e');
    }
    expectShown(await run('run', module('event.mjs', evil, "''")));
  });

  test('what is on the command line', async () => {
    // The system's own arguments end at a NUL.
    const evil = EVIL.replace('\0', '');
    const list = written('list.txt', `${EVIL}\n`);
    for (const args of [
      ['list', evil],
      ['list', `@${list}`],
      ['list', `@${evil}`],
      ['list', '--skip', evil],
      ['list', '--format', evil],
      ['list', `--${evil}`],
      [evil],
      ['run', evil],
      ['run', `${evil}.mjs`],
      ['run', '--on', evil],
      ['run', '--jobs', evil],
      ['run', '--out', `x.${evil}`],
      ['show', evil],
      ['explain', evil],
      ['diff', evil, 'linux'],
      ['diff', 'linux', 'windows', `${evil}/*`],
      ['report', evil],
      ['report', runFile, '--format', evil],
      ['report', runFile, '--classes', evil],
      ['check', evil],
      ['check', `${evil}.json`],
      ['check', 'mongoose', '--on', evil],
      ['close', evil],
      ['close', 'mongoose@7.16', '--scenario', evil],
      ['close', 'mongoose@7.16', '--on', evil],
      ['close', '--policy', evil],
      ['new', 'table', evil],
      ['setup', evil],
    ]) {
      const ran = await run(...args);
      expect([args[0], ran.code]).toEqual([args[0], 2]);
      expectShown(ran);
    }
  });

  // Windows has no such names.
  test.runIf(process.platform !== 'win32')('the name of a file [needs file names of POSIX]', async () => {
    const name = EVIL.replaceAll(/[\0/]/g, '');
    const evil = { table: `${name}.json`, run: `${name}.jsonl`, module: `${name}.mjs` };
    writeFileSync(join(folder, evil.table), JSON.stringify(table));
    writeFileSync(join(folder, evil.run), serializeRun(evilRun()));
    writeFileSync(join(folder, evil.module), 'throw new Error();');
    for (const format of ['pretty', 'markdown', 'json', 'sarif', 'junit']) {
      const ran = await run('check', evil.table, '--format', format);
      expect(ran.code).toBe(1);
      if (format === 'sarif') expect(ran.stdout).not.toMatch(UNPRINTABLE);
      else expectShown(ran);
    }
    expectShown(await run('check', evil.module));
    expectShown(await run('close', '--policy', evil.module));
    expectShown(await run('diff', evil.run, 'evil.jsonl'));
    expectShown(await run('check', 'mongoose', '--out', evil.table));
  });
});

test('a painter’s colours stay, and no one else’s', async () => {
  const args = ['check', tableFile, '--level', 'note'];
  const [plain, coloured] = [await here(args), await here(args, { env: { FORCE_COLOR: '1' } })];
  expect(coloured.stdout).not.toBe(plain.stdout);
  expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout);
});

describe('a pattern', () => {
  test.each([
    ['tcp/*/idle', ['tcp/reset/idle'], ['tcp/reset/idle?family=inet6', 'tcp/a/b/idle', 'tls/reset/idle']],
    ['**/idle', ['idle', 'reset/idle', 'tcp/reset/idle'], ['tcp/reset/not-idle']],
    ['tcp/**', ['tcp/', 'tcp/reset', 'tcp/reset/idle'], ['tls/reset/idle']],
    ['tcp/**/idle', ['tcp/idle', 'tcp/a/b/idle'], ['tcp/idle/recv']],
    ['*/re**t/*', ['tcp/reset/idle'], ['tcp/re/t/idle']],
    ['t?p/*?*=*', ['tcp/idle?family=inet6'], ['t/p/a?b=c']],
    ['tcp/{reset,fin}/[a-z]', ['tcp/{reset,fin}/[a-z]'], ['tcp/reset/a']],
  ])('%s stands for some ids and not for others', (pattern, some, others) => {
    expect([...some, ...others].filter(glob(pattern))).toEqual(some);
  });

  test('goes back over nothing that it has read', () => {
    const id = `${'a'.repeat(60)}/${'a'.repeat(60)}/${'a'.repeat(78)}`;
    for (const pattern of ['*a'.repeat(99), '**/'.repeat(66), '*?'.repeat(100), '?*a'.repeat(66)]) expect(glob(`${pattern}b`)(id)).toBe(false);
  });

  test('that matches nothing is told, whatever libraries would make of it', async () => {
    for (const pattern of ['*a'.repeat(100), '**/'.repeat(66), '*-'.repeat(99), '+([a-z]|[a-z/]|[a-z/-])0', '{a,b}'.repeat(40)]) {
      expect(await here(['list', pattern])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^sockatlas: no scenario matches ".*"; the nearest: /),
      });
    }
  });

  const LONG = 'x'.repeat(60_000);
  test.each([
    ['list', [LONG]],
    ['list', ['--skip', LONG]],
    ['run', [LONG]],
    ['diff', ['linux', 'windows', `${LONG}/*`]],
    ['close', ['mongoose@7.16', '--scenario', LONG]],
  ])('longer than an id is refused by %s', async (command, args) => {
    const { code, stderr } = await here([command, ...args]);
    expect([code, stderr.length < 1000]).toEqual([2, true]);
    expect(stderr).toMatch(/^sockatlas: .*(the pattern "x+…"|no such command or scenario)/);
  });

  test('of many is one of at most ten thousand; said twice it is one', async () => {
    const list = (name: string, lines: readonly string[]) => `@${written(name, lines.join('\n'))}`;
    expect((await here(['list', list('same.txt', Array(20_000).fill('tcp/reset'))])).code).toBe(0);
    const many = Array.from({ length: 20_000 }, (_, i) => `tcp/*/${i}`);
    expect(await here(['list', list('many.txt', many)])).toMatchObject({ code: 2, stderr: 'sockatlas: 20000 patterns; at most 10000 can be given at once\n' });
    expect(await here(['list', list('large.txt', [LONG.repeat(40)])])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/: 2400000 bytes; a list of patterns has at most 2000000\n$/),
    });
  });

  test.runIf(process.platform === 'linux')('is not looked for in a device without end [needs /dev/zero]', async () => {
    expect(await here(['list', '@/dev/zero'])).toMatchObject({
      code: 2,
      stderr: 'sockatlas: the list @/dev/zero: more than 2000000 bytes; a list of patterns has at most so many\n',
    });
  });

  test('may begin with a byte order mark in its list', async () => {
    expect((await here(['list', `@${written('bom.txt', '\ufefftcp/reset/idle\n')}`])).stdout).toBe('tcp/reset/idle\n');
  });
});
