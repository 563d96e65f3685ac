import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CloseArguments, close as closeHere } from '../../cli/close.ts';
import { UsageError } from '../../cli/errors.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { storyPage } from '../../scripts/story-page.ts';
import type { Ran } from '../fixtures/index.ts';

const module = (path: string) => JSON.stringify(pathToFileURL(join(packageRoot, 'dist', path)).href);
/** What cli/main.ts makes of the command, for the built program: the errors' exit codes, and their messages on stderr. */
const PROGRAM = `
const { close } = await import(${module('cli/close.js')});
const { EXIT, UsageError, EnvironmentError } = await import(${module('cli/errors.js')});
try {
  process.exitCode = await close(...JSON.parse(process.argv[2]));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof EnvironmentError)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.environment;
}`;

const folder = mkdtempSync(join(tmpdir(), 'sockatlas-close-'));
const program = join(folder, 'program.mjs');
writeFileSync(program, PROGRAM);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function close(what: string, options: Partial<Record<keyof CloseArguments, unknown>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, JSON.stringify([what, { format: 'pretty', ...options }])], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

function policyFile(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

describe('sockatlas close mongoose@VERSION', () => {
  test('7.16 with OpenSSL on Windows never closes: exit 1, and the source of what Windows does', () => {
    const { code, stdout } = close('mongoose@7.16', { tls: 'openssl', platform: 'windows' });
    expect(code).toBe(1);
    expect(stdout).toContain('asserted by a test that runs on Windows: platforms/windows/expected.json');
    expect(stdout).toMatch(/poll 1 {2}select:rw- {2}recv = -1 WSAECONNRESET \(10054\) {2}MG_IO_RESET {2}goes on: MG_IO_RESET is not tested for/);
    expect(stdout).toMatch(/\n {2}never closes: poll 1 comes again and again /);
  });

  test.each(['7.12', '7.17', '7.22'])('%s closes: exit 0', (version) => {
    const { code, stdout } = close(`mongoose@${version}`, { tls: 'openssl', platform: 'windows' });
    expect(code).toBe(0);
    expect(stdout).toContain('closes after 1 poll');
  });

  test('without TLS 7.16 closes', () => expect(close('mongoose@7.16', { platform: 'windows' }).code).toBe(0));

  test('on Linux it says after how many polls with each method, and why they differ', () => {
    const { code, stdout } = close('mongoose@7.16', { tls: 'openssl', platform: 'linux' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/7\.16 with openssl TLS, select, linux[\s\S]*closes after 2 polls[\s\S]*, epoll, linux[\s\S]*closes after 1 poll\n/);
    expect(stdout).toMatch(
      /Why they differ:\n {2}select is told rw-: poll 1: .*closes after 2 polls\n.*\n {2}epoll is told IN\|OUT\|ERR\|HUP: EPOLLERR.*closes after 1 poll\n/,
    );
  });

  test('without a platform it tells of all that it knows', () => {
    const { code, stdout } = close('mongoose@7.16', { tls: 'openssl', format: 'json' });
    expect(code).toBe(1);
    const stories = JSON.parse(stdout) as { platform: string; io: string; outcome: { end: string; polls?: number } }[];
    expect(stories.find(({ platform }) => platform === 'windows')).toMatchObject({ io: 'select', outcome: { end: 'never', from: 1, length: 1 } });
    expect(stories.find(({ platform, io }) => platform.startsWith('linux') && io === 'select')).toMatchObject({ outcome: { end: 'closes', polls: 2 } });
    expect(close('mongoose@7.16', { io: 'epoll' }).code).toBe(0);
  });

  test('an incomplete record, and another scenario', () => {
    expect(close('mongoose@7.22', { tls: 'builtin', platform: 'windows', buffered: '3' }).code).toBe(1);
    const { code, stdout } = close('mongoose@7.16', { tls: 'openssl', platform: 'linux', io: 'select', scenario: 'tcp/reset/unread-data', format: 'markdown' });
    expect(code).toBe(0);
    expect(stdout).toContain('| 1 | `select:rw-` | `10 bytes` | `data` | goes on: data: handed on |');
    expect(stdout).toContain('**closes after 3 polls**');
  });

  test.each<[string, string, Partial<Record<keyof CloseArguments, string | boolean>>, RegExp]>([
    ['another library', 'libfoo@1', {}, /"libfoo@1": mongoose, or mongoose@<version>/],
    ['nothing', '', {}, /"": mongoose/],
    ['two versions', 'mongoose@7.1@7.2', {}, /mongoose@<version>/],
    ['an unknown version', 'mongoose@7.99', {}, /mongoose "7\.99" is not known: 7\.0 to 7\.22 are/],
    ['no version', 'mongoose@', {}, /mongoose "" is not known/],
    ['an unknown TLS', 'mongoose@7.16', { tls: 'gnutls' }, /--tls "gnutls": choose one of openssl, mbedtls, builtin/],
    ['a TLS of the time before', 'mongoose@7.12', { tls: 'builtin' }, /mongoose 7\.12 has no builtin TLS that reads/],
    ['an unknown method', 'mongoose@7.16', { io: 'kqueue' }, /--io "kqueue": choose one of select, poll, epoll/],
    ['epoll before its time', 'mongoose@7.7', { io: 'epoll', platform: 'linux' }, /--io epoll: mongoose 7\.7 has no epoll/],
    ['epoll on Windows', 'mongoose@7.16', { io: 'epoll', platform: 'windows' }, /--io epoll: windows has no epoll/],
    ['what is not known', 'mongoose@7.16', { tls: 'builtin', buffered: '3', io: 'poll', platform: 'linux' }, /is not known/],
    ['an unknown platform', 'mongoose@7.16', { platform: 'plan9' }, /nothing is recorded or expected of "plan9"; choose among linux/],
    ['an unknown scenario', 'mongoose@7.16', { scenario: 'tcp/reset' }, /no scenario that a loop of recv can be played over/],
    ['no number', 'mongoose@7.16', { tls: 'builtin', buffered: '-1' }, /--buffered "-1": a whole number from 0 to/],
    ['bytes without TLS', 'mongoose@7.16', { buffered: '3' }, /--buffered: only TLS has records/],
    ['an unknown format', 'mongoose@7.16', { format: 'html' }, /--format "html": choose one of pretty, json, markdown/],
    ['live, with a scenario', 'mongoose@7.16', { live: true, scenario: 'tcp/fin/idle' }, /it takes no --scenario/],
    ['live, with a library that reads', 'mongoose@7.12', { live: true, tls: 'openssl' }, /is not run live here/],
    ['live, on a platform that is none', 'mongoose@7.16', { live: true, platform: 'plan9' }, /no agent can be started on "plan9"/],
    ['a version’s option for the matrix', 'mongoose', { tls: 'openssl' }, /--tls is for one version/],
  ])('%s is refused', async (_, what, options, message) => {
    const closing = closeHere(what, { format: 'pretty', ...options } as CloseArguments);
    await expect(closing).rejects.toThrow(UsageError);
    await expect(closing).rejects.toThrow(message);
  });
});

describe('sockatlas close mongoose', () => {
  test('prints the matrix, and which platforms are measured', () => {
    const { code, stdout } = close('mongoose');
    expect(code).toBe(0);
    expect(stdout).toMatch(/TLS by openssl\n {2}7\.0–7\.7 +1 +1 +– [\s\S]*\n {2}7\.13–7\.16 +2 +1 +1 +never +1/);
    expect(stdout).toMatch(/windows: asserted by a test that runs on Windows/);
    expect(JSON.parse(close('mongoose', { format: 'json' }).stdout)).toMatchObject({ scenario: 'tcp/reset/idle' });
    expect(close('mongoose', { format: 'markdown' }).stdout).toContain('| TLS by openssl | linux');
  });
});

describe('sockatlas close --policy', () => {
  const patient = `
    export const policy = {
      name: 'patient',
      start: { errors: 0 },
      poll: (state, { answer }) =>
        answer.ret === 0
          ? { action: 'close', why: 'the end', state }
          : { action: 'keep', why: (answer.class ?? 'no class') + ', ' + answer.meaning, state },
    };`;

  test('tells the story of a policy of one’s own, with its own classes or a library’s', () => {
    const file = policyFile('patient.mjs', patient);
    const windows = close('', { policy: file, platform: 'windows', io: 'select' });
    expect(windows.code).toBe(1);
    expect(windows.stdout).toMatch(/^patient, select, windows\n[\s\S]*goes on: no class, reset\n {2}never closes/);
    const linux = close('mongoose@7.16', { policy: file, platform: 'linux', io: 'select' });
    expect(linux.code).toBe(0);
    expect(linux.stdout).toMatch(/goes on: MG_IO_RESET, reset\n[\s\S]*closes after 2 polls/);
  });

  test('a default export is one too', () => {
    const file = policyFile('default.mjs', patient.replace('export const policy =', 'export default'));
    expect(close('', { policy: file, platform: 'linux', io: 'select' }).code).toBe(0);
  });

  test('TypeScript is loaded on every Node', () => {
    const file = policyFile('patient.ts', patient.replace('poll: (state,', 'poll: (state: unknown,'));
    expect(close('', { policy: file, platform: 'linux', io: 'select' })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, string, RegExp]>([
    ['exports nothing', 'export const other = 1;', /^--policy: the module exports no policy: export const policy/],
    ['exports a function', 'export const policy = () => 1;', /its policy is a function, not an object/],
    ['has no name', 'export const policy = { poll() {} };', /the policy's name is missing/],
    ['has no poll', "export const policy = { name: 'x', start: 0 };", /the policy's poll is missing; a function/],
    ['has a strange ready', "export const policy = { name: 'x', start: 0, ready: 1, poll() {} };", /the policy's ready is 1/],
    ['starts with a Map', "export const policy = { name: 'x', start: new Map(), poll() {} };", /start holds a Map/],
    ['is no JavaScript', 'export const policy = {', /^--policy: .*is-no-JavaScript\.mjs:1: SyntaxError: /],
    ['throws as it is loaded', "throw new RangeError('not today');", /^--policy: .*throws-as-it-is-loaded\.mjs:1: RangeError: not today$/],
    ['throws what is no error', 'throw 7;', /^--policy: .*throws-what-is-no-error\.mjs: threw 7$/],
    ['imports what is not there', "import './absent.mjs'; export const policy = {};", /^--policy: .*\.mjs: Error: Cannot find module/],
    ['leaves', 'process.exit(0);', /the module ended its process: exit code 0/],
    ['kills itself', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", /the module ended its process: (signal SIGKILL|exit code 1)/],
    [
      'throws as it is asked',
      "export const policy = { name: 'x', start: 0, poll() { throw new Error('\\u001b[31mred'); } };",
      /x threw: Error: \ufffd\[31mred$/,
    ],
    ['throws later', "setTimeout(() => { throw new Error('late'); }); await new Promise(() => {});", /the module ended its process: exit code 1/],
  ])('a module that %s is refused: exit 2', (name, source, message) => {
    const { code, stdout, stderr } = close('', { policy: policyFile(`${name.replaceAll(' ', '-')}.mjs`, source) });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('a module that never answers is ended', { timeout: 60_000 }, () => {
    const loops = close('', { policy: policyFile('loops.mjs', "export const policy = { name: 'x', start: 0, poll() { for (;;); } };") });
    expect([loops.code, loops.stdout, loops.stderr]).toEqual([2, '', '--policy: the module gave no answer within 5 s']);
  });

  test('control characters of a policy do not reach the terminal', () => {
    const source =
      "export const policy = { name: '\\u001b]0;evil\\u0007', start: 0, poll: (state) => ({ action: 'close', why: '\\u001b[2Jgone\\r', state }) };";
    const { code, stdout } = close('', { policy: policyFile('escapes.mjs', source), platform: 'windows', io: 'select' });
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(stdout).not.toMatch(/[\u001b\u0007\r]/);
    const page = close('', { policy: policyFile('markup.mjs', source.replace('gone', '<b>|`')), platform: 'windows', io: 'select', format: 'markdown' });
    expect(page.stdout).toContain('\\<b\\>\\|\\`');
  });

  test.each([
    ['that is not there', { policy: join(folder, 'absent.mjs') }, /--policy .*absent\.mjs: ENOENT/],
    ['that is a folder', { policy: folder }, /not a file/],
    ['with --tls', { policy: join(folder, 'absent.mjs'), tls: 'openssl' }, /--tls is for Mongoose/],
  ])('a file %s is refused', (_, options, message) => {
    const { code, stderr } = close('', options);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('with a library and no version it is not known whose classes', () => {
    expect(close('mongoose', { policy: policyFile('patient.mjs', patient) })).toMatchObject({ code: 2, stderr: expect.stringContaining('say whose table') });
  });
});

describe.runIf(process.platform === 'linux')('sockatlas close --live', () => {
  let ran: Ran;
  beforeAll(() => {
    ran = close('mongoose@7.16', { tls: 'openssl', live: true });
  });

  test('real sockets tell what the traces do', () => {
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('measured here: live, on real sockets');
    expect(ran.stdout).toMatch(/, select, linux-[\s\S]*recv = -1 ECONNRESET \(104\) {2}MG_IO_RESET {2}goes on[\s\S]*closes after 2 polls\n/);
    expect(ran.stdout).toMatch(/, epoll, linux-[\s\S]*closes: EPOLLERR[\s\S]*closes after 1 poll\n/);
    expect(ran.stdout).toContain('Why they differ:');
  });

  test('what has not closed is not called never: exit 1', () => {
    const { code, stdout } = close('mongoose@7.22', { tls: 'builtin', buffered: '3', io: 'select', live: true });
    expect(code).toBe(1);
    expect(stdout).toMatch(/not decided: it had not closed after 100 polls, the last 99 of them alike\. Real sockets cannot prove "never"/);
  });

  test('a policy of one’s own runs there too, and fails there as anywhere', () => {
    const quick = policyFile('quick.mjs', "export const policy = { name: 'quick', start: 0, poll: (state) => ({ action: 'close', why: 'at once', state }) };");
    expect(close('', { policy: quick, live: true }).code).toBe(0);
    const broken = policyFile('broken.mjs', "export const policy = { name: 'broken', start: 0, poll: () => 1 };");
    expect(close('', { policy: broken, live: true })).toMatchObject({ code: 2, stderr: expect.stringContaining('broken returned 1') });
  });
});

describe('docs/mongoose-3031.md', () => {
  const page = storyPage();

  test('is in step with the data: npm run docs', () => expect(readFileSync(join(packageRoot, 'docs', 'mongoose-3031.md'), 'utf8')).toBe(page));

  test('says what was measured and what is documented, and names the command', () => {
    expect(page).toContain('npx sockatlas close mongoose@7.16 --tls openssl');
    expect(page).toMatch(/Not measured here: windows\./);
    expect(page).toContain(
      'Linux tells of a reset once. The next recv returns 0, the end of the stream, and that is `MG_IO_ERR`: the loop **closes after 2 polls**',
    );
    expect(page).toContain('the loop **never closes**');
    expect(page).toContain('No answer that says the connection is over reads as would-block');
    expect(page).toContain('And it is one table: 7.12, 7.16 and 7.17');
  });
});
