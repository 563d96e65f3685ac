import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policiesOf } from '../../classification/policies/libraries.ts';
import { shippedFiles, shippedNamed, tablesOf } from '../../classification/table.ts';
import { findingsSchema } from '../../report/findings/json.ts';
import { unwrapped, workplace } from '../fixtures/check.ts';
import { here } from '../fixtures/here.ts';

const { folder, written, check } = workplace();

const good = tablesOf('mongoose', 'winsock', '7.16')[0];
const waits = { ...good, rows: [{ ret: 'negative', codes: ['WSAECONNRESET'], class: 'MG_IO_WAIT' }, ...(good?.rows ?? [])] };

describe('shipped tables', () => {
  test('are named with a version, and have no error', async () => {
    const { code, stdout } = await check({ level: 'error' }, 'mongoose@7.16');
    expect(stdout.replace(/\n {2}/g, ' ')).toMatch(
      /^4 tables against \d+ return values: linux \(expected\), windows \(expected\), .*linux-6\.18 \(recorded\)\.\nOnly the rows of these tables were checked, because no platform here sets their codes: mongoose@7\.10–7\.21\/freertos, mongoose@7\.10–7\.21\/rl\.\nNothing found \(and \d+ warnings, \d+ notes: --level note shows them\)\n$/,
    );
    expect(code).toBe(0);
  });

  test('fail where a finding is at the level', async () => {
    const { code, stdout } = await check({}, 'mongoose@7.22/winsock');
    expect(stdout).toMatch(/classification\/tables\/mongoose-7\.22-winsock\.json:\d+: warning zero-as-error: mongoose@7\.22\/winsock/);
    expect(code).toBe(1);
  });

  test.each([
    ['mongose', /^there is no table "mongose"; did you mean mongoose\?/],
    ['mongoose@6.1', /^there is no table "mongoose@6\.1"; sockatlas has mongoose 7\.0–7\.2, 7\.3–7\.8, 7\.9, 7\.10–7\.21, 7\.22$/],
    ['mongoose@9', /^there is no table "mongoose@9"; sockatlas has mongoose 7\.0–7\.2, /],
    ['mongoose@7.23', /^there is no table "mongoose@7\.23"/],
    ['dotnet@99', /^there is no table "dotnet@99"; sockatlas has dotnet 5–10$/],
    ['curl@9/posix', /^there is no table "curl@9\/posix"; sockatlas has curl 8$/],
    ['none.json', /ENOENT/],
  ])('%s is not one', async (name, message) => expect(await check({}, name)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) }));

  test('none is a question', async () => expect(await check({})).toMatchObject({ code: 2, stderr: expect.stringMatching(/^check: name a table: /) }));

  test('are held only against the platforms that --on names', async () => {
    const held = async (on: string[]) => JSON.parse((await check({ format: 'json', on }, 'mongoose@7.16')).stdout).heldAgainst;
    expect(await held(['windows'])).toEqual([{ platform: 'windows', from: 'expected' }]);
    expect((await held(['linux,windows'])).map(({ platform }: { platform: string }) => platform)).toEqual(['linux', 'windows', 'linux-6.18']);
    expect(await held(['linux'])).toContainEqual({ platform: 'linux-6.18', from: 'recorded' });
    expect(await check({ on: ['linux'] }, 'mongoose@7.16/winsock')).toMatchObject({
      code: 2,
      stderr: 'mongoose@7.16/winsock has the codes of windows, wine: --on linux leaves nothing to check it against',
    });
    expect(await check({ on: ['linus'] }, 'libuv')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--on linus: there is no expectation and no run for it; choose from .*linux.*; did you mean linux\?$/),
    });
  });
});

describe('a version', () => {
  const ids = (name: string) => shippedNamed(name).map(({ id }) => id);

  test('is understood with its patch level, in any case, and cut short', () => {
    expect(ids('mongoose@7.16').length).toBe(4);
    expect(ids('mongoose@7.16.0')).toEqual(ids('mongoose@7.16'));
    expect(ids('Mongoose@7.16/POSIX')).toEqual(['mongoose@7.10–7.21/posix']);
    expect(ids('mongoose@7')).toEqual(ids('mongoose'));
    expect(ids('mongoose@7.1/posix')).toEqual(['mongoose@7.0–7.2/posix']);
  });

  test.each([...new Set(shippedFiles().map(({ table }) => table.name))])('of %s that is newer than what its tables were read from is none', (library) => {
    expect(ids(library)).not.toEqual([]);
    expect(ids(`${library}@1000`)).toEqual([]);
  });

  test('of Mongoose has a table exactly where it has a close policy', () => {
    for (const version of policiesOf('mongoose').data.versions) expect([version, ids(`mongoose@${version}/posix`).length]).toEqual([version, 1]);
    expect(ids('mongoose@7.23')).toEqual([]);
  });
});

describe('a file of the user’s', () => {
  test('has its faults told with file and line', async () => {
    const file = written('mine.json', waits);
    const { code, stdout } = await check({ level: 'error' }, file);
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('"rows"')) + 2;
    expect(unwrapped(stdout)).toContain(
      `mine.json:${line}: error reset-as-wait: mongoose@7.10–7.21/winsock tcp/reset/idle: recv #1 = -1 WSAECONNRESET (10054) on windows (asserted) means reset; classified as MG_IO_WAIT (would-block)`,
    );
    expect(code).toBe(1);
  });

  test('that is no table costs an exit code of 2, with the place', async () => {
    expect(await check({}, written('bad.json', { ...good, api: 'amiga' }))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^bad\.json:5: \/api: /),
    });
  });

  test.each([
    ['ECONNREST', 'posix', 'unknown code ECONNREST; did you mean ECONNRESET?'],
    ['WSAECONNRESET', 'posix', 'WSAECONNRESET is a Windows code, and this is a posix table; did you mean ECONNRESET?'],
    ['WSAECONNREST', 'winsock', 'unknown code WSAECONNREST; did you mean WSAECONNRESET?'],
    ['ECONNREST', 'winsock', 'unknown code ECONNREST; did you mean WSAECONNRESET?'],
    ['ESHUTDOWN', 'winsock', 'ESHUTDOWN is a POSIX code, and this is a winsock table; did you mean WSAESHUTDOWN?'],
  ])('that names %s as a %s code has an error, at its line', async (code, api, message) => {
    const table = tablesOf('mongoose', api as 'posix' | 'winsock', '7.16')[0];
    const file = written('misspelt.json', { ...table, rows: [{ ret: 'negative', codes: ['EAGAIN', code], class: 'MG_IO_WAIT' }, ...(table?.rows ?? [])] });
    const line = readFileSync(file, 'utf8').split('\n').indexOf(`        "${code}"`) + 1;
    const ran = await check({ level: 'error' }, file);
    expect(unwrapped(ran.stdout)).toContain(`misspelt.json:${line}: error unknown-code: ${`mongoose@7.10–7.21/${api}`} ${message} `);
    expect(ran.code).toBe(1);
  });

  test('that names a C runtime code in a Winsock table has a warning that says what to write', async () => {
    const file = written('runtime.json', {
      ...good,
      rows: [...(good?.rows.slice(0, -1) ?? []), { ret: 'negative', codes: ['ECONNRESET'], class: 'MG_IO_RESET' }, good?.rows.at(-1)],
    });
    expect(unwrapped((await check({}, file)).stdout)).toMatch(
      /warning unreachable-row: \S+ row \d+ never matches: ECONNRESET \(108\) is a code of the C runtime, which Winsock never sets; Winsock sets WSAECONNRESET \(10054\) /,
    );
  });
});

describe('as SARIF', async () => {
  const file = written('mine.json', waits);
  const { stdout } = await check({ format: 'sarif' }, file);
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

  test('leave JUnit well-formed', async () => {
    const { stdout, code } = await check({ format: 'junit' }, file);
    expect(code).toBe(1);
    expect(malformed(stdout)).toBeUndefined();
    expect(stdout).toContain('&lt;/failure&gt;&amp;&quot;\\u0000\\u001b[31m\\ud800|`&lt;b&gt;');
    expect(/tests="(\d+)"/.exec(stdout)?.[1]).toBe(String(stdout.match(/<testcase /g)?.length));
    expect(/failures="(\d+)"/.exec(stdout)?.[1]).toBe(String(stdout.match(/<failure /g)?.length));
  });

  test('leave Markdown a table', async () => {
    const rows = (await check({ format: 'markdown' }, file)).stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(rows.map((row) => row.replace(/\\\|/g, '').split('|').length))).toEqual(new Set([8]));
    expect(rows.join()).not.toContain('<b>');
  });
});

test('a table that is held against nothing passes no rule but those of its rows, and every format says so', async () => {
  const of = async (format: 'junit' | 'markdown' | 'json', ...options: Parameters<typeof check>) =>
    (await check({ ...options[0], format }, ...(options.slice(1) as string[]))).stdout;
  const junit = await of('junit', { on: ['linux'] }, 'nginx@1');
  expect(junit).toMatch(/^<testsuites name="sockatlas check" tests="105" failures="0" errors="0">$/m);
  expect(junit.match(/<skipped message="no platform here sets its codes" \/>/g)).toHaveLength(36);
  expect(await of('markdown', {}, 'lwip@2')).toContain('Only the rows of these tables were checked, because no platform here sets their codes: lwip@2');
  const { tables } = JSON.parse(await of('json', { on: ['windows'] }, 'mongoose@7.16'));
  expect(tables.map(({ api, rowsOnly }: { api: string; rowsOnly?: boolean }) => `${api} ${rowsOnly ?? false}`)).toEqual([
    'freertos true',
    'posix true',
    'rl true',
    'winsock false',
  ]);
});

test('--out takes the format of its ending, and refuses one that says none; nothing is left behind', async () => {
  const out = join(folder, 'by-ending.sarif');
  expect((await check({ out }, 'mongoose@7.16')).code).toBe(1);
  expect(JSON.parse(readFileSync(out, 'utf8')).version).toBe('2.1.0');
  expect(await check({ out: join(folder, 'x.foo') }, 'mongoose@7.16')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no format belongs to the ending .foo'),
  });
  const before = readdirSync(folder);
  expect((await check({ out: join(folder, 'y.json') }, './none.json')).code).toBe(2);
  expect(readdirSync(folder)).toEqual(before);
});

test('--out writes the format to a file, and people read stdout', async () => {
  const out = join(folder, 'out.sarif');
  const { stdout, code } = await check({ format: 'sarif', out }, 'mongoose@7.16');
  expect(code).toBe(1);
  expect(stdout).toContain('warning zero-as-error');
  expect(JSON.parse(readFileSync(out, 'utf8')).version).toBe('2.1.0');
});

test('JSON is what its schema says, for rows and for a function', async () => {
  const module = written('half.mjs', "export const classify = (ret, code) => (ret > 0 ? 'data' : ret === 0 ? 'end' : code === 11 ? 'reset' : 'other');");
  const { stdout, code } = await check({ format: 'json' }, 'mongoose', written('mine.json', waits), module);
  const document = findingsSchema.parse(JSON.parse(stdout));
  expect(code).toBe(1);
  expect(document.tables.find(({ id }) => id === 'mongoose@7.22/posix')).toEqual({
    id: 'mongoose@7.22/posix',
    file: 'classification/tables/mongoose-7.22-posix.json',
    library: 'mongoose',
    versions: '>=7.22 <7.23',
    api: 'posix',
    calls: ['recv', 'send'],
    codes: ['linux', 'darwin'],
  });
  const reset = document.findings.find(({ rule, table }) => rule === 'reset-as-wait' && table === 'mongoose@7.10–7.21/winsock');
  expect(reset).toMatchObject({ pointer: '/rows/0', class: 'MG_IO_WAIT', classMeans: 'would-block' });
  expect(reset?.observations[0]).toMatchObject({
    platform: 'windows',
    evidence: 'asserted',
    call: 'recv',
    ret: -1,
    code: 10054,
    name: 'WSAECONNRESET',
    means: 'reset',
  });
  expect(document.findings.some(({ table, other }) => table === 'half.mjs' && other?.observation !== undefined)).toBe(true);
});

test.each([80, 100, 120, 200])('no line of the text report is wider than a terminal of %i columns', async (columns) => {
  const { stdout } = await here(['check', 'libevent', 'openssl', file(), '--level', 'note'], { cwd: folder, env: { COLUMNS: String(columns) } });
  const widest = Math.max(...stdout.split('\n').map((line) => [...line].length));
  expect(stdout).toContain('recv-table-for-send');
  expect(widest).toBeLessThanOrEqual(columns);
  expect(widest).toBeGreaterThan(columns * 0.8);

  function file() {
    return written('wide.json', { ...waits, label: 'a '.repeat(29) });
  }
});

test('what a table says does not reach the terminal as control characters', async () => {
  const evil = '\u001b]0;evil\u0007';
  const { stdout, code } = await check(
    {},
    written('evil.json', {
      ...waits,
      label: evil,
      classes: { ...waits.classes, [evil]: { meaning: 'would-block' } },
      rows: [{ ...waits.rows[0], class: evil }, ...waits.rows.slice(1)],
    }),
  );
  expect(code).toBe(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(stdout).not.toMatch(/[\u001b\u0007]/);
});

test('--help says what question it answers, with two examples', async () => {
  const { stdout } = await here(['check', '--help']);
  expect(stdout).toContain('Is a classification table right about what every platform returns?');
  expect(stdout.match(/^ {2}sockatlas check/gm)?.length).toBe(2);
  expect(stdout).not.toContain('--platform');
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
