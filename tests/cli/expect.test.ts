import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas expect '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const linux = join(recordedFolder, 'linux-6.18-x64.jsonl');

/** Wine's run, that says it is from Windows: what a first run there would be like. */
function windowsRun(): string {
  const file = join(folder, 'windows.jsonl');
  const [header = '', ...lines] = readFileSync(join(recordedFolder, 'wine-10.0-x64.jsonl'), 'utf8').split('\n');
  const { wine: _, ...platform } = JSON.parse(header).platform;
  const changed = { ...JSON.parse(header), platform: { ...platform, id: 'windows', name: 'windows-11-26100', os: 'Windows 11 24H2', build: '10.0.26100' } };
  writeFileSync(file, [JSON.stringify(changed), ...lines].join('\n'));
  return file;
}

test.each(['linux-6.18', 'wine-8.0', 'wine-10.0'])('the run of %s that comes with sockatlas changes nothing', async (name) => {
  const { code, stdout } = await here(['expect', '--from', join(recordedFolder, `${name}-x64.jsonl`), '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${name}: 0 changed, 0 added, 0 confirmed, \\d+ as before; 0 left out;`));
});

test('what a run of Windows changes is said, and --dry-run writes nothing', async () => {
  const { code, stdout, stderr } = await here(['expect', 'tcp/reset', '--from', windowsRun(), '--dry-run']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('changed tcp/reset/peer-killed\n  was WSAECONNRESET every time (documented)\n  is  eof every time (measured)\n');
  expect(stdout).toContain('confirmed tcp/reset/idle (was asserted)\n');
  expect(stdout).not.toContain('tcp/fin');
});

// Wine has no links to folders.
test.runIf(process.platform !== 'win32')('in a clone it writes the files; then the same run changes nothing more [needs links to folders]', () => {
  const clone = join(folder, 'clone');
  for (const name of ['dist', 'platforms', 'package.json']) cpSync(join(packageRoot, name), join(clone, name), { recursive: true });
  symlinkSync(join(packageRoot, 'node_modules'), join(clone, 'node_modules'), 'junction');
  const run = windowsRun();
  const told = () => spawnSync(process.execPath, [join(clone, 'dist', 'cli', 'main.js'), 'expect', '--from', run], { encoding: 'utf8' });
  const first = told();
  expect({ status: first.status, stderr: first.stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('written to platforms/expected/tcp/reset.json\n'),
  });
  const { idle } = JSON.parse(readFileSync(join(clone, 'platforms', 'expected', 'tcp', 'reset.json'), 'utf8'));
  expect(idle.windows).toMatchObject({
    evidence: 'measured',
    sources: expect.arrayContaining(['measured: Windows 11 24H2, 10.0.26100, x86-64', 'baresip/re#1']),
  });
  const second = told();
  expect({ status: second.status, stderr: second.stderr }).toEqual({ status: 0, stderr: '' });
  expect(second.stdout).toMatch(/: 0 changed, 0 added, 0 confirmed, \d+ as before;/);
});

test.each<[string, string[], RegExp]>([
  ['no --from', [], /required option '--from <run>'/],
  ['a file that is not there', ['--from', 'nowhere.jsonl'], /nowhere\.jsonl: ENOENT/],
  ['a pattern that matches nothing', ['nothing/at/all', '--from', linux], /no scenario matches "nothing\/at\/all"/],
])('%s is refused', async (_, args, message) => {
  const { code, stderr } = await here(['expect', '--dry-run', ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
