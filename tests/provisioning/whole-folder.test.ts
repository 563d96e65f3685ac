import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import { LANES, type Lane } from '../../provisioning/lanes.ts';
import { setupWine } from '../../provisioning/setup.ts';
import { holder, removeAbandoned, removeUnfinished, wholeFolder } from '../../provisioning/whole-folder.ts';
import { childrenOf, until } from '../fixtures/index.ts';

const MODULE = pathToFileURL(join(packageRoot, 'dist', 'provisioning', 'whole-folder.js')).href;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sockatlas-whole-'));
});
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true, maxRetries: 10 });
});

const build = () =>
  wholeFolder(
    join(parent, 'made'),
    () => false,
    async () => {},
  );

/** A process that builds a folder and does not finish; with the id of a program that it has started there. */
async function builder(): Promise<{ child: ChildProcess; program: number; folder: string }> {
  const code = `
    import { spawn } from 'node:child_process';
    import { wholeFolder } from '${MODULE}';
    await wholeFolder(process.argv[1], () => false, (folder) => new Promise(() => spawn('sleep', ['60'], { cwd: folder, detached: true })));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, join(parent, 'made')], { stdio: ['ignore', 'inherit', 'inherit'] });
  started.push(child);
  const program = await until('it builds', () => childrenOf(child.pid as number).find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n'));
  const [folder = ''] = readdirSync(parent);
  return { child, program, folder };
}

/** Waits until it is gone for this process too. */
async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe.runIf(process.platform === 'linux')('a folder that was not finished [needs /proc]', () => {
  test('stays while it is built', async () => {
    const { folder } = await builder();
    await build();
    expect(readdirSync(parent).sort()).toEqual([folder, 'made']);
  });

  test('by a process that was killed goes at the next setup; not before a program that it started has left it', async () => {
    const { child, program, folder } = await builder();
    await killed(child);
    await build();
    expect(readdirSync(parent).sort()).toEqual([folder, 'made']);
    process.kill(program, 'SIGKILL');
    await until('the program is gone', () => !isThere(program));
    await build();
    expect(readdirSync(parent)).toEqual(['made']);
  });

  test('by a process whose id another process has now goes', () => {
    const [id, rest] = split(holder());
    mkdirSync(join(parent, `.building-${id}.1.${rest}-made`));
    removeUnfinished(parent);
    expect(readdirSync(parent)).toEqual([]);
  });

  test('by a process that was killed, and that its parent never asked for, goes', async () => {
    // exec leaves the shell's child to a program that waits for nobody.
    const shell = spawn('sh', ['-c', 'sleep 60 & exec sleep 61'], { stdio: 'ignore' });
    started.push(shell);
    const pid = await until('it runs', () =>
      childrenOf(shell.pid as number).find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8') === 'sleep\x0060\0'),
    );
    await until('its parent waits for nobody', () => readFileSync(`/proc/${shell.pid}/comm`, 'utf8') === 'sleep\n');
    const start = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21];
    mkdirSync(join(parent, `.building-${pid}.${start}.${split(holder())[1]}-made`));
    removeUnfinished(parent);
    expect(readdirSync(parent)).toHaveLength(1);
    process.kill(pid, 'SIGKILL');
    await until('it is a zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    removeUnfinished(parent);
    expect(readdirSync(parent)).toEqual([]);
  });

  test('in another container stays for a week, as does one of an older sockatlas', () => {
    const names = ['.building-1.100.1-01234567-made', '.building-4999999-01234567-made'];
    for (const name of names) mkdirSync(join(parent, name));
    removeUnfinished(parent);
    expect(readdirSync(parent)).toEqual(names);
    const before = Date.now() / 1000 - 8 * 24 * 3600;
    for (const name of names) utimesSync(join(parent, name), before, before);
    removeUnfinished(parent);
    expect(readdirSync(parent)).toEqual([]);
  });

  test('of another program, or of a user who keeps files there, stays', () => {
    for (const name of ['other', '.build-4999999.1.1-01234567']) mkdirSync(join(parent, name));
    removeUnfinished(parent);
    expect(readdirSync(parent)).toHaveLength(2);
  });

  test.runIf(process.arch === 'x64')('goes also where the setup has nothing to build [needs x64]', async () => {
    vi.stubEnv('SOCKATLAS_CACHE', parent);
    const wine = join(parent, 'wine');
    mkdirSync(join(wine, `.building-4999999.1.${split(holder())[1]}-wine-10.0`), { recursive: true });
    vi.stubEnv('PATH', parent);
    // Without npm it ends where it would install the first thing.
    await expect(setupWine(LANES[0] as Lane, () => {})).rejects.toThrow('npm is not installed here');
    expect(readdirSync(wine)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

test('what holders that are gone left behind is told before it is removed', () => {
  const mine = `wine-8.0-${holder()}`;
  const gone = `wine-8.0-${holder()}`.replace(/-\d+\.\d+\./, '-4999999.7.');
  for (const name of [mine, gone, 'other']) mkdirSync(join(parent, name));
  const told: string[] = [];
  removeAbandoned(parent, /^wine-/, (path) => told.push(path));
  expect(told).toEqual([join(parent, gone)]);
  expect(readdirSync(parent).sort()).toEqual(['other', mine]);
});

/** The id of the process, and what follows its start. */
function split(name: string): [string, string] {
  const [id = '', , ...rest] = name.split('.');
  return [id, rest.join('.')];
}

function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
