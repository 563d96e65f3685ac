import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readTable, TableError } from '../../classification/read-table.ts';
import { tablesOf } from '../../classification/table.ts';
import { jsonLines, lineOf, pointerOf } from '../../platforms/json-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas table '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const good = tablesOf('mongoose', 'posix', '7.16')[0];
function written(content: unknown, name = 'table.json'): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  return file;
}
function complaint(content: unknown): string {
  try {
    readTable(written(content));
  } catch (error) {
    expect(error).toBeInstanceOf(TableError);
    return (error as Error).message.replaceAll(folder + sep, '');
  }
  throw new Error('it was taken');
}

test('a table is read', () => {
  expect(readTable(written(good)).id).toBe('mongoose@7.10–7.21/posix');
  expect(readTable(written(`\uFEFF${JSON.stringify(good)}`)).id).toBe('mongoose@7.10–7.21/posix');
});

describe('a hostile file is refused, with the line and the field', () => {
  test.each<[string, unknown, RegExp]>([
    ['nothing', '', /^table\.json(:\d+)?: not valid JSON: /],
    ['half a table', '{"name": "x", ', /^table\.json(:\d+)?: not valid JSON: /],
    ['no object', '[]', /^table\.json:1: the file: /],
    ['null', 'null', /^table\.json:1: the file: /],
    ['a meaning that there is not', { ...good, classes: { ...good?.classes, data: { meaning: 'bytes' } } }, /^table\.json:\d+: \/classes\/data\/meaning: /],
    ['a class that there is not', { ...good, rows: [{ ret: 'zero', class: 'toString' }, ...(good?.rows ?? [])] }, /\/rows\/0\/class: toString is not one of/],
    ['a row too few', { ...good, rows: good?.rows.slice(0, -1) }, /: \/rows: there is no row for all other negative return values/],
    ['a name too long', { ...good, name: 'x'.repeat(10_000) }, /:2: \/name: /],
    ['too many rows', { ...good, rows: Array.from({ length: 10_000 }, () => good?.rows[0]) }, /: \/rows: /],
    [
      'too many classes',
      { ...good, classes: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`c${i}`, { meaning: 'data' }])) },
      /: \/classes: at most 200 classes/,
    ],
    [
      'rows twice',
      JSON.stringify(good)
        .replace(/}$/, ',\n"rows":[]}')
        .replace('"rows":[]', `"rows":${JSON.stringify(good?.rows)}`),
      /^table\.json:2: \/rows is there twice$/,
    ],
    ['versions that nothing reads', { ...good, versions: '^1.0' }, /\/versions: not read: write comparisons/],
    ['a range of versions with a dash', { ...good, versions: '7.10–7.21' }, /\/versions: not read: write comparisons/],
    ['a field that there is not', { ...good, __proto__: null, run: 'rm' }, /\/run: unknown key "run"/],
    ['nested a thousand deep', `${'['.repeat(1000)}${']'.repeat(1000)}`, /nested deeper than 20 levels/],
    ['a code for an api that has no list', { ...good, api: 'rl' }, /\/rows\/2\/codes\/0: EAGAIN has no number/],
  ])('%s', (_, content, message) => expect(complaint(content)).toMatch(message));

  test('a megabyte', () => expect(complaint(`"${'x'.repeat(1024 * 1024)}"`)).toMatch(/\d+ bytes; a table has at most 1048576/));
  test('no file', () => expect(() => readTable(join(folder, 'none.json'))).toThrow(/ENOENT/));
  test('a folder', () => expect(() => readTable(folder)).toThrow(TableError));
});

describe('the line of a value', () => {
  const text = '{\n  "a": [\n    1,\n    {"b/c": "x\\"]{",\n     "d": null}\n  ],\n  "e": true\n}\n';
  const lines = jsonLines(text);
  test.each([
    [[], 1],
    [['a'], 2],
    [['a', 0], 3],
    [['a', 1], 4],
    [['a', 1, 'b/c'], 4],
    [['a', 1, 'd'], 5],
    [['e'], 7],
    [['e', 'none'], 7],
    [['none'], 1],
  ])('%j', (path, line) => expect(lineOf(lines, pointerOf(path))).toBe(line));
});
