import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';

/** A checkout of its own, whose expectations a contributor gets wrong. It is where it finds the packages without a link, which Windows does not let everyone make. */
const caches = join(packageRoot, 'node_modules', '.cache');
mkdirSync(caches, { recursive: true });
const place = mkdtempSync(join(caches, 'sockatlas-data-'));
const FILE = 'platforms/expected/tcp/reset.json';
const expected = join(place, FILE);
const original = readFileSync(join(packageRoot, FILE), 'utf8');

beforeAll(() => {
  for (const folder of ['dist', 'platforms', 'classification', 'results']) cpSync(join(packageRoot, folder), join(place, folder), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(place, 'package.json'));
});
afterAll(() => rmSync(place, { recursive: true, force: true, maxRetries: 10 }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, 'dist', 'cli', 'main.js'), ...args], { encoding: 'utf8', cwd: place });
  return { code: status, stdout, stderr };
}

/** The line on which a text that first stands there ends. */
const lineOf = (text: string) => original.slice(0, original.indexOf(text) + text.length).split('\n').length;

describe('a fault in what is expected is told with its line and what is nearest, exit 2', () => {
  test.each<[string, string, string, string]>([
    ['a wrong key', '"evidence": "measured"', '"evidense": "measured"', '/idle/linux/evidense: unknown key "evidense"; did you mean evidence?'],
    [
      'a wrong kind of evidence',
      '"evidence": "measured"',
      '"evidence": "mesured"',
      '"mesured" is not one of measured, asserted, documented, reported, inferred, unknown; did you mean measured?',
    ],
    ['a wrong case', '"idle": {', '"idel": {', 'no scenario is named "tcp/reset/idel"; did you mean tcp/reset/idle?'],
    ['a wrong platform', '"linux": {', '"linus": {', '/idle/linus: unknown key "linus"; did you mean linux?'],
    [
      'a wrong key in one of several entries',
      '"wine": "<8.21" },\n        "trace"',
      '"wine": "<8.21" },\n        "tracer"',
      '/wine/0/tracer: unknown key "tracer"; did you mean trace?',
    ],
    ['a wrong code', '"trace": ["ECONNRESET", "eof…"]', '"trace": ["ECONNREST", "eof…"]', '"ECONNREST" is not a token of linux; did you mean ECONNRESET?'],
    ['a wrong word', '"trace": ["ECONNRESET", "eof…"]', '"trace": ["ECONNRESET", "eoff…"]', '"eoff…" is not a token; did you mean eof?'],
    [
      'a Winsock name',
      '"trace": ["ECONNRESET", "eof…"]',
      '"trace": ["WSAECONNRESET", "eof…"]',
      '"WSAECONNRESET" is not a token of linux; did you mean ECONNRESET?',
    ],
    ['a repetition in the middle', '"trace": ["ECONNRESET", "eof…"]', '"trace": ["ECONNRESET…", "eof"]', 'only the last token of a trace may end in …'],
  ])('%s', (_, right, wrong, says) => {
    writeFileSync(
      expected,
      original.replace(right, () => wrong),
    );
    const { code, stdout, stderr } = run('show', 'tcp/idle/recv');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`sockatlas: ${FILE}:${lineOf(right)}: `);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['run', 'tcp/idle/recv'],
    ['diff', 'linux', 'windows'],
    ['check', 'go'],
  ])('by %s too', (...args) => {
    writeFileSync(expected, original.replace('"idle": {', '"idel": {'));
    expect(run(...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(`^sockatlas: ${FILE}:${lineOf('"idle": {')}: .*no scenario is named "tcp/reset/idel"[^\n]*\n$`),
    });
  });

  test('what is no JSON', () => {
    writeFileSync(expected, original.slice(0, -20));
    const { code, stderr } = run('show', 'tcp/idle/recv');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sockatlas: platforms\/expected\/tcp\/reset\.json(:\d+)?: not valid JSON: /);
  });

  test('nothing wrong is no fault', () => {
    writeFileSync(expected, original);
    expect(run('show', 'tcp/idle/recv').code).toBe(0);
  });
});
