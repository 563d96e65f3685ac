import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atlasSchema } from '../../results/atlas.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas merge '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const linux = join(recordedFolder, 'linux-6.18-x64.jsonl');
const wine = join(recordedFolder, 'wine-10.0-x64.jsonl');
const text = readFileSync(linux, 'utf8');

/** As a matrix leaves its artifacts: a folder for each machine. */
beforeAll(() => {
  for (const name of ['linux', 'wine', 'deep/er']) mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(linux, join(folder, 'linux', 'run.jsonl'));
  copyFileSync(wine, join(folder, 'wine', 'run.jsonl'));
  copyFileSync(linux, join(folder, 'deep', 'er', 'again.jsonl'));
  writeFileSync(join(folder, 'wine', 'fuzz.json'), '{}');
});

const atlasAt = (file: string) => atlasSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

test('a folder of artifacts becomes one file; the same run counts once', async () => {
  const out = join(folder, 'atlas.json');
  const { code, stdout, stderr } = await here(['merge', folder, '--out', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `written to ${out}\n` });
  expect(stdout).toMatch(/^linux-6\.18-x64 +1 +1605 +[\d,]+ +2026/m);
  expect(stdout.replace(/\n {2}/g, ' ')).toMatch(/^left out: .*linux[\\/]run\.jsonl: the same run as in .*again\.jsonl$/m);
  const { platforms, scenarios } = atlasAt(out);
  expect(platforms.map(({ key }) => key)).toEqual(['linux-6.18-x64', 'wine-10.0-x64']);
  expect(scenarios).toHaveLength(1605);
});

test('--format json is the atlas itself; a glob is the files that it matches, also where the shell leaves it as it is', async () => {
  const { code, stdout } = await here(['merge', '**/w*/run.jsonl', '--format', 'json'], { cwd: folder });
  expect(code).toBe(0);
  expect(atlasSchema.parse(JSON.parse(stdout)).platforms.map(({ runs }) => runs.map(({ source }) => source))).toEqual([['wine/run.jsonl']]);
});

test.each([
  ['cut', text.slice(0, 100_000), /line \d+: the last line is not complete: the file was truncated$/],
  ['without its footer', text.split('\n').slice(0, 5).join('\n'), /there is no footer after 5 lines/],
  ['of a newer version', text.replace('"schema":2', '"schema":3'), /line 1: run format 3; this version reads up to 2: update sockatlas to read it$/],
  ['another kind of file', '{"a":1}\n', /line 1: /],
])('a file %s costs the others nothing, is told, and the exit code is 2', async (_, content, reason) => {
  const [bad, out] = [join(folder, 'bad.jsonl'), join(folder, 'others.json')];
  writeFileSync(bad, content);
  const { code, stderr } = await here(['merge', bad, wine, '--out', out]);
  rmSync(bad);
  expect({ code, stderr }).toEqual({ code: 2, stderr: `written to ${out}\n` });
  const { platforms, leftOut } = atlasAt(out);
  expect(platforms.map(({ key }) => key)).toEqual(['wine-10.0-x64']);
  expect(leftOut).toEqual([{ source: expect.stringContaining('bad.jsonl'), reason: expect.stringMatching(reason) }]);
});

test('a part that is missing is told, and the exit code is 0', async () => {
  const [part, out] = [join(folder, 'part.jsonl'), join(folder, 'part.json')];
  expect(await here(['run', 'tcp/reset/idle', 'tcp/fin/idle', '--trials', '1', '--shard', '2/2', '--out', part])).toMatchObject({ code: 0 });
  const { code, stdout } = await here(['merge', part, '--out', out]);
  const told = /^missing: part 1 of 2 of the newest run on \S+$/m;
  expect(code).toBe(0);
  expect(stdout.replace(/\n {2}/g, ' ')).toMatch(told);
  expect((await here(['merge', part, '--format', 'json'])).stderr).toMatch(told);
  expect((await here(['site', out, '--out', join(folder, 'site')])).stderr).toMatch(told);
  rmSync(part);
});

test('runs of the first format are read as well', async () => {
  const { code, stdout } = await here(['merge', 'tests/golden', '--format', 'json']);
  expect(code).toBe(0);
  expect(
    atlasSchema
      .parse(JSON.parse(stdout))
      .platforms.flatMap(({ runs }) => runs)
      .map(({ source }) => source),
  ).toEqual(expect.arrayContaining([expect.stringContaining('run-1.jsonl')]));
});

test.each<[string, string[], RegExp]>([
  ['no run at all', [join(recordedFolder, 'nowhere.jsonl')], /nowhere\.jsonl: ENOENT[\s\S]*sockatlas: merge: there is no run in what was named\n$/],
  ['a folder without runs', ['docs'], /the folder docs has no \.jsonl file/],
  ['a glob that matches nothing', ['results/*.nothing'], /no file matches results\/\*\.nothing/],
  ['an empty name', [''], /the name of a run file is empty/],
  ['an empty --out', [linux, '--out', ''], /--out: the name of the file is empty/],
])('%s is refused, and nothing is written', async (_, args, message) => {
  const { code, stdout, stderr } = await here(['merge', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
