import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot, readData } from '../../platforms/package-root.ts';
import { parseRun, readRun } from '../../results/read.ts';
import { here } from '../fixtures/here.ts';
import { cli, isRunning, startCli, until } from '../fixtures/index.ts';

/** Each command as people start it, most as a process of its own, on every system that has agents: Linux, Windows, and Windows' Node under Wine. */

const onWindows = process.platform === 'win32';
const RESET = onWindows ? 'WSAECONNRESET' : 'ECONNRESET';
const KILLED = onWindows ? 'exit code 1' : 'signal SIGKILL';

const folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'sockatlas commands ')));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const inFolder = (...args: string[]) => cli(args, { cwd: folder, env: { COLUMNS: '200' } });
const hereInFolder = (...args: string[]) => here(args, { cwd: folder, env: { COLUMNS: '200' } });
function written(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('a command', () => {
  test.each<[string, number, RegExp]>([
    ['--version', 0, /^\d+\.\d+\.\d+\n$/],
    ['list tcp/reset', 0, /^tcp\/reset\/idle\n/],
    ['doctor', 0, / {2}ok {2}koffi +\d[\s\S]*\n {2}ok {2}(linux|windows|darwin) /],
    ['show tcp/reset/idle', 0, /Expected on windows \(platforms\/expected\/tcp\/reset\.json\)\n {2}WSAECONNRESET every time/],
    ['explain 10054', 0, /^WSAECONNRESET = 10054 on windows/],
    ['diff linux windows tcp/reset/idle', 0, /≠ every time/],
    ['check mongoose@7.16', 1, /^classification\/tables\/mongoose-7\.10-\S+\.json:\d+: (error|warning) /m],
    ['close mongoose@7.16 --tls openssl --on windows', 1, /\n {2}idle +never/],
    ['run tcp/reset/idle', 0, new RegExp(`= -1 ${RESET} `)],
  ])('%s', (line, code, shows) => {
    const ran = inFolder(...line.split(' '));
    expect({ code: ran.code, stderr: ran.stderr.replace(/^run kept as .*\n/, '') }).toEqual({ code, stderr: '' });
    expect(ran.stdout).toMatch(shows);
  });

  test.each<[string, number, RegExp]>([
    ['nosuch', 2, /^sockatlas: no such command or scenario: "nosuch"/],
    ['run tcp/nosuch', 2, /^sockatlas: no scenario matches "tcp\/nosuch"/],
    ['run tcp/idle --out none/run.jsonl', 3, /^sockatlas: none.run\.jsonl could not be written: ENOENT/],
    ['report none.jsonl', 2, /^sockatlas: none\.jsonl: ENOENT/],
    ['check ./none.json', 2, /none\.json: ENOENT/],
    ['explain 4711471', 2, /^sockatlas: no platform has an error code/],
    ['close --policy none.mjs', 2, /^sockatlas: --policy none\.mjs: ENOENT/],
    ['new table none/mine.json', 3, /^sockatlas: none\/mine\.json could not be written: ENOENT/],
    ['run --on nosuch', 2, /^sockatlas: .*"nosuch"/],
  ])('%s: exit %i, one line', async (line, code, says) => {
    const ran = await here(line.split(' '), { cwd: folder });
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' });
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    ['nosuch', 2],
    ['run tcp/idle --out none/run.jsonl', 3],
  ])('%s: exit %i as a process, too', (line, code) => {
    expect(inFolder(...line.split(' '))).toEqual({ code, stdout: '', stderr: expect.stringMatching(/^sockatlas: [^\n]+\n$/) });
  });

  test('a run is written, reported and compared', async () => {
    expect(inFolder('run', 'tcp/idle/recv', 'tcp/reset/idle', '--out', 'run.jsonl')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^written to run\.jsonl$/m),
    });
    const run = readRun(join(folder, 'run.jsonl'));
    expect(run.scenarios.map(({ id, trials }) => [id, trials])).toEqual([
      ['tcp/idle/recv', 5],
      ['tcp/reset/idle', 5],
    ]);
    expect((await hereInFolder('report', 'run.jsonl')).stdout).toContain(run.header.platform.name);
    expect((await hereInFolder('report', 'run.jsonl', '--format', 'markdown')).stdout).toContain('`tcp/reset/idle`');
    expect((await hereInFolder('diff', 'run.jsonl', 'windows')).code).toBe(0);
    // A list as an editor of Windows writes it.
    written('ids.txt', '# two\r\ntcp/idle/recv\r\n\r\ntcp/reset/idle\r\n');
    expect((await hereInFolder('list', '@ids.txt')).stdout).toBe('tcp/idle/recv\ntcp/reset/idle\n');
  });

  test('a run is kept in the cache folder by the custom of the system, and found there', () => {
    const cache = join(folder, 'cache');
    const env = { SOCKATLAS_RUNS: '', SOCKATLAS_CACHE: '', LOCALAPPDATA: cache, XDG_CACHE_HOME: cache };
    const { stderr } = cli(['run', 'tcp/idle/recv'], { cwd: folder, env });
    const [file] = readdirSync(join(cache, 'sockatlas', 'runs'));
    expect(stderr).toBe(`run kept as ${join(cache, 'sockatlas', 'runs', file as string)}\n`);
    expect(cli(['show', 'tcp/idle/recv', '--local'], { cwd: folder, env }).stdout).toContain(file);
  });

  test.each(['table mine.json', 'table mine.mjs', 'policy policy.mjs', 'scenario scenario.mjs'])('new %s, and what it says to do next', async (what) => {
    const [kind, file] = what.split(' ') as [string, string];
    const { code, stderr } = await hereInFolder('new', kind, file);
    expect(code).toBe(0);
    const next = /^written to \S+; .*: sockatlas (.*)\n$/.exec(stderr)?.[1];
    expect(next).toContain(file);
    expect((await hereInFolder(...(next as string).split(' '))).code).toBe(0);
  });

  test.runIf(onWindows)('setup and --on of what runs on Linux alone: exit 3 [needs Windows]', () => {
    for (const args of [
      ['setup', 'wine-10.0'],
      ['run', 'tcp/idle/recv', '--on', 'wine-10.0'],
    ])
      expect(inFolder(...args)).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('agents on Wine run on Linux on x64; this is win32') });
  });
});

describe('a file of the user’s', () => {
  const table = "export const name = 'mine';\n\nexport const classify = () => {\n  throw new Error('boom');\n};\n";

  test.each([
    ['relative', () => join('sub', 'throws.mjs')],
    ['with a dot', () => `.${join('/', 'sub', 'throws.mjs')}`],
    ['absolute', () => join(folder, 'sub', 'throws.mjs')],
    ['in other letters', () => (onWindows ? join(folder, 'sub', 'throws.mjs').toUpperCase().replace(/MJS$/, 'mjs') : join('sub', 'throws.mjs'))],
  ])('is told by its path from here, with slashes: %s', async (_, path) => {
    written('sub/throws.mjs', table);
    const { code, stderr } = await hereInFolder('check', path());
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sockatlas: sub\/throws\.mjs:4: Error: boom/i);
  });

  test.each<[string, string, string]>([
    ['exits', 'process.exit(4);', 'exit code 4'],
    ['is killed', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", KILLED],
  ])('that %s is told as its process ended', async (_, text, how) => {
    const file = written('ends.mjs', text);
    expect(await hereInFolder('check', file)).toMatchObject({ code: 2, stdout: '', stderr: `sockatlas: ends.mjs: loading it ended its process: ${how}\n` });
  });
});

describe('processes', () => {
  /** A scenario that says which process it is in, and then waits for ever. */
  function waiting(name: string): { scenario: string; pid: () => number | undefined } {
    const told = join(folder, `${name}.pid`);
    const scenario = written(
      `${name}.mjs`,
      `import { writeFileSync } from 'node:fs';
export const event = 'tcp/waiting';
export const about = 'waits';
export const cases = {
  ${name}: {
    why: 'x', steps: 'S recv',
    async run() {
      writeFileSync(${JSON.stringify(told)}, String(process.pid));
      await new Promise(() => {});
    },
  },
};
`,
    );
    const pid = () => {
      try {
        return Number(readFileSync(told, 'utf8')) || undefined;
      } catch {
        return undefined;
      }
    };
    return { scenario, pid };
  }

  test('an agent ends with the command', async () => {
    const { scenario, pid } = waiting('left');
    const { child, ended } = startCli(['run', scenario, '--timeout', '600000']);
    const agent = await until('the scenario runs', pid);
    expect(isRunning(agent)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    await until('the agent ends', () => !isRunning(agent));
  });

  test('an agent that is killed costs its scenario, which is crashed', async () => {
    const { scenario, pid } = waiting('killed');
    const { ended } = startCli(['run', scenario, 'tcp/idle/recv', '--jobs', '1', '--timeout', '600000', '--format', 'jsonl']);
    process.kill(await until('the scenario runs', pid), 'SIGKILL');
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    const [idle, killed] = parseRun(stdout, 'stdout').scenarios;
    expect(idle).toMatchObject({ id: 'tcp/idle/recv', trials: 5 });
    expect(killed).toMatchObject({ id: 'tcp/waiting/killed', verdict: 'crashed', reason: `the agent process ended: ${KILLED}` });
  });

  test('a reader that goes away early is no error', async () => {
    const { child, ended } = startCli(['run', 'tcp/reset/pair?end=fin', '--format', 'json']);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^run kept as .*\n$/) });
  });
});

describe('installed elsewhere', () => {
  const place = join(folder, "it's a place");
  const native = join('node_modules', '@koromix');
  const inPlace = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, 'dist', 'cli', 'main.js'), ...args], { encoding: 'utf8', cwd: place });
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    const { packages } = readData('package-lock.json') as { packages: Record<string, { dev?: true }> };
    const published = Object.keys(packages).filter((path) => path !== '' && !packages[path]?.dev);
    for (const path of ['package.json', 'dist', 'platforms', 'classification', 'results', ...published])
      if (existsSync(join(packageRoot, path))) cpSync(join(packageRoot, path), join(place, path), { recursive: true });
  });

  test('in a folder with spaces and a quote it runs, and so does a peer in a process of its own', () => {
    const { stdout, stderr } = inPlace('run', 'tcp/reset/peer-killed-with-unread', '--format', 'jsonl');
    expect(stderr).toMatch(/^run kept as .*\n$/);
    const [line] = parseRun(stdout, 'stdout').scenarios;
    expect(line?.trials).toBe(5);
    // On Windows nothing is measured yet.
    expect(['match', 'known-deviation', ...(onWindows ? ['deviation'] : [])]).toContain(line?.verdict);
  });

  test('without koffi’s native module, as npm install --omit=optional leaves it, only a run says so: one sentence, exit 3', () => {
    rmSync(join(place, native), { recursive: true });
    expect(inPlace('show', 'tcp/idle/recv').status).toBe(0);
    expect(inPlace('run', 'tcp/idle/recv')).toEqual({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/^sockatlas: koffi's native module for \S+ cannot be loaded .*install without --omit=optional.*\n$/),
    });
  });
});
