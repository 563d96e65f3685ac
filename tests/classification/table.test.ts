import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkScenario, classesOf } from '../../classification/check.ts';
import { platformsOf } from '../../classification/checked.ts';
import { numberOf } from '../../classification/compile.ts';
import { expectedSightings } from '../../classification/evidence.ts';
import { findFaults } from '../../classification/find.ts';
import { checkedShipped, classifier, shippedFiles, shippedTables, type Table, tableId, tableSchema, tablesOf } from '../../classification/table.ts';
import { isInReturn } from '../../classification/table-terms.ts';
import { codes, codesOf } from '../../platforms/codes.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { scenarioOf } from '../../results/lines.ts';
import type { Observation } from '../../results/schema.ts';
import { tablesPage } from '../../scripts/tables-page.ts';
import { stories as scenarios } from '../../suites/index.ts';
import { failed, LINUX, measured, received, WINDOWS } from '../fixtures/index.ts';

function mongoose(version: string, api: Table['api']): Table {
  const [table, ...others] = tablesOf('mongoose', api, version);
  expect(others).toEqual([]);
  return table as Table;
}

describe('Mongoose', () => {
  test.each([
    [
      '7.10',
      'posix',
      'linux',
      { 104: 'MG_IO_RESET', 32: 'MG_IO_RESET', 11: 'MG_IO_WAIT', 115: 'MG_IO_WAIT', 4: 'MG_IO_ERR', 103: 'MG_IO_ERR', 110: 'MG_IO_ERR' },
    ],
    ['7.2', 'posix', 'linux', { 104: 'fail', 32: 'fail', 11: 'wait', 115: 'wait', 4: 'wait' }],
    ['7.8', 'winsock', 'windows', { 10054: 'close', 10053: 'close', 10035: 'wait', 10004: 'wait', 10036: 'close' }],
    ['7.9', 'posix', 'linux', { 104: 'MG_IO_RESET', 32: 'MG_IO_RESET', 11: 'MG_IO_WAIT', 4: 'MG_IO_WAIT', 103: 'MG_IO_ERR' }],
    ['7.9', 'winsock', 'windows', { 10054: 'MG_IO_RESET', 10035: 'MG_IO_WAIT', 10004: 'MG_IO_WAIT', 10036: 'MG_IO_ERR' }],
    ['7.16', 'posix', 'linux', { 104: 'MG_IO_RESET', 32: 'MG_IO_RESET', 11: 'MG_IO_WAIT' }],
    ['7.22', 'posix', 'linux', { 104: 'MG_IO_ERR', 32: 'MG_IO_ERR', 11: 'MG_IO_WAIT', 115: 'MG_IO_WAIT' }],
    [
      '7.21',
      'winsock',
      'windows',
      { 10054: 'MG_IO_RESET', 10053: 'MG_IO_ERR', 10035: 'MG_IO_WAIT', 10004: 'MG_IO_WAIT', 10036: 'MG_IO_WAIT', 10058: 'MG_IO_ERR' },
    ],
    ['7.22', 'winsock', 'windows', { 10054: 'MG_IO_ERR', 10053: 'MG_IO_ERR', 10035: 'MG_IO_WAIT' }],
  ] as const)('%s on %s', (version, api, platform, classes) => {
    const classify = classifier(mongoose(version, api), platform);
    for (const [code, className] of Object.entries(classes)) expect([code, classify(-1, Number(code))]).toEqual([code, className]);
    expect(classify(0, 0)).toBe(Object.values(classes).find((name) => !/WAIT|wait|RESET/.test(name)) ?? 'MG_IO_ERR');
    expect(classify(17, 0)).toBe('data');
  });

  test('has one table for each version and api', () => {
    expect(tablesOf('mongoose', 'posix').map(({ label }) => label)).toEqual(['7.10–7.21', '7.22']);
    for (const version of ['7.0', '7.2', '7.3', '7.8', '7.9', '7.10', '7.21', '7.22']) {
      for (const api of ['posix', 'winsock'] as const) expect([version, tablesOf('mongoose', api, version).length]).toEqual([version, 1]);
    }
    expect(tablesOf('mongoose', 'posix', '6.18')).toEqual([]);
  });
});

test('every shipped table gives each answer the class of the first row that it falls into, on every platform of its api', () => {
  for (const table of shippedTables()) {
    for (const platform of platformsOf(table.api)) {
      const own = isInReturn(table.api) ? Object.values(table.codes ?? {}) : codesOf(platform).map(({ number }) => number);
      const firstRow = (ret: number, code: number) =>
        table.rows.find(
          (row) =>
            row.ret === (ret < 0 ? 'negative' : ret === 0 ? 'zero' : 'positive') &&
            (row.codes?.some((one) => numberOf(table, codes, platform, one) === (ret < 0 && isInReturn(table.api) ? ret : code)) ?? true),
        )?.class;
      for (const code of [...own, 0, 987_654_321]) {
        for (const ret of [-Math.abs(code) || -1, -1, 0, 17]) {
          expect([tableId(table), platform, ret, code, classifier(table, platform)(ret, code)]).toEqual([
            tableId(table),
            platform,
            ret,
            code,
            firstRow(ret, code),
          ]);
        }
      }
    }
  }
});

test('an api that returns its codes is asked about the return', () => {
  const table = (version: string, api: 'freertos' | 'rl') => tablesOf('mongoose', api, version)[0] as Table;
  expect([-11, -119, -127, -128, -1, 0, 5].map((ret) => classifier(table('7.16', 'freertos'), 'linux')(ret, 11))).toEqual([
    'MG_IO_WAIT',
    'MG_IO_WAIT',
    'MG_IO_WAIT',
    'MG_IO_RESET',
    'MG_IO_ERR',
    'MG_IO_ERR',
    'data',
  ]);
  expect([-4, -9, -16, -14, -15, -6].map((ret) => classifier(table('7.16', 'rl'), 'linux')(ret, 0))).toEqual([
    'MG_IO_WAIT',
    'MG_IO_WAIT',
    'MG_IO_WAIT',
    'MG_IO_RESET',
    'MG_IO_RESET',
    'MG_IO_ERR',
  ]);
  expect(classifier(table('7.22', 'freertos'), 'linux')(-128, 0)).toBe('MG_IO_ERR');
});

test('each shipped table has an id of its own', () => {
  const ids = shippedTables().map(tableId);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

test('no shipped table takes a reset, an end or an abort for a wait, or a would-block for an end', () => {
  const worst = findFaults(shippedFiles().map(checkedShipped), expectedSightings(scenarios)).filter(({ level }) => level === 'error');
  expect(worst.map(({ rule, at }) => `${at.checked.id}: ${rule.id}`)).toEqual([]);
});

test('docs/tables.md is what the tables and the expectations make of it', () => {
  expect(readFileSync(join(packageRoot, 'docs', 'tables.md'), 'utf8')).toBe(tablesPage());
});

describe('a table as written', () => {
  const good = mongoose('7.16', 'posix');
  const issues = (table: unknown) => tableSchema.safeParse(table).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('names its classes', () => {
    expect(issues({ ...good, rows: [{ ret: 'zero', class: 'MG_IO_EOF' }, ...good.rows] })).toEqual([
      "rows.0.class: MG_IO_EOF is not one of the table's classes (data, MG_IO_ERR, MG_IO_WAIT, MG_IO_RESET); did you mean MG_IO_ERR?",
    ]);
  });

  test('has an answer to everything', () => {
    expect(issues({ ...good, rows: good.rows.slice(0, -1) })).toEqual(['rows: there is no row for all other negative return values: add a row without codes']);
  });

  test('knows its meanings', () => {
    expect(issues({ ...good, classes: { ...good.classes, data: { meaning: 'bytes' } } })?.[0]).toMatch(/^classes\.data\.meaning: /);
  });

  test('names codes that its platform has', () => {
    const table: Table = { ...good, rows: [{ ret: 'negative', codes: ['WSAECONNRESET'], class: 'MG_IO_RESET' }, ...good.rows] };
    expect(() => classifier(table, 'linux')).toThrow('mongoose@7.10–7.21/posix: linux has no error code WSAECONNRESET');
  });

  test('is read from the top: the first row that matches counts', () => {
    const table: Table = { ...good, rows: [{ ret: 'negative', codes: [104], class: 'MG_IO_WAIT' }, ...good.rows] };
    expect(classifier(table, 'linux')(-1, 104)).toBe('MG_IO_WAIT');
  });
});

describe('the classes of a trace', () => {
  const table = mongoose('7.16', 'posix');

  test('stand for recv and send alone', () => {
    const soError: Observation = { on: 'S', call: 'getsockopt', args: {}, ret: 0, code: 0, out: { value: 104 }, token: 'so_error:ECONNRESET' };
    const blocked: Observation = { on: 'S', call: 'recv', args: {}, ret: null, code: 0, token: 'blocked' };
    expect(classesOf(table, 'linux', [failed('ECONNRESET', 104), soError, received(0), blocked])).toEqual(['MG_IO_RESET', undefined, 'MG_IO_ERR', undefined]);
  });

  const wrong = (table: Table, platform: typeof LINUX, ...observations: Observation[]) =>
    checkScenario(table, platform.id, scenarioOf(platform, measured('tcp/reset/idle', observations))).map(({ index, meaning, className }) => ({
      index,
      meaning,
      className,
    }));

  test('are right where a reset, an end and an abort are no wait, and a would-block is one', () => {
    expect(wrong(table, LINUX, failed('EAGAIN', 11), failed('ECONNRESET', 104), received(0), received(5), failed('ECONNABORTED', 103))).toEqual([]);
    expect(
      wrong(mongoose('7.16', 'winsock'), WINDOWS, failed('WSAEWOULDBLOCK', 10035), failed('WSAECONNRESET', 10054), failed('WSAECONNABORTED', 10053)),
    ).toEqual([]);
  });

  test('are wrong where a reset reads as wait', () => {
    const waits: Table = { ...table, rows: [{ ret: 'negative', codes: ['ECONNRESET'], class: 'MG_IO_WAIT' }, ...table.rows] };
    expect(wrong(waits, LINUX, failed('ECONNRESET', 104), received(0))).toEqual([{ index: 0, meaning: 'reset', className: 'MG_IO_WAIT' }]);
  });

  test('are wrong where an end reads as wait', () => {
    const waits: Table = { ...table, rows: [{ ret: 'zero', class: 'MG_IO_WAIT' }, ...table.rows] };
    expect(wrong(waits, LINUX, failed('ECONNRESET', 104), received(0))).toEqual([{ index: 1, meaning: 'end', className: 'MG_IO_WAIT' }]);
  });

  test('are wrong where an abort reads as wait, as Windows gives it', () => {
    const winsock = mongoose('7.16', 'winsock');
    const waits: Table = { ...winsock, rows: [{ ret: 'negative', codes: ['WSAECONNABORTED'], class: 'MG_IO_WAIT' }, ...winsock.rows] };
    expect(wrong(waits, WINDOWS, failed('WSAECONNABORTED', 10053))).toEqual([{ index: 0, meaning: 'aborted', className: 'MG_IO_WAIT' }]);
  });

  test('are wrong where a would-block does not read as wait', () => {
    const closes: Table = { ...table, rows: table.rows.filter(({ class: name }) => name !== 'MG_IO_WAIT') };
    expect(wrong(closes, LINUX, failed('EAGAIN', 11))).toEqual([{ index: 0, meaning: 'would-block', className: 'MG_IO_ERR' }]);
  });
});

test('every shipped table ends at the version that it was read from', () => {
  for (const { table, file } of shippedFiles()) expect([file, table.versions]).toEqual([file, expect.stringMatching(/^>=[\d.]+ <[\d.]+$/)]);
});
