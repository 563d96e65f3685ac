import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WholeFile, WriteFailed } from '../../results/write.ts';
import { cliProgram, until } from '../fixtures/index.ts';

const onLinux = process.platform === 'linux';
const onPosix = process.platform !== 'win32';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockatlas-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const content = (path: string) => readFileSync(path, 'utf8');

function written(path: string, text: string): void {
  const file = new WholeFile(path);
  file.write(text);
  file.finish();
}

describe('the temporary file', () => {
  test('of two that write one path at once, as two containers with one process id do, are two', () => {
    const path = join(folder, 'run.jsonl');
    const [one, other] = [new WholeFile(path), new WholeFile(path)];
    expect(readdirSync(folder)).toHaveLength(2);
    for (const file of [one, other]) file.write('whole');
    one.finish();
    expect(content(path)).toBe('whole');
    other.finish();
    expect(readdirSync(folder)).toEqual(['run.jsonl']);
  });

  test.runIf(onPosix)('has no name at which a link can wait for it [needs links of POSIX]', () => {
    const path = join(folder, 'run.jsonl');
    writeFileSync(join(folder, 'precious'), 'precious');
    symlinkSync('precious', `${path}.${process.pid}.tmp`);
    written(path, 'new');
    expect(content(join(folder, 'precious'))).toBe('precious');
    expect(content(path)).toBe('new');
  });

  test('of a name that is nearly too long is no longer than it', () => {
    const path = join(folder, `${'a'.repeat(249)}.jsonl`);
    written(path, 'new');
    expect(content(path)).toBe('new');
  });

  test.runIf(onPosix)('of a name that is too long is never made [needs POSIX]', () => {
    expect(() => new WholeFile(join(folder, 'a'.repeat(300)))).toThrow(/^\S+ could not be written: ENAMETOOLONG/);
    expect(readdirSync(folder)).toEqual([]);
  });

  describe.runIf(onPosix)('of a command that is ended while it works [needs signals]', () => {
    test.each(['SIGINT', 'SIGTERM'] as const)('by %s is removed', async (signal) => {
      const table = join(folder, 'table.mjs');
      writeFileSync(table, 'await new Promise((resolve) => setTimeout(resolve, 60_000));');
      const child = spawn(process.execPath, [cliProgram, 'check', table, '--out', join(folder, 'out.json')], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
      await until('the temporary file is there', () => readdirSync(folder).length === 2);
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(readdirSync(folder)).toEqual(['table.mjs']);
    });

    test('by a second Ctrl-C is removed', async () => {
      const args = ['run', 'tcp/reset/idle', '--trials', '1000000', '--out', join(folder, 'out.jsonl')];
      const child = spawn(process.execPath, [cliProgram, ...args], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await until('the temporary file is there', () => readdirSync(folder).length === 1);
      const again = setInterval(() => child.kill('SIGINT'), 10);
      expect(await ended).toBe(130);
      clearInterval(again);
      expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });
  });
});

test('a folder is refused before the work', () => {
  expect(() => new WholeFile(folder)).toThrow(WriteFailed);
});

describe.runIf(onPosix)('a file that is there [needs permissions and links of POSIX]', () => {
  test('keeps its permissions', () => {
    const path = join(folder, 'run.jsonl');
    for (const mode of [0o600, 0o664]) {
      writeFileSync(path, 'old');
      chmodSync(path, mode);
      written(path, 'new');
      expect({ mode: statSync(path).mode & 0o777, text: content(path) }).toEqual({ mode, text: 'new' });
    }
  });

  test('is written where a link names it, and the link stays', () => {
    mkdirSync(join(folder, 'elsewhere'));
    const [link, target] = [join(folder, 'link.jsonl'), join(folder, 'elsewhere', 'run.jsonl')];
    writeFileSync(target, 'old');
    symlinkSync(join('elsewhere', 'run.jsonl'), link);
    written(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(content(target)).toBe('new');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['run.jsonl']);
  });

  test('or not yet there, is made where links of links name it', () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync('elsewhere', join(folder, 'also'));
    symlinkSync(join('..', 'second'), join(folder, 'elsewhere', 'first'));
    symlinkSync(join(folder, 'also', 'run.jsonl'), join(folder, 'second'));
    written(join(folder, 'also', 'first'), 'new');
    expect(content(join(folder, 'elsewhere', 'run.jsonl'))).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['also', 'elsewhere', 'second']);
  });

  test('is refused behind links that go round', () => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(() => new WholeFile(join(folder, 'a'))).toThrow(WriteFailed);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });
});

describe.runIf(onPosix)('a FIFO [needs FIFOs]', () => {
  const fifo = () => {
    const path = join(folder, 'fifo');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    return path;
  };

  test('that nobody reads is refused at once', () => {
    expect(() => new WholeFile(fifo())).toThrow('fifo could not be written: nobody reads from it; start its reader first');
  });

  test('is written as fast as its reader reads', async () => {
    const path = fifo();
    const read = join(folder, 'read');
    const reader = spawn('sh', ['-c', 'exec cat "$0" > "$1"', path, read], { stdio: 'ignore' });
    const ended = new Promise((resolve) => reader.once('exit', resolve));
    const file = await until('it has a reader', () => opened(path));
    // Ten times what a pipe holds.
    const text = 'x'.repeat(655_360);
    file.write(text);
    file.finish();
    await ended;
    expect(content(read) === text).toBe(true);
    expect(statSync(path).isFIFO()).toBe(true);
  });

  function opened(path: string): WholeFile | undefined {
    try {
      return new WholeFile(path);
    } catch {
      return undefined;
    }
  }
});

describe.runIf(onLinux)('what is open in the process already [needs /proc]', () => {
  /** `check` with its stdout in a file that has something in it, and --out naming that stdout. */
  function checked(out: string): string {
    const path = join(folder, 'stdout');
    writeFileSync(path, 'before\n');
    const fd = openSync(path, 'a');
    const { status, stderr } = spawnSync(process.execPath, [cliProgram, 'check', 'go', '--level', 'error', '--format', 'json', '--out', out], {
      stdio: ['ignore', fd, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(fd);
    expect({ status, stderr }).toEqual({ status: 0, stderr: `written to ${out}\n` });
    return content(path);
  }

  test.each(['/proc/self/fd/1', '/dev/stdout'])('%s is written to, and stays what it is', (name) => {
    // A link of our own, as /dev/stdout is one: no fault may cost this machine's.
    const link = join(folder, 'link');
    symlinkSync(name, link);
    const text = checked(link);
    expect(text).toMatch(/^before\n\{\n/);
    expect(JSON.parse(/^\{\n[\s\S]*?\n\}$/m.exec(text)?.[0] ?? '')).toHaveProperty('heldAgainst');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['link', 'stdout']);
  });
});
