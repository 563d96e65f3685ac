import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';

/** An installed sockatlas has no compiler beside it: the modules as they are published, alone. */
const folder = mkdtempSync(join(tmpdir(), 'sockatlas installed '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
cpSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
for (const name of ['runner', 'platforms', 'language']) cpSync(join(packageRoot, 'dist', name), join(folder, 'dist', name), { recursive: true });
mkdirSync(join(folder, 'mine'));

function load(name: string, text: string) {
  const file = join(folder, 'mine', name);
  writeFileSync(file, text);
  const program = `const { importUserModule } = await import(${JSON.stringify(pathToFileURL(join(folder, 'dist', 'runner', 'user-module.js')).href)});
    try { console.log(Object.keys(await importUserModule(process.argv[1])).join()); } catch (error) { console.log(error.name, error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program, '--', file], { encoding: 'utf8', cwd: join(folder, 'mine') });
  return stdout.trim();
}

const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);
const typed = 'export const answer: number = 42;';

test('JavaScript needs nothing', () => expect(load('plain.mjs', 'export const answer = 42;')).toBe('answer'));

test('TypeScript is read by Node, or told what it needs', () => {
  expect(load('typed.ts', typed)).toMatch(
    readsTypeScript ? /^answer$/ : /^UserModuleError typed\.ts: Node \S+ cannot load TypeScript\. Use Node 22\.18 or later, or install the compiler beside/,
  );
});

test('TypeScript is read with the compiler that is beside it', () => {
  const compiler = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  for (const name of ['package.json', join('lib', 'typescript.js')]) cpSync(join(compiler, name), join(folder, 'mine', 'node_modules', 'typescript', name));
  for (const name of ['typed.ts', 'typed.mts']) expect(load(name, typed)).toBe('answer');
  expect(load('typed.cts', 'const answer: number = 42;\nexports.answer = answer;')).toContain('answer');
  expect(load('wrong.ts', 'type A = 1;\n\nexport const answer: = 42;')).toMatch(/^UserModuleError wrong\.ts:3: SyntaxError: /);
});
