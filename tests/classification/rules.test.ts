import { describe, expect, test } from 'vitest';
import { type Checked, checkedTable } from '../../classification/checked.ts';
import { expectedSightings } from '../../classification/evidence.ts';
import type { Finding } from '../../classification/find.ts';
import { findFaults } from '../../classification/find.ts';
import type { Sighting } from '../../classification/returned.ts';
import { rowRules, rules } from '../../classification/rules/index.ts';
import { type Table, tableSchema, tablesOf } from '../../classification/table.ts';
import type { Evidence } from '../../language/evidence.ts';
import { codes } from '../../platforms/codes.ts';
import { stories as scenarios } from '../../suites/index.ts';

const evidence = expectedSightings(scenarios);
const checked = (table: Table): Checked => checkedTable(tableSchema.parse(table), codes, '/mine.json', JSON.stringify(table));
const find = (...tables: Table[]) => findFaults(tables.map(checked), evidence);
const keyOf = ({ rule, level, reading, seen, other }: Finding) => `${rule.id} ${level} ${reading?.className} ${seen[0]?.code} ${other?.reading?.className}`;

const posix = tablesOf('mongoose', 'posix', '7.16')[0] as Table;
const winsock = tablesOf('mongoose', 'winsock', '7.16')[0] as Table;

type Row = Table['rows'][number];
const first = (table: Table, ...rows: Row[]): Table => ({ ...table, rows: [...rows, ...table.rows] });
const last = (table: Table, ...rows: Row[]): Table => ({ ...table, rows: [...table.rows.slice(0, -1), ...rows, ...table.rows.slice(-1)] });
const withoutCode = (table: Table, code: string): Table => ({
  ...table,
  rows: table.rows.map((row) => (row.codes === undefined ? row : { ...row, codes: row.codes.filter((other) => other !== code) })),
});
const zero = (table: Table, className: string): Table => ({
  ...table,
  rows: table.rows.map((row) => (row.ret === 'zero' ? { ...row, class: className } : row)),
});
const positive = (table: Table, className: string): Table => ({
  ...table,
  rows: table.rows.map((row) => (row.ret === 'positive' ? { ...row, class: className } : row)),
});
const withEnd: Table = { ...posix, classes: { ...posix.classes, MG_IO_EOF: { meaning: 'end' } } };

/** Mongoose 7.16's tables, each with one fault planted, and the rule that says so. */
const planted: [rule: string, what: string, tables: Table[]][] = [
  ['reset-as-wait', 'a reset waits', [move(posix, 'ECONNRESET', 'MG_IO_WAIT')]],
  ['reset-as-wait', 'a reset waits on Windows', [move(winsock, 'WSAECONNRESET', 'MG_IO_WAIT')]],
  ['end-as-wait', 'an end waits', [zero(posix, 'MG_IO_WAIT')]],
  ['end-as-wait', 'EPIPE waits', [move(posix, 'EPIPE', 'MG_IO_WAIT')]],
  ['failure-as-data', 'a reset is data', [move(posix, 'ECONNRESET', 'data')]],
  ['failure-as-data', 'ENOTCONN is data', [last(posix, { ret: 'negative', codes: ['ENOTCONN'], class: 'data' })]],
  ['failure-as-data', 'WSAENOTSOCK is data', [last(winsock, { ret: 'negative', codes: ['WSAENOTSOCK'], class: 'data' })]],
  ['data-as-other', 'bytes wait', [positive(posix, 'MG_IO_WAIT')]],
  ['data-as-other', 'bytes are a reset on Windows', [positive(winsock, 'MG_IO_RESET')]],
  ['abort-as-wait', 'an abort waits on Windows', [last(winsock, { ret: 'negative', codes: ['WSAECONNABORTED'], class: 'MG_IO_WAIT' })]],
  ['would-block-as-end', 'a would-block is an error', [withoutCode(withoutCode(posix, 'EAGAIN'), 'EWOULDBLOCK')]],
  ['would-block-as-end', 'a would-block is an error on Windows', [withoutCode(winsock, 'WSAEWOULDBLOCK')]],
  [
    'unnamed-code',
    'a reset is not named, while others are',
    [last(withoutCode(posix, 'ECONNRESET'), { ret: 'negative', codes: ['ENETRESET'], class: 'MG_IO_RESET' })],
  ],
  [
    'unnamed-code',
    'what is not named is data',
    [{ ...posix, rows: posix.rows.map((row, i) => (i === posix.rows.length - 1 ? { ...row, class: 'data' } : row)) }],
  ],
  ['failure-as-wait', 'ENOTCONN waits', [last(posix, { ret: 'negative', codes: ['ENOTCONN'], class: 'MG_IO_WAIT' })]],
  ['overlapping-rows', 'a row says again what one said', [last(posix, { ret: 'negative', codes: ['ECONNRESET'], class: 'MG_IO_ERR' })]],
  ['overlapping-rows', 'under its other name', [last(posix, { ret: 'negative', codes: [11], class: 'MG_IO_WAIT' })]],
  ['unreachable-row', 'a C runtime name on Winsock', [last(winsock, { ret: 'negative', codes: ['ECONNABORTED'], class: 'MG_IO_RESET' })]],
  ['unreachable-row', 'a C runtime number on Winsock', [last(winsock, { ret: 'negative', codes: [126], class: 'MG_IO_RESET' })]],
  ['unreachable-row', 'a name that no socket call sets', [last(posix, { ret: 'negative', codes: ['EXDEV'], class: 'MG_IO_RESET' })]],
  ['unknown-code', 'a name of another platform', [last(posix, { ret: 'negative', codes: ['WSAENETRESET'], class: 'MG_IO_RESET' })]],
  ['unknown-code', 'a misspelt name', [last(posix, { ret: 'negative', codes: ['ENETREST'], class: 'MG_IO_RESET' })]],
  ['unreachable-row', 'a row behind the one for all', [{ ...posix, rows: [...posix.rows, { ret: 'negative', codes: ['ENETRESET'], class: 'MG_IO_RESET' }] }]],
  ['unreachable-row', 'a code beside a zero', [first(posix, { ret: 'zero', codes: ['EAGAIN'], class: 'MG_IO_WAIT' })]],
  ['zero-as-data', 'an end is data', [zero(posix, 'data')]],
  ['zero-as-error', 'an end is a reset', [zero(posix, 'MG_IO_RESET')]],
  ['recv-table-for-send', 'a zero is an end for send too', [zero(withEnd, 'MG_IO_EOF')]],
  [
    'meanings-differ',
    'WSAECONNABORTED is a class of its own on Windows alone',
    [move(posix, 'EPIPE', 'MG_IO_ERR'), last(winsock, { ret: 'negative', codes: ['WSAESHUTDOWN'], class: 'MG_IO_RESET' })],
  ],
];

function move(table: Table, code: string, className: string): Table {
  const rest = withoutCode(table, code);
  return last(
    { ...rest, rows: rest.rows.filter((row) => row.codes === undefined || row.codes.length > 0) },
    { ret: 'negative', codes: [code], class: className },
  );
}

describe('a fault planted in Mongoose’s table is found by its rule and no other', () => {
  const known = new Set(find(posix, winsock).map(keyOf));
  const alone = new Set([...find(posix), ...find(winsock)].map(keyOf));
  test.each(planted)('%s: %s', (rule, _, tables) => {
    const fresh = find(...tables).filter((finding) => !(tables.length > 1 ? known : alone).has(keyOf(finding)));
    expect([...new Set(fresh.map((finding) => finding.rule.id))]).toEqual([rule]);
  });

  test('every rule has one', () => {
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules.map(({ id }) => id)));
  });
});

describe('a finding', () => {
  const [reset] = find(move(winsock, 'WSAECONNRESET', 'MG_IO_WAIT')).filter(({ rule }) => rule.id === 'reset-as-wait');

  test('has the observation that proves it, and the row', () => {
    expect(reset).toMatchObject({ level: 'error', at: { pointer: '/rows/3' }, reading: { className: 'MG_IO_WAIT', meaning: 'would-block' } });
    expect(reset?.seen[0]).toMatchObject({ platform: 'windows', codes: 'windows', scenario: 'tcp/reset/idle', index: 0, ret: -1, code: 10054 });
  });

  test('is told once, with each platform that shows it', () => {
    const platforms = reset?.seen.map(({ platform }) => platform) ?? [];
    expect(platforms).toContain('wine');
    expect(new Set(platforms).size).toBe(platforms.length);
  });

  test('is of the platforms that are asked about', () => {
    const linux = evidence.filter(({ codes }) => codes === 'linux');
    expect(findFaults([checked(move(winsock, 'WSAECONNRESET', 'MG_IO_WAIT'))], linux).map(({ rule }) => rule.id)).toEqual([]);
  });
});

test('what accept says of a connection in its queue is no reset of the listener', () => {
  const table = { ...move(winsock, 'WSAECONNRESET', 'MG_IO_WAIT'), calls: ['accept' as const] };
  expect(find(table).filter(({ level }) => level === 'error')).toEqual([]);
});

test('ten thousand more of the same answer add no finding', () => {
  const one = find(move(posix, 'ECONNRESET', 'MG_IO_WAIT'));
  const many = findFaults([checked(move(posix, 'ECONNRESET', 'MG_IO_WAIT'))], Array.from({ length: 20 }, () => evidence).flat());
  expect(many.map(keyOf)).toEqual(one.map(keyOf));
  expect(many[0]?.seen.length).toBe(one[0]?.seen.length);
});

describe('a code in a row', () => {
  const details = (table: Table) =>
    find(table).flatMap(({ rule, level, detail }) => (rowRules.some(({ id }) => id === rule.id) ? [`${level} ${rule.id}: ${detail}`] : []));
  const naming = (table: Table, ...codes: (string | number)[]) => details(last(table, { ret: 'negative', codes, class: 'MG_IO_RESET' }));

  test('that only one system has is no finding', () => {
    for (const code of ['ENONET', 'EQFULL', 'ECOMM']) expect([code, naming(posix, code)]).toEqual([code, []]);
  });

  test('that the table gives a number itself is known', () => {
    expect(details({ ...last(posix, { ret: 'negative', codes: ['MY_RESET'], class: 'MG_IO_RESET' }), codes: { MY_RESET: 102 } })).toEqual([]);
  });

  test('of the C runtime in a Winsock table is a warning that says what Winsock sets', () => {
    expect(naming(winsock, 'ECONNRESET', 'EAGAIN')).toEqual([
      'warning unreachable-row: row 5 never matches: ECONNRESET (108), EAGAIN (11) are codes of the C runtime, which Winsock never sets; ' +
        'Winsock sets WSAECONNRESET (10054), WSAEWOULDBLOCK (10035)',
    ]);
    expect(naming(winsock, 'WSAENETRESET', 'ECONNRESET')).toEqual([
      'note unreachable-row: row 5 never matches ECONNRESET: ECONNRESET (108) is a code of the C runtime, which Winsock never sets; Winsock sets WSAECONNRESET (10054)',
    ]);
  });

  test('that two rows name is of the first', () => {
    expect(naming(posix, 'ECONNRESET')).toEqual([expect.stringMatching(/^note overlapping-rows: rows \d and \d both match ECONNRESET$/)]);
    expect(details(last(posix, { ret: 'negative', codes: ['ECONNRESET'], class: 'MG_IO_ERR' }))).toEqual([
      expect.stringMatching(/^warning overlapping-rows: rows \d and \d both match ECONNRESET\. Row \d wins: the class is MG_IO_RESET, never MG_IO_ERR$/),
    ]);
  });
});

test('two tables that differ where the platforms agree have a warning, and a note after the program’s own shutdown', () => {
  const pair = (...tables: Table[]) =>
    find(...tables).flatMap(({ rule, level, seen }) => (rule.id === 'meanings-differ' ? [`${level} ${seen[0]?.scenario}`] : []));
  expect(pair(posix, move(winsock, 'WSAECONNRESET', 'MG_IO_ERR'))).toContainEqual(expect.stringMatching(/^warning tcp\/reset\//));
  expect(pair(posix, winsock).filter((line) => line.includes('shutdown'))).toEqual(['note tcp/shutdown/own-write']);
});

describe('what is only inferred', () => {
  const sighting = (evidence: Evidence, scenario: string): Sighting => ({
    call: 'recv',
    ret: -1,
    code: 10053,
    meaning: 'aborted',
    codes: 'windows',
    platform: 'windows',
    evidence,
    source: 'a test',
    scenario,
    observations: [{ on: 'S', call: 'recv', args: {}, ret: -1, code: 10053, name: 'WSAECONNABORTED', token: 'WSAECONNABORTED' }],
    index: 0,
  });
  const waits = checked(last(winsock, { ret: 'negative', codes: ['WSAECONNABORTED'], class: 'MG_IO_WAIT' }));
  const found = (...evidence: Sighting[]) => findFaults([waits], evidence).filter(({ rule }) => rule.id === 'abort-as-wait');

  test('proves a note and no error', () => expect(found(sighting('inferred', 'tcp/a/b')).map(({ level }) => level)).toEqual(['note']));

  test('adds nothing to what better evidence has shown, wherever it stands', () => {
    const both = found(sighting('inferred', 'tcp/a/b'), sighting('reported', 'tcp/c/d'));
    expect(both.map(({ level, seen }) => [level, seen.map(({ scenario }) => scenario)])).toEqual([['error', ['tcp/c/d']]]);
  });
});
