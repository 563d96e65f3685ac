import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Checked, checkedTable } from '../../classification/checked.ts';
import { checkedFunction, type FunctionFile, USUAL_CALLS } from '../../classification/checked-function.ts';
import { expectedSightings, recordedSightings } from '../../classification/evidence.ts';
import { findFaults } from '../../classification/find.ts';
import { type Table, tableSchema } from '../../classification/table-schema.ts';
import type { TableCall } from '../../classification/table-terms.ts';
import type { Meaning } from '../../language/code.ts';
import { codes } from '../../platforms/codes.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { describeFinding } from '../../report/findings/check-report.ts';
import { shippedRuns } from '../../results/recorded.ts';
import { stories as scenarios } from '../../suites/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas right '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const evidence = [...expectedSightings(scenarios), ...recordedSightings(scenarios, shippedRuns(), (file) => file)];

/** What is found above a note. */
function alarms(...tables: Checked[]): string[] {
  return findFaults(tables, evidence).flatMap((finding) => (finding.level === 'note' ? [] : [`${finding.rule.id}: ${describeFinding(finding)}`]));
}

/** A right table: each code by what it means on its platform, or by the row for all others. */
interface Recipe {
  readonly calls: readonly TableCall[];
  readonly interrupted?: 'interrupted' | 'would-block';
  /** What EPIPE and WSAESHUTDOWN are. */
  readonly ended?: 'end' | 'reset';
  /** Codes beyond would-block and reset that it names by what they mean. */
  readonly named?: readonly Meaning[];
}

const CODES: Readonly<Record<string, { readonly posix: readonly string[]; readonly winsock: readonly string[] }>> = {
  'would-block': { posix: ['EAGAIN', 'EWOULDBLOCK'], winsock: ['WSAEWOULDBLOCK'] },
  connecting: { posix: ['EINPROGRESS', 'EALREADY'], winsock: ['WSAEINPROGRESS', 'WSAEALREADY'] },
  interrupted: { posix: ['EINTR'], winsock: ['WSAEINTR'] },
  reset: { posix: ['ECONNRESET'], winsock: ['WSAECONNRESET'] },
  ended: { posix: ['EPIPE'], winsock: ['WSAESHUTDOWN'] },
  aborted: { posix: ['ECONNABORTED'], winsock: ['WSAECONNABORTED'] },
  'timed-out': { posix: ['ETIMEDOUT'], winsock: ['WSAETIMEDOUT'] },
  refused: { posix: ['ECONNREFUSED'], winsock: ['WSAECONNREFUSED'] },
};

function codesOf(recipe: Recipe): [kind: string, meaning: Meaning][] {
  return [
    ['would-block', 'would-block'],
    ...(recipe.calls.includes('connect') ? [['connecting', 'would-block'] as [string, Meaning]] : []),
    ...(recipe.interrupted === undefined ? [] : [['interrupted', recipe.interrupted] as [string, Meaning]]),
    ['reset', 'reset'],
    ...(recipe.ended === undefined ? [] : [['ended', recipe.ended] as [string, Meaning]]),
    ...(recipe.named ?? []).map((meaning): [string, Meaning] => [meaning, meaning]),
  ];
}

function table(api: 'posix' | 'winsock', recipe: Recipe): Table {
  const codes = codesOf(recipe);
  const meanings: Meaning[] = ['data', 'end', 'other', ...codes.map(([, meaning]) => meaning)];
  return tableSchema.parse({
    name: 'right',
    versions: '>=1 <2',
    label: '1',
    api,
    calls: recipe.calls,
    sources: ['made for this test'],
    classes: Object.fromEntries(meanings.map((meaning) => [`IS_${meaning}`, { meaning }])),
    rows: [
      { ret: 'positive', class: 'IS_data' },
      // 0 is a success to accept and connect, the end to recv.
      { ret: 'zero', class: recipe.calls.includes('recv') || recipe.calls.includes('send') ? 'IS_end' : 'IS_data' },
      ...codes.map(([kind, meaning]) => ({ ret: 'negative', codes: CODES[kind]?.[api], class: `IS_${meaning}` })),
      { ret: 'negative', class: 'IS_other' },
    ],
  });
}

const recipes: Recipe[] = [
  { calls: ['recv'] },
  { calls: ['recv'], interrupted: 'would-block' },
  { calls: ['recv'], interrupted: 'interrupted', ended: 'end' },
  { calls: ['recv', 'send'] },
  { calls: ['recv', 'send'], interrupted: 'interrupted', ended: 'end' },
  { calls: ['recv', 'send'], ended: 'reset', named: ['aborted'] },
  { calls: ['send'], ended: 'end', named: ['aborted', 'timed-out', 'refused'] },
  { calls: ['recv', 'send', 'accept'], named: ['aborted', 'timed-out'] },
  { calls: ['accept'], interrupted: 'would-block' },
  { calls: ['connect'], named: ['refused', 'timed-out'] },
];

describe('a right table has no finding above a note', () => {
  const of = (api: 'posix' | 'winsock', recipe: Recipe) => {
    const made = table(api, recipe);
    return checkedTable(made, codes, '/right.json', JSON.stringify(made));
  };

  test.each(recipes)('as JSON, for POSIX, for Winsock and both together: %j', (recipe) => {
    expect(alarms(of('posix', recipe))).toEqual([]);
    expect(alarms(of('winsock', recipe))).toEqual([]);
    expect(alarms(of('posix', recipe), of('winsock', recipe))).toEqual([]);
  });

  test('and a wrong one has', () => {
    const wrong = table('winsock', { calls: ['recv'] });
    wrong.rows.splice(3, 1);
    expect(alarms(checkedTable(wrong, codes, '/wrong.json', JSON.stringify(wrong)))).toEqual([]);
    wrong.rows.splice(2, 1);
    expect(alarms(checkedTable(wrong, codes, '/wrong.json', JSON.stringify(wrong)))).toEqual([expect.stringMatching(/^would-block-as-end: /)]);
  });

  const command = { command: process.execPath, args: [join(packageRoot, 'dist', 'cli', 'agent.js'), 'table'], stderr: 'pipe' } as const;
  const asked = (source: FunctionFile) =>
    checkedFunction(command, source, [...evidence, ...(['linux', 'windows'] as const).map((codes) => ({ codes, call: 'send', ret: 0, code: 0 }) as const)]);

  const NUMBERS = {
    linux: { EAGAIN: 11, EINTR: 4, ECONNRESET: 104, EPIPE: 32, ECONNABORTED: 103 },
    darwin: { EAGAIN: 35, EINTR: 4, ECONNRESET: 54, EPIPE: 32, ECONNABORTED: 53 },
    windows: { EAGAIN: 10035, EINTR: 10004, ECONNRESET: 10054, EPIPE: 10058, ECONNABORTED: 10053 },
  };

  test.each<[string, readonly TableCall[], string]>([
    ['recv', ['recv'], "{ EAGAIN: 'would-block', ECONNRESET: 'reset' }"],
    ['recv and send', ['recv', 'send'], "{ EAGAIN: 'would-block', ECONNRESET: 'reset' }"],
    ['recv and send, with EINTR', ['recv', 'send'], "{ EAGAIN: 'would-block', EINTR: 'interrupted', ECONNRESET: 'reset' }"],
    ['with EPIPE as an end and aborts', ['recv', 'send'], "{ EAGAIN: 'would-block', ECONNRESET: 'reset', EPIPE: 'end', ECONNABORTED: 'aborted' }"],
    ['with EPIPE as a reset', ['send'], "{ EAGAIN: 'would-block', ECONNRESET: 'reset', EPIPE: 'reset' }"],
  ])('as a module: %s', async (name, calls, meanings) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
    writeFileSync(
      file,
      `const NUMBERS = ${JSON.stringify(NUMBERS)};
const MEANINGS = ${meanings};
export const calls = ${JSON.stringify(calls)};
export function classify(ret, code, call, platform) {
  if (ret > 0) return 'data';
  if (ret === 0) return call === 'recv' ? 'end' : 'data';
  const name = Object.keys(MEANINGS).find((candidate) => NUMBERS[platform][candidate] === code);
  return name === undefined ? 'other' : MEANINGS[name];
}
`,
    );
    expect(alarms(await asked({ kind: 'module', file }))).toEqual([]);
  });

  const functions = [
    ['plain', 'if (code == EAGAIN || code == EWOULDBLOCK) return -2; return code == ECONNRESET ? -3 : -1;'],
    ['interrupted', 'if (code == EAGAIN || code == EWOULDBLOCK || code == EINTR) return -2; return code == ECONNRESET ? -3 : -1;'],
    ['piped', 'if (code == EAGAIN || code == EWOULDBLOCK) return -2; return code == ECONNRESET || code == EPIPE ? -3 : -1;'],
    ['ended', 'if (code == EPIPE) return 0; if (code == EAGAIN || code == EWOULDBLOCK) return -2; return code == ECONNRESET ? -3 : -1;'],
  ] as const;
  const library = join(folder, 'libright.so');
  const source = join(folder, 'right.c');
  writeFileSync(
    source,
    `#include <errno.h>\n${functions.map(([name, code]) => `int ${name}(long ret, int code) { if (ret >= 0) return (int) ret; ${code} }`).join('\n')}\n`,
  );
  const built = process.platform === 'linux' && spawnSync('cc', ['-shared', '-fPIC', '-o', library, source]).status === 0;
  const classes = new Map<number, Meaning>([
    [0, 'end'],
    [-1, 'other'],
    [-2, 'would-block'],
    [-3, 'reset'],
  ]);

  test.for(functions)('as a C function: %s', async ([name], { skip }) => {
    skip(!built, 'needs Linux with a C compiler');
    for (const calls of [USUAL_CALLS, ['recv'], ['send']] as const) {
      const checked = await asked({ kind: 'library', file: library, name, classes, calls, platforms: ['linux'] });
      expect([calls, alarms(checked)]).toEqual([calls, []]);
    }
  });
});
