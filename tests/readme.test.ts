import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../platforms/package-root.ts';
import { formatRuns } from '../report/formats.ts';
import { painter } from '../report/paint.ts';
import { viewOf } from '../report/view.ts';
import { readRun } from '../results/read.ts';
import { recordedFolder } from '../results/recorded.ts';

const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language, text: text as string }));

test('the screen in README.md is what the recorded run of Linux looks like', () => {
  const screen = blocks.find(({ language }) => language === '')?.text;
  const view = viewOf(readRun(join(recordedFolder, 'linux-6.18-x64.jsonl')), []);
  expect(screen?.trimEnd().split('\n')).toHaveLength(12);
  expect(formatRuns([view], 'pretty', { paint: painter({}), width: 100, verbose: false })).toContain(screen);
});

test('README.md begins with the two commands, and every file that it names is there', () => {
  expect(blocks[0]).toEqual({ language: 'sh', text: 'npm ci && npm start\nnpm ci && npm test\n' });
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
    expect(() => readFileSync(join(packageRoot, path as string)), path).not.toThrow(/ENOENT/);
});

test('nothing is promised that is not published', () => {
  expect(readme).not.toMatch(/npx --yes|npm install (-g )?sockatlas/);
});
