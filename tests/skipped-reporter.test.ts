import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../platforms/package-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas-skipped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

function run(source: string, ...more: string[]) {
  writeFileSync(join(folder, 'some.test.mjs'), source);
  const vitest = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const reporter = join(packageRoot, 'scripts', 'skipped-reporter.ts');
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', folder, '--globals', `--reporter=${reporter}`, ...more], {
    encoding: 'utf8',
  });
  return { status, told: stdout.trim().split('\n') };
}

const WITH_REASONS = `
test('passes', () => {});
test('says it', ({ skip }) => skip(true, 'needs a sun'));
test.skip('has it in its name [needs a moon]', () => {});
describe.skip('has it for all [needs a moon]', () => {
  test('one', () => {});
  test('two, for another [needs a star]', () => {});
});
`;

test('what is skipped is told by its reason', () => {
  expect(run(WITH_REASONS)).toEqual({ status: 0, told: ['1 skipped: needs a sun', '2 skipped: needs a moon', '1 skipped: needs a star'] });
});

test('without a reason it fails, and is named', () => {
  expect(run("test.skip('has none', () => {}); test('passes', () => {});")).toEqual({
    status: 1,
    told: ['1 skipped: no reason is given', '  some.test.mjs: has none'],
  });
});

test('what -t leaves out needs none', () => {
  expect(run("test('passes', () => {}); test('other', () => {});", '-t', 'passes')).toMatchObject({ status: 0 });
});
