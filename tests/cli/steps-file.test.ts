import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRun } from '../../results/read.ts';
import { workplace } from '../fixtures/check.ts';
import { here } from '../fixtures/here.ts';

const { folder, run: inFolder, written: writtenAt } = workplace();

function written(name: string, text: string): string {
  writtenAt(name, text);
  return `./${name}`;
}
const lines = (stdout: string) => parseRun(stdout, 'stdout').scenarios.map(({ id, steps, traces }) => ({ id, steps, trace: traces[0]?.trace }));

const MINE = `# comments
event tcp/mine: the peer has reset the connection
two-reads: P reset;S recv 4 x2
  Two short reads after a reset:
  # not this
  do both report it?
10: tcp6: P close; S recv   # a comment

event unix/mine
9: unix: P close; S recv
`;

describe('a file of steps', () => {
  test('new scenario writes one that runs', async () => {
    expect(await inFolder('new', 'scenario', 'new.steps')).toMatchObject({ code: 0, stderr: expect.stringContaining('sockatlas run ./new.steps -v') });
    const { code, stdout } = await inFolder('run', './new.steps', '--trials', '2', '--format', 'jsonl');
    expect(code).toBe(0);
    expect(lines(stdout).map(({ id }) => id)).toEqual(['tcp/mine/two-reads', 'tcp/mine/unread-data']);
    if (process.platform === 'linux') expect(lines(stdout)[1]?.trace).toEqual(['poll:IN|OUT|ERR|HUP', 'data:10', 'ECONNRESET']);
    expect(await inFolder('new', 'scenario', 'new.steps')).toMatchObject({ code: 2, stderr: expect.stringContaining('already exists') });
  });

  test.each([
    ['as it is', MINE],
    ['with CRLF and a byte order mark', `\uFEFF${MINE.replaceAll('\n', '\r\n')}`],
  ])('is run in its order, its steps as they are written everywhere: %s', async (_, text) => {
    const { code, stdout, stderr } = await inFolder('run', written('mine.steps', text), '--format', 'jsonl');
    expect(stderr).toMatch(/^run kept as .*$/);
    expect(code).toBe(0);
    expect(lines(stdout).map(({ id, steps }) => [id, steps])).toEqual([
      ['tcp/mine/two-reads', 'P reset; S recv 4 ×2'],
      ['tcp/mine/10', 'tcp6: P close; S recv'],
      ['unix/mine/9', 'unix: P close; S recv'],
    ]);
    if (process.platform === 'linux') expect(lines(stdout).map(({ trace }) => trace)).toEqual([['ECONNRESET', 'eof'], ['eof'], ['eof']]);
  });

  test('is run beside modules and patterns', async () => {
    const file = written('mine.steps', MINE);
    await inFolder('new', 'scenario', 'mine.mjs');
    const module = written('mine.mjs', readFileSync(join(folder, 'mine.mjs'), 'utf8').replace("'tcp/mine'", "'tcp/module'"));
    const { stdout } = await inFolder('run', file, 'tcp/idle/recv', module, '--trials', '1', '--format', 'jsonl');
    expect(lines(stdout).map(({ id }) => id)).toEqual([
      'tcp/idle/recv',
      'tcp/module/two-reads',
      'tcp/module/two-reads-by-hand',
      'tcp/mine/two-reads',
      'tcp/mine/10',
      'unix/mine/9',
    ]);
    expect((await inFolder('run', file)).stdout).toMatch(/\n {2}two-reads +\S/);
  });

  test.runIf(process.platform !== 'win32')('may be a pipe [needs mkfifo]', async () => {
    const pipe = join(folder, 'pipe.steps');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const writer = spawn('sh', ['-c', 'printf "event tcp/pipe\\none: S recv\\n" > "$1"', 'sh', pipe]);
    const { stdout } = await inFolder('run', pipe, '--trials', '1', '--format', 'jsonl');
    writer.kill();
    expect(lines(stdout).map(({ id }) => id)).toEqual(['tcp/pipe/one']);
  });
});

describe('what is at fault is told with its line and column: exit 2, nothing run', () => {
  const event = 'event tcp/mine: x\n';
  test.each<[string, string, string]>([
    ['no step', `${event}one: P reset; S rcv`, './odd.steps:2: column 17: expected a verb of S: recv, '],
    ['nothing recorded', `${event}# one\none: P reset`, './odd.steps:3: column 13: nothing is recorded'],
    ['a strange name', `${event}A b: S recv`, './odd.steps:2: "A b": a name may have lower-case letters, digits and -'],
    ['no name', `${event}S recv`, './odd.steps:2: expected "name: steps"; got "S recv"'],
    ['no event', 'one: S recv', './odd.steps:1: a case belongs to an event'],
    ['a strange event', 'event Mine: x\none: S recv', './odd.steps:1: expected "event", transport/event in lower case'],
    ['text behind the event', 'event tcp/mine x\none: S recv', './odd.steps:1: expected "event", transport/event in lower case'],
    ['no case', `${event}\nevent tcp/other\none: S recv`, './odd.steps:1: the event tcp/mine has no case'],
    ['nothing', '# nothing\n', './odd.steps: it has no event'],
    ['a reason without a case', `${event}  why?\n`, './odd.steps:2: an indented line says why a case is there'],
    ['an id twice', `${event}one: S recv\none: S recv`, './odd.steps:3: a scenario tcp/mine/one already exists'],
    ['an id that there is', 'event tcp/reset: x\nidle: S recv', './odd.steps:2: a scenario tcp/reset/idle already exists'],
    ['an id that is too long', `${event}${'a'.repeat(200)}: S recv`, 'an id has at most 200 characters'],
    ['steps that are too long', `${event}one: ${'S recv; '.repeat(70)}`, './odd.steps:2: steps have at most 500 characters'],
    ['control characters', `${event}one\u001b[31m\u202e: S recv`, './odd.steps:2: "one\\u001b[31m\\u202e": a name may have'],
    ['control characters in steps', `${event}one: S recv\u001b[31m`, './odd.steps:2: column 12: "\\u001b" is in no step'],
    ['no end', 'x'.repeat(11_000_000), './odd.steps: 11000000 bytes; a file of steps has at most 10000000'],
    ['one long line', `${event}${'x'.repeat(9_000_000)}`, './odd.steps:2: expected "name: steps"; got "xxx'],
  ])('%s', async (_, text, says) => {
    const { code, stdout, stderr } = await inFolder('run', written('odd.steps', text));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr.length).toBeLessThan(1000);
    expect(stderr).toMatch(/^\P{C}*$/u);
  });

  test('no file, a folder', async () => {
    expect(await inFolder('run', './none.steps')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('./none.steps: ENOENT') });
    expect((await here(['run', `${folder}/../${'x'.repeat(300)}.steps`])).code).toBe(2);
  });
});
