import { copyFileSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas input '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const table = join(folder, 'mine.json');
copyFileSync(join(packageRoot, 'classification', 'tables', 'mongoose-7.10-winsock.json'), table);
/** The same file by another name. */
const alias = join(folder, 'alias.json');
linkSync(table, alias);
const run = join(folder, 'run.jsonl');
copyFileSync(join(recordedFolder, 'linux-6.18-x64.jsonl'), run);
const steps = join(folder, 'mine.steps');
writeFileSync(steps, 'event tcp/mine\none: P reset; S recv\n');
const list = join(folder, 'list.txt');
writeFileSync(list, 'tcp/fin/idle\n');

test.each<[string, string, readonly string[]]>([
  ['check', table, ['check', table, '--out', table]],
  ['check, by another name', table, ['check', table, '--out', alias]],
  ['merge', run, ['merge', run, '--out', run]],
  ['merge of a folder', run, ['merge', folder, '--out', run]],
  ['run with its scenarios', steps, ['run', steps, '--out', steps, '--format', 'jsonl']],
  ['run with its list', list, ['run', `@${list}`, '--out', list, '--format', 'jsonl']],
  ['run with its table', table, ['run', 'tcp/fin/idle', '--classes', table, '--out', table]],
])('%s writes over nothing that it reads', async (_, file, args) => {
  const before = readFileSync(file, 'utf8');
  const { code, stdout, stderr } = await here(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^sockatlas: --out .*: this file is read here, and would be overwritten; name another\n$/);
  expect(readFileSync(file, 'utf8')).toBe(before);
});
