import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../platforms/package-root.ts';

const rows = readFileSync(join(packageRoot, 'docs', 'faults.md'), 'utf8')
  .split(/\r?\n/)
  .filter((line) => line.startsWith('| ') && !/^\| (---|what happens)/.test(line))
  .map((line) => line.split(' | '));

test('docs/faults.md has many rows, and each has four cells', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
});

test.each(rows.map(([what, , , held = '']) => [what, held.replace(/ \|$/, '')]))('%s: its test is there', (_, held) => {
  const [, file = '', name = ''] = /^(tests\/\S+\.test\.ts): (.+)$/.exec(held as string) ?? [];
  expect(existsSync(join(packageRoot, file)), held).toBe(true);
  expect(readFileSync(join(packageRoot, file), 'utf8').includes(name), held).toBe(true);
});
