import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../classification/table.ts';
import { packageRoot } from '../../platforms/package-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas check '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  return file;
}

/** What is published, called as the command calls it: exit codes and errors as in cli/main.ts. */
const dist = (name: string) => JSON.stringify(pathToFileURL(join(packageRoot, 'dist', 'cli', `${name}.js`)).href);
const program = written(
  'program.mjs',
  `import { check } from ${dist('check')};
import { newTable } from ${dist('new')};
import { EnvironmentError, UsageError } from ${dist('errors')};
const [what, options, ...names] = process.argv.slice(2);
try {
  process.exitCode = what === 'new' ? await newTable(names[0], JSON.parse(options)) : await check(names, { format: 'pretty', level: 'warning', ...JSON.parse(options) });
} catch (error) {
  if (!(error instanceof UsageError || error instanceof EnvironmentError)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 3;
}
`,
);

function run(what: 'check' | 'new', options: object, ...names: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, what, JSON.stringify(options), ...names], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr: stderr.replaceAll(`${folder}/`, '') };
}
const check = (options: object, ...names: string[]) => run('check', options, ...names);

const good = tablesOf('mongoose', 'winsock', '7.16')[0];
const waits = { ...good, rows: [{ ret: 'negative', codes: ['WSAECONNRESET'], class: 'MG_IO_WAIT' }, ...(good?.rows ?? [])] };

describe('shipped tables', () => {
  test('are named with a version, and have no error', () => {
    const { code, stdout } = check({ level: 'error' }, 'mongoose@7.16');
    expect(stdout).toMatch(/^4 tables against \d+ answers of .*: nothing found \(and \d+ warnings, \d+ notes: --level note shows them\)\n$/);
    expect(code).toBe(0);
  });

  test('fail where a finding is at the level', () => {
    const { code, stdout } = check({}, 'mongoose@7.22/winsock');
    expect(stdout).toMatch(/classification\/tables\/mongoose-7\.22-winsock\.json:\d+: warning zero-as-error: mongoose@7\.22\/winsock/);
    expect(code).toBe(1);
  });

  test.each([
    ['mongose', /^no table is named "mongose".*mongoose/],
    ['mongoose@6.1', /^no table of mongoose is named "mongoose@6\.1"; there are mongoose@7\.0–7\.2\/posix/],
    ['libmine.so', /name its function too/],
    ['none.json', /ENOENT/],
  ])('%s is not one', (name, message) => expect(check({}, name)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) }));

  test('none is a question', () => expect(check({})).toMatchObject({ code: 2, stderr: expect.stringMatching(/^which table\?/) }));

  test('are held against the platforms that are asked for', () => {
    const platforms = (platform: string[]) => JSON.parse(check({ format: 'json', platform }, 'mongoose@7.16').stdout).platforms;
    expect(platforms(['windows'])).toEqual(['windows']);
    expect(check({ platform: ['beos'] }, 'libuv')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^no answers of a platform "beos"; there are some of .*linux/),
    });
  });
});

describe('a file of the user’s', () => {
  test('has its faults told with file and line', () => {
    const file = written('mine.json', waits);
    const { code, stdout } = check({ level: 'error' }, file);
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('"rows"')) + 2;
    expect(stdout).toContain(
      `mine.json:${line}: error reset-as-wait: mongoose@7.10–7.21/winsock\n  tcp/reset/idle: recv #1 = -1 WSAECONNRESET (10054) on windows`,
    );
    expect(code).toBe(1);
  });

  test('that is no table costs an exit code of 2, with the place', () => {
    expect(check({}, written('bad.json', { ...good, api: 'amiga' }))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^bad\.json:5: \/api: /),
    });
  });
});

describe('as SARIF', () => {
  const file = written('mine.json', waits);
  const { stdout } = check({ format: 'sarif' }, file);
  const sarif = JSON.parse(stdout);
  const [{ tool, results }] = sarif.runs;

  test('each result has a rule, a level, a message and a line of the table’s own file', () => {
    expect(sarif.version).toBe('2.1.0');
    expect(results.length).toBeGreaterThan(0);
    const lines = readFileSync(file, 'utf8').split('\n').length;
    for (const { ruleId, ruleIndex, level, message, locations, partialFingerprints } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['note', 'warning', 'error']).toContain(level);
      expect(message.text).not.toBe('');
      const [{ physicalLocation }] = locations;
      expect(physicalLocation.artifactLocation.uri).toBe('mine.json');
      expect(physicalLocation.region.startLine).toBeGreaterThan(0);
      expect(physicalLocation.region.startLine).toBeLessThanOrEqual(lines);
      expect(partialFingerprints['sockatlas/v1']).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(new Set(results.map((one: { partialFingerprints: unknown }) => JSON.stringify(one.partialFingerprints))).size).toBe(results.length);
  });

  test('rules say what is wrong and what follows', () => {
    for (const { id, shortDescription, help, defaultConfiguration } of tool.driver.rules) {
      expect([id, shortDescription.text, help.text, defaultConfiguration.level].every((text) => typeof text === 'string' && text !== '')).toBe(true);
    }
  });
});

describe('names that would be markup', () => {
  const hostile = '</failure>&"\u0000\u001b[31m\ud800|`<b>';
  const file = written('hostile.json', {
    ...waits,
    label: hostile,
    classes: { ...waits.classes, [hostile]: { meaning: 'would-block' } },
    rows: [{ ret: 'negative', codes: ['WSAECONNRESET'], class: hostile }, ...waits.rows.slice(1)],
  });

  test('leave JUnit well-formed', () => {
    const { stdout, code } = check({ format: 'junit' }, file);
    expect(code).toBe(1);
    expect(malformed(stdout)).toBeUndefined();
    expect(stdout).toContain('&lt;/failure&gt;&amp;&quot;[31m|`&lt;b&gt;');
    expect(/tests="(\d+)"/.exec(stdout)?.[1]).toBe(String(stdout.match(/<testcase /g)?.length));
    expect(/failures="(\d+)"/.exec(stdout)?.[1]).toBe(String(stdout.match(/<failure /g)?.length));
  });

  test('leave Markdown a table', () => {
    const rows = check({ format: 'markdown' }, file)
      .stdout.split('\n')
      .filter((line) => line.startsWith('|'));
    expect(new Set(rows.map((row) => row.replace(/\\\|/g, '').split('|').length))).toEqual(new Set([8]));
    expect(rows.join()).not.toContain('<b>');
  });
});

test('--out writes the format to a file, and people read stdout', () => {
  const out = join(folder, 'out.sarif');
  const { stdout, code } = check({ format: 'sarif', out }, 'mongoose@7.16');
  expect(code).toBe(1);
  expect(stdout).toContain('warning zero-as-error');
  expect(JSON.parse(readFileSync(out, 'utf8')).version).toBe('2.1.0');
});

describe('a module', () => {
  const body = (code: string) => `export function classify(ret, code, call) { ${code} }`;

  test('is asked, and says meanings', () => {
    const { code, stdout } = check(
      { format: 'json', level: 'error' },
      written(
        'good.mjs',
        body(
          "if (ret > 0) return 'data'; if (ret === 0) return call === 'recv' ? 'end' : 'data'; return { 11: 'would-block', 10035: 'would-block', 115: 'would-block', 104: 'reset', 10054: 'reset' }[code] ?? 'other'",
        ),
      ),
    );
    expect(JSON.parse(stdout).findings.every(({ rule }: { rule: string }) => rule === 'meanings-differ')).toBe(true);
    expect(code).toBe(0);
  });

  test('says classes of its own, and is caught', () => {
    const classes = "export const classes = { GO: 'data', WAIT: 'would-block', END: 'end' }; export const api = 'winsock'; ";
    const { code, stdout } = check({ level: 'error' }, written('waits.mjs', classes + body("return ret > 0 ? 'GO' : ret === 0 ? 'END' : 'WAIT'")));
    expect(stdout).toMatch(/waits\.mjs:1: error reset-as-wait: waits\.mjs/);
    expect(code).toBe(1);
  });

  test.each([
    [
      'in TypeScript',
      'good.mts',
      "export function classify(ret: number, code: number): string { return ret >= 0 ? 'data' : code === 11 ? 'would-block' : 'other'; }",
    ],
    ['in CommonJS', 'good.cjs', "exports.classify = (ret, code) => (ret >= 0 ? 'data' : 'other');"],
  ])('may be %s', (_, name, text) => expect(check({ level: 'error' }, written(name, text))).toMatchObject({ code: 1, stderr: '' }));

  test.each([
    ['throws', body("throw new Error('no idea')"), /^odd\.mjs: classify\(.*\) for \w+ threw Error: no idea$/],
    ['throws what is no error', body('throw undefined'), /threw it threw undefined$/],
    ['throws as it is loaded', "throw new Error('not today')", /^odd\.mjs: cannot be loaded: Error: not today$/],
    ['never returns', body('for (;;);'), /did not return within 3 s$/],
    ['ends its process', body('process.exit(7)'), /ended its process: exit code 7$/],
    ['says nothing', body(''), /gave no class but undefined: a string, or a number, is wanted$/],
    ['says something else', body("return 'blue'"), /returned "blue", which is neither a meaning \(would-block, .*\) nor in the `classes` that it exports$/],
    ['promises', body('return Promise.resolve("data")'), /gave no class but object/],
    ['exports something else', 'export const classified = 1;', /exports no function named classify \(it exports classified\)$/],
    ['is no JavaScript', 'export function (', /cannot be loaded: SyntaxError/],
    ['has classes of no meaning', `export const classes = { A: 'blue' }; ${body("return 'A'")}`, /what it exports beside classify/],
  ])('that %s costs an exit code of 2, and nothing else', (_, text, message) => {
    expect(check({}, written('odd.mjs', text))).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe('a shared library', () => {
  const source = written(
    'table.c',
    `#include <stdlib.h>
int classify(long ret, int code) {
  if (ret >= 0) return (int) ret;
  if (code == 11 || code == 10035 || code == 115) return -2;
  return code == 104 || code == 10054 ? -3 : -1;
}
int crash(long ret, int code) { if (code == 104) *(volatile int *) 0 = 1; return -1; }
int hang(long ret, int code) { if (code == 104) for (;;); return -1; }
int leave(long ret, int code) { exit(7); }
int odd(long ret, int code) { return -7; }
`,
  );
  const library = join(folder, 'libmine.so');
  const built = spawnSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  const why = built.error === undefined && built.status === 0 ? undefined : 'no C compiler that makes a shared library here';
  const classes = '0=other,-1=other,-2=would-block,-3=reset';

  test('is asked', ({ skip }) => {
    skip(why !== undefined, why);
    const { code, stdout } = check({ format: 'json', level: 'error', classes }, `${library}:classify`);
    expect(JSON.parse(stdout).tables).toEqual([{ id: 'libmine.so:classify', file: 'libmine.so' }]);
    expect(code).toBe(0);
  });

  test.each([
    ['crashes', 'crash', /^libmine\.so: classify\(-1, 104\) for \w+ ended its process: signal SIGSEGV/],
    ['never returns', 'hang', /^libmine\.so: classify\(-1, 104\) for \w+ did not return within 3 s$/],
    ['ends its process', 'leave', /ended its process: exit code 7$/],
    ['says a number without a name', 'odd', /returned -7, which --classes does not name$/],
    ['is not there', 'none', /^libmine\.so: cannot be loaded: /],
  ])('that %s costs an exit code of 2, and nothing else', (_, name, message) => {
    if (why !== undefined) return expect(why).not.toBe('');
    return expect(check({ classes }, `${library}:${name}`)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test.each([
    [{}, /returns numbers: say what they mean, --classes/],
    [{ classes: '-1=blue' }, /^--classes "-1=blue": a number and a meaning are wanted/],
  ])('wants its numbers named: %j', (options, message) => {
    expect(check(options, './libmine.so:classify')).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });
});

describe('new table', () => {
  test.each([
    ['skeleton.json', {}],
    ['skeleton-winsock.json', { api: 'winsock' }],
    ['skeleton.mjs', {}],
    ['skeleton.mts', {}],
  ])('%s %j is a table without an error', (name, options) => {
    expect(run('new', options, name)).toMatchObject({ code: 0, stderr: expect.stringContaining(`sockatlas check ./${name}`) });
    expect(check({ level: 'error' }, `./${name}`)).toMatchObject({ code: 0, stderr: '' });
  });

  test('leaves a file that exists as it is', () => {
    const file = written('kept.json', 'mine');
    expect(run('new', {}, file)).toMatchObject({ code: 2, stderr: 'kept.json exists already; it is left as it is' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('knows its endings', () => expect(run('new', {}, 'table.yaml').code).toBe(2));
  test('says where a folder is missing', () => expect(run('new', {}, 'no/such/folder/table.json').code).toBe(3));
});

/** Why a text is no well-formed XML, as far as this writer could go wrong; undefined where it is. */
function malformed(xml: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.test(xml)) return 'a character that XML has not';
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml [^?]*\?>/, '').replace(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*) ?(\/?)>/g, (_, end, name, __, empty) => {
    if (end) {
      if (open.pop() !== name) open.push(`</${name}>`);
    } else if (!empty) open.push(name);
    return '';
  });
  if (open.length > 0) return `unbalanced: ${open.join()}`;
  if (/[<>"]/.test(rest)) return `left over: ${rest.trim().slice(0, 80)}`;
  return /&(?!(amp|lt|gt|quot|#\d+);)/.test(xml) ? 'a bare &' : undefined;
}
