import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import { apiPage } from '../../scripts/api-page.ts';

let page: string;
beforeAll(() => {
  page = apiPage();
});

test('docs/api.md is what the library exports: npm run docs, and look at what changed', () => {
  expect(readFileSync(join(packageRoot, 'docs', 'api.md'), 'utf8').replaceAll('\r\n', '\n')).toBe(page);
});

test('it has the functions that users come for, each with its docstring', () => {
  const documented = [...page.matchAll(/^#### (\w+)\n\n(?!```)/gm)].map(([, name]) => name);
  expect(documented).toEqual(
    expect.arrayContaining(['run', 'tryOut', 'predict', 'fuzz', 'merge', 'diff', 'check', 'closeAfter', 'emulate', 'test', 'connectPeer']),
  );
});
