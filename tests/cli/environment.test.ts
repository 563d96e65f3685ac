import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRun } from '../../results/read.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';
import { cliProgram, type Ran } from '../fixtures/index.ts';

/** What the machine lacks is told in one line, with exit code 3: never a stack, and never 1, which says that a system deviates. */

const onLinux = process.platform === 'linux';
const onPosix = process.platform !== 'win32';

let folder: string;
let kept: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockatlas-environment-'));
  kept = join(folder, 'kept');
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

/** The command below a shell that prepares its place with `script`, in which "$@" is the command. */
function shell(script: string, args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, cliProgram, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', SOCKATLAS_RUNS: kept, ...env },
  });
  return { code: status, stdout, stderr };
}

const line = (text: string) => expect.stringMatching(new RegExp(`^sockatlas: [^\\n]*${text}[^\\n]*\\n$`));

describe.runIf(onLinux)('a working folder that is gone [needs Linux]', () => {
  test.each(['check go', 'run tcp/idle', 'doctor'])('%s', (command) => {
    mkdirSync(join(folder, 'gone'));
    const ran = shell('cd gone && rmdir ../gone && exec "$@"', command.split(' '));
    expect(ran).toEqual({ code: 3, stdout: '', stderr: line('the working folder is gone: change to a folder that exists') });
  });
});

describe.runIf(onPosix)('a user without a home [needs POSIX]', () => {
  const SAYS = 'no home folder is known for this user: set HOME, or SOCKATLAS_CACHE';
  const none = { XDG_CACHE_HOME: undefined, SOCKATLAS_CACHE: undefined, SOCKATLAS_RUNS: undefined };
  const empty = (...args: string[]) => shell('exec "$@"', args, { ...none, HOME: '' });

  test('a run is made, and not kept', () => {
    expect(empty('run', 'tcp/idle/recv')).toMatchObject({ code: 0, stderr: expect.stringMatching(`^run not kept: ${SAYS}[^\n]*\n$`) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['check go --local', ...(onLinux ? ['setup wine'] : [])])('%s needs one', (command) => {
    expect(empty(...command.split(' '))).toEqual({ code: 3, stdout: '', stderr: line(SAYS) });
  });

  test.runIf(onLinux && process.getuid?.() === 0)('nor an entry in passwd [needs root on Linux]', () => {
    // It may read what root may, wherever the checkout is.
    const user = 'exec setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search';
    const nobody = (...args: string[]) => shell(`${user} "$@"`, args, { ...none, HOME: undefined });
    expect(nobody('check', 'go', '--level', 'error')).toMatchObject({ code: 0, stderr: '' });
    expect(nobody('check', 'go', '--local')).toEqual({ code: 3, stdout: '', stderr: line(SAYS) });
    expect(nobody('run', 'tcp/idle/recv')).toMatchObject({ code: 0, stderr: expect.stringContaining(SAYS) });
    const { code, stdout, stderr } = nobody('doctor', '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).agents[1].text).toContain(SAYS);
  });
});

describe.runIf(onLinux)('a stdout that takes nothing [needs /dev/full]', () => {
  const FULL = 'sockatlas: stdout could not be written: ENOSPC: no space left on device, write\n';

  test('full: a run is kept and --out is written', () => {
    const { code, stderr } = shell('exec "$@" > /dev/full', ['run', 'tcp/idle/recv', '--out', 'out.jsonl']);
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`^${FULL}written to out\\.jsonl\nrun kept as \\S+\n$`));
    const [name = ''] = readdirSync(kept);
    expect(readRun(join(kept, name))).toEqual(readRun(join(folder, 'out.jsonl')));
    expect(readdirSync(folder).sort()).toEqual(['kept', 'out.jsonl']);
  });

  test('full: check writes --out, and leaves nothing else', () => {
    expect(shell('exec "$@" > /dev/full', ['check', 'go', '--out', 'out.json'])).toMatchObject({ code: 3, stderr: `${FULL}written to out.json\n` });
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  test.each([['--help'], ['--version'], ['report', join(recordedFolder, 'linux-6.18-x64.jsonl')]])('full: %s', (...args) => {
    expect(shell('exec "$@" > /dev/full', args)).toMatchObject({ code: 3, stderr: FULL });
  });

  test('closed: a run is kept and --out is written', () => {
    const { code, stderr } = shell('exec "$@" >&-', ['run', 'tcp/idle/recv', '--out', 'out.jsonl']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^written to out\.jsonl\nrun kept as \S+\n$/) });
    expect(readdirSync(folder).sort()).toEqual(['kept', 'out.jsonl']);
  });

  test.each(['>/dev/full', '>&-'])('a stderr, 2%s, costs nothing but what it would say', (how) => {
    expect(shell(`exec "$@" 2${how}`, ['run', 'tcp/idle/recv', '--out', 'out.jsonl'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('tcp/idle/recv'),
    });
    expect(readdirSync(kept)).toHaveLength(1);
  });
});

describe.each([
  ['check', 'go'],
  ['run', 'tcp/idle/recv'],
])('%s %s --out', (...command) => {
  test('without a name is refused before the work', async () => {
    expect(await here([...command, '--out', ''], { cwd: folder })).toEqual({ code: 2, stdout: '', stderr: line('--out: the name of the file is empty') });
  });

  test.runIf(onPosix)('of a name that is too long [needs POSIX]', async () => {
    const ran = await here([...command, '--out', `${'a'.repeat(300)}.json`], { cwd: folder });
    expect(ran).toEqual({ code: 3, stdout: '', stderr: line('could not be written: ENAMETOOLONG') });
  });

  test.runIf(onPosix)('of a FIFO that nobody reads [needs FIFOs]', async () => {
    spawnSync('mkfifo', [join(folder, 'fifo.json')]);
    const ran = await here([...command, '--out', 'fifo.json'], { cwd: folder });
    expect(ran).toEqual({ code: 3, stdout: '', stderr: line('fifo.json could not be written: nobody reads from it; start its reader first') });
  });
});

test.runIf(onLinux)('a disk that is full costs --out, not the kept run [needs /dev/full]', () => {
  const { code, stderr } = shell('exec "$@"', ['run', 'tcp/idle/recv', '--out', '/dev/full']);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^run kept as \S+\nsockatlas: \/dev\/full could not be written: ENOSPC[^\n]*\n$/);
  expect(readdirSync(kept)).toHaveLength(1);
});

test.runIf(onLinux)('a skeleton that a full disk cuts short is removed [needs Linux]', () => {
  // The limit is a block of 512 bytes, for a disk that ends there.
  const ran = shell(`trap '' XFSZ; ulimit -f 1; exec "$@"`, ['new', 'table', 'mine.json']);
  expect(ran).toEqual({ code: 3, stdout: '', stderr: line('EFBIG') });
  expect(readdirSync(folder)).toEqual([]);
});

describe.runIf(onLinux)('few descriptors [needs ulimit]', () => {
  const LACK = line('EMFILE: too many open files, open [^\\n]*: allow more open files \\(ulimit -n 1024\\)');

  test.each([24, 40])('%i', (many) => {
    for (const args of [['check', 'go', '--level', 'error'], ['report', join(recordedFolder, 'linux-6.18-x64.jsonl')], ['list']]) {
      const { code, stderr } = shell(`ulimit -n ${many}; exec "$@"`, args);
      // How many a command needs depends on Node.
      expect({ code, stderr }).toEqual(code === 0 ? { code, stderr: '' } : { code: 3, stderr: LACK });
    }
  });

  test('24, for doctor', () => {
    expect(shell('ulimit -n 24; exec "$@"', ['doctor'])).toMatchObject({ code: 3, stderr: expect.not.stringMatching(/^ +at /m) });
  });
});

describe('an error that no command expected', () => {
  /** The command in a process in which `code` has run before it. */
  function primed(code: string, args: readonly string[], env = {}): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(code)}`, cliProgram, ...args], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, ...env },
    });
    return { code: status, stdout, stderr };
  }
  const SAYS =
    'unexpected: TypeError: one two\\. This is a fault in sockatlas: report it in the issues of its repository, with the stack that SOCKATLAS_DEBUG=1 prints';
  const THROW = "throw new TypeError('one\\n\\u001b\\u202etwo')";
  const IN_COMMAND = `JSON.stringify = () => { ${THROW} }`;
  const LATER = (what: string) => `process.on('newListener', (name) => { if (name === 'uncaughtException') setImmediate(${what}) })`;

  test.each([
    ['thrown in a command', IN_COMMAND],
    ['thrown beside it', LATER(`() => { ${THROW} }`)],
    ['of a promise that nobody awaits', LATER(`async () => { ${THROW} }`)],
  ])('%s: exit 3, one line', (_, code) => {
    expect(primed(code, ['list', '--format', 'json'])).toEqual({ code: 3, stdout: '', stderr: line(SAYS) });
  });

  test('shows its stack where SOCKATLAS_DEBUG is set', () => {
    expect(primed(IN_COMMAND, ['list', '--format', 'json'], { SOCKATLAS_DEBUG: '1' }).stderr).toMatch(/\n {4}at /);
  });

  test('of the system says what and where by itself', () => {
    const code = "const { readFileSync } = await import('node:fs'); JSON.stringify = () => readFileSync('no-such-file')";
    expect(primed(code, ['list', '--format', 'json'])).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^sockatlas: ENOENT: no such file or directory, open '\S*no-such-file'\n$/),
    });
  });
});
