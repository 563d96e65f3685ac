import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { PlatformTrace } from '../../classification/policies/platform-trace.ts';
import { type CloseArguments, close as closeHere } from '../../cli/close.ts';
import { inProcess } from '../../cli/close-process.ts';
import { EXIT, UsageError } from '../../cli/errors.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { closeSchema, matrixSchema } from '../../report/close/document.ts';
import { storyPage } from '../../scripts/story-page.ts';
import { captured, here } from '../fixtures/here.ts';
import type { Ran } from '../fixtures/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas-close-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

async function close(what: string, options: Partial<Record<keyof CloseArguments, unknown>> = {}): Promise<Ran> {
  try {
    // Wide enough for a sentence on one line.
    return await captured(() => closeHere(what, { format: 'pretty', ...options } as CloseArguments), { env: { COLUMNS: '400' } });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: EXIT.usage, stdout: '', stderr: error.message };
  }
}

function policyFile(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

const IDLE = ['tcp/reset/idle'];

describe('sockatlas close mongoose@VERSION', () => {
  test.each(['Mongoose@7.16', 'mongoose@7.16.0'])('%s is understood', async (what) => {
    const args = ['--tls', 'openssl', '--on', 'windows', '--format', 'json', '--scenario', 'tcp/reset/idle'];
    expect(await here(['close', what, ...args])).toEqual(await here(['close', 'mongoose@7.16', ...args]));
  });

  test('7.16 with OpenSSL on Windows never closes: exit 1, and the source of what Windows does', async () => {
    const { code, stdout } = await close('mongoose@7.16', { tls: 'openssl', on: ['windows'], scenario: IDLE });
    expect(code).toBe(1);
    expect(stdout).toContain('asserted by a test that runs on Windows: platforms/expected/tcp/reset.json');
    expect(stdout).toMatch(/poll 1 {2}select:rw- {2}recv = -1 WSAECONNRESET \(10054\) {2}MG_IO_RESET {2}goes on: the loop does not test for MG_IO_RESET/);
    expect(stdout).toMatch(/\n {2}never closes: every poll repeats poll 1 /);
  });

  test.each(['7.12', '7.17', '7.22'])('%s closes: exit 0', async (version) => {
    const { code, stdout } = await close(`mongoose@${version}`, { tls: 'openssl', on: ['windows'], scenario: IDLE });
    expect(code).toBe(0);
    expect(stdout).toContain('closes after 1 poll');
  });

  test('without TLS 7.16 closes, in every scenario', async () => expect((await close('mongoose@7.16', { on: ['windows'] })).code).toBe(0));

  test('on Linux it says after how many polls with each method, and why they differ', async () => {
    const { code, stdout } = await close('mongoose@7.16', { tls: 'openssl', on: ['linux'], scenario: IDLE });
    expect(code).toBe(0);
    expect(stdout).toMatch(/7\.16 with openssl TLS, linux-\S+, select\n[\s\S]*closes after 2 polls[\s\S]*, linux-\S+, epoll\n[\s\S]*closes after 1 poll\n/);
    expect(stdout).toMatch(
      /Why they differ:\n {2}select reports rw-\. poll 1: .*closes after 2 polls\.\n.*\n {2}epoll reports IN\|OUT\|ERR\|HUP\. EPOLLERR.*closes after 1 poll\.\n/,
    );
  });

  test('without a platform it tells of all that it knows', async () => {
    const { code, stdout } = await close('mongoose@7.16', { tls: 'openssl', format: 'json', scenario: IDLE });
    expect(code).toBe(1);
    const { stories, notPlayed } = closeSchema.parse(JSON.parse(stdout));
    expect(notPlayed).toEqual([]);
    expect(stories.find(({ platform }) => platform.id === 'windows')).toMatchObject({ io: 'select', outcome: { end: 'never', from: 1, length: 1 } });
    expect(stories.find(({ platform, io }) => platform.id === 'linux' && io === 'select')).toMatchObject({ outcome: { end: 'closes', polls: 2 } });
    expect((await close('mongoose@7.16', { io: 'epoll' })).code).toBe(0);
  });

  test('an incomplete record, and another scenario', async () => {
    expect((await close('mongoose@7.22', { tls: 'builtin', on: ['windows'], buffered: '3' })).code).toBe(1);
    const { code, stdout } = await close('mongoose@7.16', {
      tls: 'openssl',
      on: ['linux'],
      io: 'select',
      scenario: ['tcp/reset/unread-data'],
      format: 'markdown',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('| 1 | `select:rw-` | `10 bytes` | `data` | goes on: data goes to the application |');
    expect(stdout).toContain('**closes after 3 polls**');
  });

  test.each<[string, string, Partial<Record<keyof CloseArguments, string | boolean | readonly string[]>>, RegExp]>([
    ['another library', 'libfoo@1', {}, /"libfoo@1" has no close policy in sockatlas: name mongoose or mongoose@<version>/],
    ['nothing', '', {}, /nothing to play is named: name mongoose/],
    ['two versions', 'mongoose@7.1@7.2', {}, /mongoose@<version>/],
    ['an unknown version', 'mongoose@7.99', {}, /mongoose "7\.99": unknown version; known are 7\.0 to 7\.22/],
    ['a patch release that there is not', 'mongoose@7.16.1', {}, /mongoose "7\.16\.1": unknown version/],
    ['no version', 'mongoose@', {}, /mongoose "": unknown version/],
    ['an unknown TLS', 'mongoose@7.16', { tls: 'gnutls' }, /--tls "gnutls": choose one of openssl, mbedtls, builtin/],
    ['a TLS of the time before', 'mongoose@7.12', { tls: 'builtin' }, /mongoose 7\.12 has no TLS by builtin/],
    ['an unknown method', 'mongoose@7.16', { io: 'kqueue' }, /--io "kqueue": choose one of select, poll, epoll/],
    ['epoll before its time', 'mongoose@7.7', { io: 'epoll', on: ['linux'] }, /--io epoll: mongoose 7\.7 has no epoll/],
    ['epoll on Windows', 'mongoose@7.16', { io: 'epoll', on: ['windows'] }, /--io epoll: windows has no epoll/],
    ['what is not known', 'mongoose@7.16', { tls: 'builtin', buffered: '3', io: 'poll', on: ['linux'] }, /is not known/],
    ['an unknown platform', 'mongoose@7.16', { on: ['plan9'] }, /there is no run and no expectation for "plan9"; choose from linux/],
    ['an unknown scenario', 'mongoose@7.16', { scenario: ['tcp/rset'] }, /no scenario matches "tcp\/rset"; the nearest/],
    [
      'a scenario without a loop',
      'mongoose@7.16',
      { scenario: ['tcp/reset/poll'] },
      /no scenario here has one \(tcp\/reset\/poll: no two plain recvs in a row\)/,
    ],
    [
      'a scenario that nothing is known of there',
      'mongoose@7.16',
      { on: ['windows'], scenario: ['tcp/reset/zero-length-recv'] },
      /nothing to play on windows: not known/,
    ],
    ['two scenarios for all versions', 'mongoose', { scenario: ['tcp/reset'] }, /the table of all versions shows one scenario/],
    ['no number', 'mongoose@7.16', { tls: 'builtin', buffered: '-1' }, /--buffered "-1": give a whole number from 0 to/],
    ['bytes without TLS', 'mongoose@7.16', { buffered: '3' }, /--buffered: only a TLS layer buffers records/],
    ['live, with a scenario', 'mongoose@7.16', { live: true, scenario: ['tcp/fin/idle'] }, /it takes no --scenario/],
    ['live, with a library that reads', 'mongoose@7.12', { live: true, tls: 'openssl' }, /reads through the TLS library, which needs a real handshake/],
    ['live, on a platform that is none', 'mongoose@7.16', { live: true, on: ['plan9'] }, /no agent can be started on "plan9"/],
    ['a version’s option for the matrix', 'mongoose', { live: true }, /--live needs one version/],
    ['steps for all versions', 'mongoose', { steps: ['P reset'] }, /--steps needs one version/],
    ['steps beside a scenario', 'mongoose@7.16', { steps: ['P reset'], scenario: IDLE }, /--scenario is for recorded traces/],
    ['steps beside kept runs', 'mongoose@7.16', { steps: ['P reset'], local: true }, /--local is for recorded traces/],
    ['what is no sequence', 'mongoose@7.16', { steps: ['P reset; S rec'] }, /^line 1, column 12: expected a verb of S: .*\n {2}P reset; S rec\n {13}\^$/],
    ['steps of UDP', 'mongoose@7.16', { steps: ['udp: P close'] }, /--steps "udp: P close" cannot be played: not plain TCP/],
    ['steps of a blocking socket', 'mongoose@7.16', { steps: ['(S blocking); P reset'] }, /cannot be played: a blocking socket/],
    ['steps without an end', 'mongoose@7.16', { steps: ['P send 5; S recv ×2'], live: true }, /cannot be played: the peer neither resets nor closes/],
    ['steps where no model is', 'mongoose@7.16', { steps: ['P reset'], on: ['darwin'] }, /there is no model of "darwin"; the nearest/],
    [
      'steps that no model covers',
      'mongoose@7.16',
      { steps: ['S fill; P reset'] },
      /nothing to play on linux, windows, .*: the model says nothing from "S fill" on: how much/,
    ],
  ])('%s is refused', async (_, what, options, message) => {
    const closing = closeHere(what, { format: 'pretty', ...options } as CloseArguments);
    await expect(closing).rejects.toThrow(UsageError);
    await expect(closing).rejects.toThrow(message);
  });

  test('an unknown format is refused', async () => {
    const { code, stderr } = await here(['close', 'mongoose@7.16', '--format', 'html']);
    expect([code, stderr]).toEqual([2, 'sockatlas: --format "html": choose one of pretty, json, markdown\n']);
  });
});

describe('sockatlas close mongoose', () => {
  test('prints the matrix, and which platforms are measured; exit 1, since some never close', async () => {
    const { code, stdout } = await close('mongoose');
    expect(code).toBe(1);
    expect(stdout).toMatch(/TLS by openssl\n {2}7\.0–7\.7 +1 +1 +– [\s\S]*\n {2}7\.13–7\.16 +2 +1 +1 +never +1/);
    expect(stdout).toMatch(/windows: asserted by a test that runs on Windows/);
    expect((await close('mongoose', { format: 'markdown' })).stdout).toContain('| TLS by openssl | linux');
  });

  test('as JSON is of its schema: versions as a list, cells as objects', async () => {
    const { scenario, columns, sections } = matrixSchema.parse(JSON.parse((await close('mongoose', { format: 'json' })).stdout));
    expect(scenario).toBe('tcp/reset/idle');
    const windows = columns.findIndex(({ platform, io }) => platform === 'windows' && io === 'select');
    const row = sections.find(({ transport }) => transport === 'openssl')?.rows.find(({ versions }) => versions.includes('7.16'));
    expect(row?.versions).toEqual(['7.13', '7.14', '7.15', '7.16']);
    expect(row?.cells[windows]).toEqual({ end: 'never', from: 1, length: 1 });
    expect(row?.cells[0]).toEqual({ end: 'closes', polls: 2 });
    const none = sections.find(({ transport }) => transport === 'builtin')?.rows[0]?.cells[0];
    expect(none).toEqual({ end: 'no-build', why: 'mongoose 7.0 has no TLS by builtin: it came with 7.13' });
  });

  test('--on, --tls and --io narrow it', async () => {
    const { code, stdout } = await here(['close', 'mongoose', '--on', 'linux,windows', '--tls', 'openssl', '--io', 'poll', '--format', 'json']);
    const { columns, sections } = matrixSchema.parse(JSON.parse(stdout));
    expect(columns.map(({ platform, io }) => `${platform.replace(/-.*/, '')} ${io}`)).toEqual(['linux poll', 'windows poll']);
    expect(sections.map(({ transport }) => transport)).toEqual(['openssl']);
    expect(code).toBe(0);
  });
});

test('at 80 columns each platform is one column', async () => {
  const { stdout } = await here(['close', 'mongoose@7.16', '--tls', 'openssl'], { env: { COLUMNS: '80' } });
  const at = stdout.indexOf('linux-6.18') - stdout.lastIndexOf('\n', stdout.indexOf('linux-6.18'));
  const longest = stdout.split('\n').find((line) => line.startsWith('  close-with-unread-after-data'));
  expect(longest?.slice(at - 3, at)).toBe('  3');
});

describe.each([80, 200])('at %i columns', (columns) => {
  test.each([
    'mongoose',
    'mongoose --scenario tcp/reset/send',
    'mongoose@7.16 --tls openssl',
    'mongoose@7.16 --tls openssl -v',
    'mongoose@7.16 --tls openssl --scenario tcp/reset/idle',
    '--help',
  ])('no line of close %s is wider', async (args) => {
    const { stdout } = await here(['close', ...args.split(' ')], { env: { COLUMNS: String(columns) } });
    expect(stdout).not.toBe('');
    expect(stdout.split('\n').filter((line) => [...line].length > columns)).toEqual([]);
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

  test('tells the story of a policy of one’s own, with its own classes or a library’s', async () => {
    const file = policyFile('patient.mjs', patient);
    const windows = await close('', { policy: file, on: ['windows'], io: 'select', scenario: IDLE });
    expect(windows.code).toBe(1);
    expect(windows.stdout).toMatch(/^patient, windows, select\n[\s\S]*goes on: no class, reset\n {2}never closes/);
    const linux = await close('mongoose@7.16', { policy: file, on: ['linux'], io: 'select', scenario: IDLE });
    expect(linux.code).toBe(0);
    expect(linux.stdout).toMatch(/goes on: MG_IO_RESET, reset\n[\s\S]*closes after 2 polls/);
  });

  /** Closes at the end of the stream and on a reset, and on nothing else: what many a loop does. */
  const onlyReset = `
    export const policy = {
      name: 'only 0 or ECONNRESET',
      start: null,
      poll: (state, { answer }) =>
        answer.ret === 0 || answer.name === 'ECONNRESET' || answer.name === 'WSAECONNRESET'
          ? { action: 'close', why: 'the end, or a reset', state }
          : { action: 'keep', why: 'neither the end nor a reset', state },
    };`;

  test('one that closes on 0 or ECONNRESET alone never closes on Windows after a send: exit 1, and where', async () => {
    const file = policyFile('only.mjs', onlyReset);
    const { code, stdout } = await close('', { policy: file, format: 'json' });
    expect(code).toBe(1);
    const { stories, notPlayed } = closeSchema.parse(JSON.parse(stdout));
    const never = stories.filter(({ outcome }) => outcome.end === 'never');
    expect([...new Set(never.map(({ platform }) => platform.id))]).toEqual(['windows']);
    expect(never.map(({ scenario }) => scenario)).toEqual(expect.arrayContaining(['tcp/fin/send-then-recv', 'tcp/reset/after-half-close']));
    expect(new Set(never.map(({ polls }) => polls.at(-1)?.recv?.name))).toEqual(new Set(['WSAECONNABORTED']));
    expect(never[0]).toMatchObject({ readiness: 'assumed', before: expect.arrayContaining(['sent:8']) });
    expect(stories.filter(({ outcome }) => outcome.end === 'unknown')).toEqual([]);
    expect(notPlayed).toContainEqual({ scenario: 'tcp/reset/poll', platform: null, why: 'no two plain recvs in a row' });

    const text = await close('', { policy: file });
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/\n {2}send-then-recv +1\* +never\*/);
    expect(text.stdout).toMatch(/\n {2}after-half-close +1\* +never or 1\*/);
    expect(text.stdout).toMatch(/\*: what select and poll report there is not known; the socket is assumed to be readable/);
    expect(text.stdout).toMatch(/tcp\/reset\/after-half-close \(inferred: platforms\/expected\/tcp\/reset\.json\)/);
    expect(text.stdout).toMatch(/recv = -1 WSAECONNABORTED \(10053\) +goes on: neither the end nor a reset\n {2}never closes: every poll repeats poll 1/);
    expect(text.stdout).toMatch(/Not played: \d+ scenarios \(not plain TCP: \d+; no two plain recvs in a row: \d+; .*\. -v lists them\.\n/);
    expect(text.stdout).toMatch(/\nNever closes: windows in 1 scenario and perhaps in 3 more\. -v shows everything, poll by poll\.\n$/);
    // Without -v the stories that close are in the table alone.
    expect(text.stdout).not.toContain('closes: the end');

    expect((await close('', { policy: file, on: ['linux'] })).code).toBe(0);
    const verbose = (await close('', { policy: file, verbose: true })).stdout;
    expect(verbose).toContain('closes: the end, or a reset');
    expect(verbose).toContain('\n  tcp/reset/poll: no two plain recvs in a row\n');
    expect(verbose).toContain('\n  tcp/accept/after-reset on windows: in 2 of 3 possible traces recv is never called\n');
    const page = (await close('', { policy: file, format: 'markdown' })).stdout;
    expect(page).toMatch(/\n\| `tcp\/fin\/send-then-recv` \| 1\\\* \| \*\*never\\\*\*\* \|/);
  });

  test('equal polls are one line, and of different ones the middle is left out', async () => {
    const counts = "export const policy = { name: 'counts', start: 0, poll: (state) => ({ action: 'keep', why: 'again', state: state + 1 }) };";
    const on = { on: ['linux'], io: 'select', scenario: IDLE };
    const { code, stdout } = await close('', { policy: policyFile('counts.mjs', counts), ...on });
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}polls 2 to 1,000 +select:rw- +recv = 0 \(end of stream\) +goes on each time: again\n {2}not known whether it closes/);
    const aloud = policyFile('aloud.mjs', counts.replace("'again'", 'String(state)'));
    expect((await close('', { policy: aloud, ...on })).stdout).toMatch(/goes on: 29\n {2}polls 31 to 990 are left out\n {2}poll 991 /);
    const [story] = closeSchema.parse(JSON.parse((await close('', { policy: aloud, ...on, format: 'json' })).stdout)).stories;
    expect(story).toMatchObject({ leftOut: { from: 31, through: 990 }, outcome: { end: 'unknown' } });
    expect(story?.polls.length).toBe(40);
  });

  test('what throws is named with its file and line', async () => {
    const file = policyFile('throws.mjs', "export const policy = {\n  name: 'x',\n  start: 0,\n  poll() {\n    throw new TypeError('no');\n  },\n};\n");
    expect(await close('', { policy: file })).toMatchObject({ code: 2, stderr: `${file}:5: x threw: TypeError: no` });
  });

  test('a default export is one too', async () => {
    const file = policyFile('default.mjs', patient.replace('export const policy =', 'export default'));
    expect((await close('', { policy: file, on: ['linux'], io: 'select' })).code).toBe(0);
  });

  test('TypeScript is loaded on every Node', async () => {
    const file = policyFile('patient.ts', patient.replace('poll: (state,', 'poll: (state: unknown,'));
    expect(await close('', { policy: file, on: ['linux'], io: 'select' })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, string, RegExp]>([
    ['exports nothing', 'export const other = 1;', /exports-nothing\.mjs: the module exports no policy: export const policy/],
    ['exports a function', 'export const policy = () => 1;', /its policy is a function, not an object/],
    ['has no name', 'export const policy = { poll() {} };', /the policy's name is missing/],
    ['has no poll', "export const policy = { name: 'x', start: 0 };", /the policy's poll is missing; it must be a function/],
    ['has a strange ready', "export const policy = { name: 'x', start: 0, ready: 1, poll() {} };", /the policy's ready is 1/],
    ['starts with a Map', "export const policy = { name: 'x', start: new Map(), poll() {} };", /start contains a Map/],
    ['is no JavaScript', 'export const policy = {', /is-no-JavaScript\.mjs:1: SyntaxError: /],
    ['throws as it is loaded', "throw new RangeError('not today');", /throws-as-it-is-loaded\.mjs:1: RangeError: not today$/],
    ['throws what is no error', 'throw 7;', /throws-what-is-no-error\.mjs: threw 7$/],
    ['imports what is not there', "import './absent.mjs'; export const policy = {};", /\.mjs: Error: Cannot find module/],
    ['leaves', 'process.exit(0);', /leaves\.mjs: the policy ended its process: exit code 0/],
    ['kills itself', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", /the policy ended its process: (signal SIGKILL|exit code 1)/],
    [
      'throws as it is asked',
      "export const policy = { name: 'x', start: 0, poll() { throw new Error('\\u001b[31mred'); } };",
      /throws-as-it-is-asked\.mjs:1: x threw: Error: \\u001b\[31mred$/,
    ],
    ['throws later', "setTimeout(() => { throw new Error('late'); }); await new Promise(() => {});", /the policy ended its process: exit code 1/],
  ])('a module that %s is refused: exit 2', async (name, source, message) => {
    const { code, stdout, stderr } = await close('', { policy: policyFile(`${name.replaceAll(' ', '-')}.mjs`, source) });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('a module that never answers is ended', async () => {
    const module = policyFile('loops.mjs', "export const policy = { name: 'x', start: 0, poll() { for (;;); } };");
    const trace: PlatformTrace = {
      platform: { id: 'linux', name: 'linux' },
      scenario: 'tcp/reset/idle',
      evidence: 'measured',
      source: 'a test',
      possible: 1,
      history: [],
      answers: [{ ret: 0, code: 0, meaning: 'end', token: 'eof' }],
      repeats: true,
      ends: '',
      readiness: { select: undefined, poll: undefined },
    };
    const request = { do: 'play', policy: { module: pathToFileURL(module).href }, plays: [{ trace, io: 'select' }], bufferedTlsBytes: 0 } as const;
    await expect(inProcess(request, 'loops.mjs', undefined, 500)).rejects.toThrow(new UsageError('loops.mjs: the policy did not respond within 0.5 s'));
  });

  test('control characters of a policy do not reach the terminal', async () => {
    const source =
      "export const policy = { name: '\\u001b]0;evil\\u0007', start: 0, poll: (state) => ({ action: 'close', why: '\\u001b[2Jgone\\r', state }) };";
    const { code, stdout } = await close('', { policy: policyFile('escapes.mjs', source), on: ['windows'], io: 'select', scenario: IDLE });
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(stdout).not.toMatch(/[\u001b\u0007\r]/);
    const page = await close('', {
      policy: policyFile('markup.mjs', source.replace('gone', '<b>|`')),
      on: ['windows'],
      io: 'select',
      scenario: IDLE,
      format: 'markdown',
    });
    expect(page.stdout).toContain('\\<b\\>\\|\\`');
  });

  test.each([
    ['that is not there', { policy: join(folder, 'absent.mjs') }, /--policy .*absent\.mjs: ENOENT/],
    ['that is a folder', { policy: folder }, /not a file/],
    ['with --tls', { policy: join(folder, 'absent.mjs'), tls: 'openssl' }, /--tls is for the policies of Mongoose/],
  ])('a file %s is refused', async (_, options, message) => {
    const { code, stderr } = await close('', options);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('with a library and no version it is not known whose classes', async () => {
    expect(await close('mongoose', { policy: policyFile('patient.mjs', patient) })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name the version whose table gives the classes'),
    });
  });
});

describe('sockatlas close --steps', () => {
  const steps = ['P send 10; P reset'];
  const onlyReset = `
    export const policy = {
      name: 'only 0 or a reset',
      start: null,
      poll: (state, { answer }) =>
        answer.ret === 0 || answer.meaning === 'reset'
          ? { action: 'close', why: 'the end, or a reset', state }
          : { action: 'keep', why: 'neither', state },
    };`;

  test('a version is played on every platform that has a model, and none is called measured', async () => {
    const { code, stdout } = await close('mongoose@7.16', { tls: 'openssl', io: 'select', steps });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /, linux, select\n {2}P send 10; P reset \(predicted by the model of linux; weakest evidence: measured here\)\n[\s\S]*closes after 3 polls\n/,
    );
    expect(stdout).toMatch(
      /, windows, select\n {2}P send 10; P reset \(predicted by the model of windows; weakest evidence: reported\)\n {2}poll 1 .*\n {2}never closes/,
    );
    expect((await close('mongoose@7.16', { steps })).code).toBe(0);
    const { stories } = closeSchema.parse(JSON.parse((await close('mongoose@7.16', { steps, on: ['linux', 'wine'], format: 'json' })).stdout));
    expect([...new Set(stories.map(({ platform }) => platform.name))]).toEqual(['linux', 'wine-8.0', 'wine-10.0']);
    expect(stories[0]).toMatchObject({
      scenario: 'P send 10; P reset',
      predicted: true,
      evidence: 'measured',
      source: 'the model of linux',
      readiness: 'known',
    });
  });

  test('the recvs that it ends with are the loop’s first, and what comes before is not shown to the policy', async () => {
    const only = { policy: policyFile('only-steps.mjs', onlyReset), on: ['linux'], io: 'select' };
    const { stdout } = await close('', { ...only, steps: ['P send 10; S so_error; P reset; S recv 4'] });
    expect(stdout).toMatch(
      /before the loop: so_error:0\n {2}poll 1 .* recv = 4 bytes .*\n {2}poll 2 .* recv = 6 bytes .*\n {2}poll 3 .* closes: the end, or a reset\n/,
    );
  });

  test('where several traces are possible each is played, and the best and the worst are told', async () => {
    const options = { policy: policyFile('several.mjs', onlyReset), on: ['windows'], steps: ['P close; S send 8; S send 8'] };
    const { code, stdout } = await close('', options);
    expect(code).toBe(1);
    expect(stdout).toContain('weakest evidence: inferred, one of 2 possible traces');
    expect(stdout).toContain('before the loop: sent:8, WSAECONNABORTED\n');
    expect(stdout).toContain(
      'Where several traces are possible:\n  windows, select, poll: at best closes after 1 poll, at worst never closes (2 possible traces).\n',
    );
    expect((await close('', { ...options, format: 'markdown' })).stdout).toContain('- windows, select, poll: at best closes after 1 poll');
  });

  test('several sequences, and a file of them, are a table', async () => {
    const file = policyFile('list.txt', '# two\nP close; S send 8; S send 8\nP reset\n(S send 4); P close; S fill\n');
    const policy = policyFile('table.mjs', onlyReset);
    const { code, stdout } = await close('', { policy, steps: [`@${file}`] });
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nP close; S send 8; S send 8 +1 +never or 1 +1 +1\nP reset +1 +1 +1 +1\n/);
    expect(stdout).toContain('Predicted. The weakest evidence, with the number of sequences: linux: measured here (2);');
    expect(stdout).toMatch(/On some platforms 1 sequence cannot be played, or only in part\. -v lists them\.\n\nNever closes: windows perhaps in 1 sequence\./);
    expect((await close('', { policy, steps: [`@${file}`], verbose: true })).stdout).toContain(
      'S fill on linux: the model says nothing from "S fill" on: how much',
    );
    expect((await close('', { policy, steps: [`@${file}`], format: 'markdown' })).stdout).toMatch(
      /\| `P close; S send 8; S send 8` \| 1 \| \*\*never or 1\*\* \|/,
    );
  });

  test('a policy of one’s own that throws is refused with its line there too', async () => {
    const file = policyFile('throws-steps.mjs', "export const policy = {\n  name: 'x',\n  start: 0,\n  poll() {\n    throw new TypeError('no');\n  },\n};\n");
    expect(await close('', { policy: file, steps })).toMatchObject({ code: 2, stderr: `${file}:5: x threw: TypeError: no` });
  });

  test.runIf(process.platform === 'linux')('--live performs them, and ends as the model says [needs Linux]', async () => {
    const some = [...steps, 'P close; S send 8; S so_error', '(S listen); P connect; P reset; S accept', 'P shutdown write; S recv; P kill; S recv 4'];
    const ends = async (live: boolean) => {
      const { stdout } = await close('mongoose@7.16', { tls: 'openssl', steps: some, format: 'json', ...(live ? { live } : { on: ['linux'] }) });
      return closeSchema
        .parse(JSON.parse(stdout))
        .stories.map(({ scenario, io, before, predicted, outcome }) => [scenario, io, before, predicted === !live, outcome]);
    };
    expect(await ends(true)).toEqual(await ends(false));
    const { code, stdout } = await close('mongoose@7.16', { io: 'select', live: true, steps: ['P reset; (S send 8)'] });
    expect([code, stdout]).toEqual([1, expect.stringContaining('not known whether it closes: what comes before the loop could not be done: send: ECONNRESET')]);
  });
});

describe('sockatlas new policy', () => {
  test.each(['mine.mjs', 'mine.js'])('writes %s, which closes everywhere', async (name) => {
    const file = join(folder, 'new', name);
    mkdirSync(join(folder, 'new'), { recursive: true });
    writeFileSync(join(folder, 'new', 'package.json'), '{"type":"module"}');
    const written = await here(['new', 'policy', file]);
    expect([written.code, written.stdout]).toEqual([0, '']);
    expect(written.stderr).toContain(`sockatlas close --policy ${file}`);
    const { code, stdout, stderr } = await here(['close', '--policy', file]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/\nCloses wherever it was played: \d+ scenarios in which the peer resets or closes\. /);
    expect(await here(['new', 'policy', file])).toMatchObject({ code: 2, stderr: expect.stringContaining('already exists and was not changed') });
  });

  test('writes TypeScript that compiles', async () => {
    const file = join(folder, 'typed.mts');
    expect((await here(['new', 'policy', file])).code).toBe(0);
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const options = ['--strict', '--noEmit', '--erasableSyntaxOnly', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022'];
    expect(spawnSync(process.execPath, [tsc, ...options, file], { encoding: 'utf8', cwd: folder })).toMatchObject({ status: 0, stdout: '' });
  });

  test('another ending is refused', async () => {
    expect(await here(['new', 'policy', join(folder, 'mine.json')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name a .js, .mjs, .ts or .mts file'),
    });
  });
});

describe.runIf(process.platform === 'linux' || process.platform === 'win32')('sockatlas close --live [needs Linux or Windows]', () => {
  test.runIf(process.platform === 'win32')('on Windows real sockets tell what the traces do: the loop spins [needs Windows]', async () => {
    const { code, stdout } = await close('mongoose@7.16', { tls: 'openssl', live: true });
    expect(code).toBe(1);
    expect(stdout).toMatch(/polls 1 to 100 {2}select:rw- {2}recv = -1 WSAECONNRESET \(10054\) {2}MG_IO_RESET {2}goes on each time/);
  });

  test.runIf(process.platform === 'linux')('real sockets tell what the traces do [needs Linux]', async () => {
    const ran = await close('mongoose@7.16', { tls: 'openssl', live: true });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('measured here: live, on real sockets');
    expect(ran.stdout).toMatch(/, linux-\S+, select\n[\s\S]*recv = -1 ECONNRESET \(104\) {2}MG_IO_RESET {2}goes on[\s\S]*closes after 2 polls\n/);
    expect(ran.stdout).toMatch(/, linux-\S+, epoll\n[\s\S]*closes: EPOLLERR[\s\S]*closes after 1 poll\n/);
    expect(ran.stdout).toContain('Why they differ:');
  });

  test('what has not closed is not called never: exit 1', async () => {
    const { code, stdout } = await close('mongoose@7.22', { tls: 'builtin', buffered: '3', io: 'select', live: true });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /not known whether it closes: it did not close within 100 polls, and the last (?:99|100) of them were the same\. A run on real sockets cannot prove "never"/,
    );
  });

  test('a policy of one’s own runs there too, and fails there as anywhere', async () => {
    const quick = policyFile('quick.mjs', "export const policy = { name: 'quick', start: 0, poll: (state) => ({ action: 'close', why: 'at once', state }) };");
    expect((await close('', { policy: quick, live: true })).code).toBe(0);
    const broken = policyFile('broken.mjs', "export const policy = { name: 'broken', start: 0, poll: () => 1 };");
    expect(await close('', { policy: broken, live: true })).toMatchObject({ code: 2, stderr: expect.stringContaining('broken returned 1') });
  });
});

describe('docs/mongoose-3031.md', () => {
  const page = storyPage();

  test('is in step with the data: npm run docs', () => expect(readFileSync(join(packageRoot, 'docs', 'mongoose-3031.md'), 'utf8')).toBe(page));

  test('says what was measured and what is documented, and names the command', () => {
    expect(page).toContain('\nsockatlas close mongoose@7.16 --tls openssl');
    expect(page).toMatch(/Not measured here: windows\./);
    expect(page).toContain(
      'Linux reports a reset once. The next recv returns 0, the end of the stream, which is `MG_IO_ERR`: the loop **closes after 2 polls**',
    );
    expect(page).toContain('the loop **never closes**');
    expect(page).toContain('no return value that ends a connection is classified as would-block');
    expect(page).toContain('7.12, 7.16 and 7.17 share this table');
  });
});
