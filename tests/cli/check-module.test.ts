import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkedFunction } from '../../classification/checked-function.ts';
import { agentCommand } from '../../cli/agent-command.ts';
import { workplace } from '../fixtures/check.ts';

const { folder, written, check } = workplace();
const body = (code: string) => `export function classify(ret, code, call) {\n  ${code}\n}`;

test('a module is asked, and says meanings', async () => {
  const { code, stdout } = await check(
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

test('a module says classes of its own, and is caught', async () => {
  const classes = "export const classes = { GO: 'data', WAIT: 'would-block', END: 'end' }; export const api = 'winsock'; ";
  const { code, stdout } = await check({ level: 'error' }, written('waits.mjs', classes + body("return ret > 0 ? 'GO' : ret === 0 ? 'END' : 'WAIT'")));
  expect(stdout).toMatch(/waits\.mjs:1: error reset-as-wait: waits\.mjs/);
  expect(code).toBe(1);
});

const typed =
  "interface A { ret: number }\nexport function classify(ret: number, code: number): string {\n  return ret >= 0 ? 'data' : code === 11 ? 'would-block' : 'other';\n}\n";

test.each([
  ['TypeScript', 'good.ts', typed],
  ['TypeScript, an ES module by its name', 'good.mts', typed],
  ['CommonJS', 'good.cjs', "exports.classify = (ret, code) => (ret >= 0 ? 'data' : 'other');"],
  ['a default export', 'default.mjs', "export default { classify: (ret) => (ret >= 0 ? 'data' : 'other') };"],
])('a module may be %s, outside of any package', async (_, name, text) => {
  expect(await check({ level: 'error' }, written(name, text))).toMatchObject({ code: 1, stderr: '' });
});

describe('a fault is told with file and line, and costs an exit code of 2', () => {
  test.each([
    ['throws', 'odd.mjs', body("throw new Error('no idea')"), /^odd\.mjs:2: Error: no idea \(thrown by classify\(.*, 'linux'\)\)$/],
    [
      'throws, in TypeScript',
      'odd.ts',
      `interface A {\n  x: number;\n}\n\n${body("throw new TypeError('no idea' as string)")}`,
      /^odd\.ts:6: TypeError: no idea \(thrown by/,
    ],
    ['throws, in CommonJS', 'odd.cjs', "exports.classify = () => {\n  JSON.parse('{');\n};", /^odd\.cjs:2: SyntaxError: .* \(thrown by/],
    ['throws what is no error', 'odd.mjs', body('throw undefined'), /^odd\.mjs: threw undefined \(thrown by/],
    ['throws as it is loaded', 'odd.mjs', "\n\nthrow new Error('not today')", /^odd\.mjs:3: Error: not today$/],
    ['throws as it is loaded, in TypeScript', 'odd.ts', "type A = 1;\n\nthrow new Error('not today' as string)", /^odd\.ts:3: Error: not today$/],
    ['is no JavaScript', 'odd.mjs', 'export const a = 1;\nexport function (', /^odd\.mjs:2: SyntaxError: /],
    ['is no CommonJS', 'odd.cjs', 'exports.a = 1;\nfunction (', /^odd\.cjs:2: SyntaxError: /],
    ['is no TypeScript', 'odd.ts', 'export const a: number = 1;\n\nexport function (', /^odd\.ts:3: SyntaxError: /],
    ['imports what is not there', 'odd.mjs', "import './absent.mjs';", /^odd\.mjs: Error: Cannot find module .*absent\.mjs/],
    ['ends its process', 'odd.mjs', body('process.exit(7)'), /^odd\.mjs: classify\(.*\) ended its process: exit code 7$/],
    [
      'ends its process after a few answers',
      'odd.mjs',
      `let n = 0;\n${body('if (++n === 3) process.exit(0); return ret < 0 ? "other" : "data"')}`,
      /^odd\.mjs: classify\(.*\) ended its process: exit code 0$/,
    ],
    [
      'rejects where nobody catches it',
      'odd.mjs',
      `let n = 0;\n${body('if (++n === 3) Promise.reject(new Error("later")); return ret < 0 ? "other" : "data"')}`,
      /^odd\.mjs: classify\(.*\) ended its process: exit code 1: odd\.mjs:3: Error: later$/,
    ],
    ['returns nothing', 'odd.mjs', body(''), /^odd\.mjs: classify\(.*\) returned undefined; it must return a string or a number$/],
    ['promises', 'odd.mjs', body('return Promise.resolve("data")'), /returned object; it must return/],
    [
      'returns a word of its own',
      'odd.mjs',
      body("return 'ends'"),
      /returned "ends": this is not a meaning \(would-block, .*\), and the module exports no `classes`; did you mean end\?$/,
    ],
    ['exports something else', 'odd.mjs', 'export const classified = 1;', /^odd\.mjs: it does not export a function named classify \(it exports classified\)$/],
    ['has classes of no meaning', 'odd.mjs', `export const classes = { A: 'blue' }; ${body("return 'A'")}`, /^odd\.mjs: export classes\.A: /],
    ['is not there', 'absent.mjs', undefined, /^absent\.mjs: Error: Cannot find module/],
  ])('a module that %s', async (_, name, text, message) => {
    const file = text === undefined ? join(folder, name) : written(name, text);
    expect(await check({}, file)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('a module that never returns', async () => {
    const module = { kind: 'module', file: written('hangs.mjs', body('for (;;);')) } as const;
    const asked = [{ codes: 'linux', call: 'recv', ret: 0, code: 0 }] as const;
    await expect(checkedFunction(agentCommand('table'), module, asked, { loadMs: 15_000, answerMs: 300 })).rejects.toThrow(
      /hangs\.mjs: classify\(0, 0, 'recv', 'linux'\) did not return within 0\.3 s$/,
    );
  });

  test('in what the module imports, too', async () => {
    written('part.mjs', 'export function part() {\n  throw new RangeError("inner");\n}');
    expect((await check({}, written('whole.mjs', "import { part } from './part.mjs';\nexport const classify = () => part();"))).stderr).toMatch(
      /^part\.mjs:2: RangeError: inner/,
    );
  });

  test('a package of CommonJS says what to name the file', async () => {
    mkdirSync(join(folder, 'common'));
    written('common/package.json', { type: 'commonjs' });
    expect(await check({}, written('common/odd.js', 'export const classify = () => 1;'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^common\/odd\.js:1: SyntaxError: .*rename it to odd\.mjs$/),
    });
  });
});

test('options for a shared library are refused for a module', async () => {
  expect(await check({ calls: 'recv' }, written('good.mjs', body("return 'data'")))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--calls is for a function in a shared library/),
  });
});
