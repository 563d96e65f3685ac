import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sameTrace } from '../../language/same-trace.ts';
import { diffDocumentSchema } from '../../report/diff/document.ts';
import { serializeRun } from '../../results/lines.ts';
import { readRun } from '../../results/read.ts';
import { shippedRuns } from '../../results/recorded.ts';
import type { Run, ScenarioLine, Verdict } from '../../results/schema.ts';
import { here } from '../fixtures/here.ts';
import { WINE_8 } from '../fixtures/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas diff '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const shipped = shippedRuns().find(({ run }) => run.header.platform.id === 'linux')?.run as Run;

/** A run file made from the shipped one of Linux. */
function runFile(name: string, change: (run: Run) => Run): string {
  const file = join(folder, name);
  const run = change(structuredClone(shipped));
  const counted = (wanted: Verdict) => run.scenarios.filter(({ verdict }) => verdict === wanted).length;
  const verdicts = { ...run.footer.verdicts, match: counted('match'), deviation: counted('deviation') };
  writeFileSync(file, serializeRun({ ...run, footer: { ...run.footer, scenarios: run.scenarios.length, verdicts } }));
  return file;
}

/** The reset is told twice. */
function twice({ observations: [first, , ...others], ...trace }: ScenarioLine['traces'][number]): ScenarioLine['traces'][number] {
  const observations = [first, first, ...others] as (typeof others)[number][];
  return { ...trace, trace: observations.map(({ token }) => token), observations };
}

let before: string;
let after: string;
/** As `after`, and it says that it was not asked for what it does not have. */
let partial: string;
beforeAll(() => {
  before = runFile('before.jsonl', (run) => run);
  // idle answers otherwise, fin/idle is gone; times differ everywhere.
  after = runFile('after.jsonl', (run) => ({
    ...run,
    scenarios: run.scenarios
      .filter(({ id }) => id !== 'tcp/fin/idle')
      .map((line) => (line.id === 'tcp/reset/idle' ? { ...line, traces: line.traces.map(twice), verdict: 'deviation' as const } : line)),
    timings: run.timings.filter(({ id }) => id !== 'tcp/fin/idle').map((timing) => ({ ...timing, ms: timing.ms + 1000 })),
  }));
  partial = join(folder, 'partial.jsonl');
  const { footer, ...rest } = readRun(after);
  writeFileSync(partial, serializeRun({ ...rest, footer: { ...footer, notRun: ['tcp/fin/idle'] } }));
});

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await here(['diff', ...args, '--format', 'json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return diffDocumentSchema.parse(JSON.parse(stdout));
};
const changed = (document: Awaited<ReturnType<typeof json>>) =>
  document.scenarios.filter(({ change }) => change !== 'same').map(({ id, change }) => `${change} ${id}`);

describe('sockatlas diff', () => {
  test('two platforms: what differs, each marked, with the kind of evidence of what was not measured', async () => {
    const { code, stdout } = await here(['diff', 'linux', 'windows', 'tcp/reset/*'], { env: { COLUMNS: '130' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/linux-6\.18, measured +windows, not measured +evidence/);
    expect(stdout).toMatch(/ {2}idle +ECONNRESET, then eof ×4 +WSAECONNRESET every time +asserted +≠ every time\n/);
    expect(stdout).toMatch(/ {2}unread-data +data:10, ECONNRESET, then eof ×3 +WSAECONNRESET every time +reported +≠ data lost\n/);
    expect(stdout).not.toContain('recv-then-so-error');
    expect(stdout).toMatch(/linux-6\.18 against windows: \d+ differ \(\d+ by inference only\), \d+ the same, \d+ not known on one side\.\n$/);
  });

  test('-v also shows what is the same', async () => {
    expect((await here(['diff', 'linux', 'windows', 'tcp/reset/recv-then-so-error', '-v'], { env: { COLUMNS: '130' } })).stdout).toMatch(
      /recv-then-so-error .* same\n/,
    );
  });

  test('a code that is only spelled differently is no difference', async () => {
    expect(sameTrace(['ECONNRESET', 'so_error:EAGAIN'], ['WSAECONNRESET', 'so_error:WSAEWOULDBLOCK'])).toBe(true);
    expect(sameTrace(['EPIPE'], ['WSAESHUTDOWN'])).toBe(false);
    expect(changed(await json('linux', 'windows', 'tcp/reset/recv-then-so-error'))).toEqual([]);
  });

  test('two runs: what differs, is new, is gone; time is nothing', async () => {
    expect(changed(await json(before, before))).toEqual([]);
    const there = await json(before, after);
    expect(changed(there)).toEqual(['differs tcp/reset/idle', 'gone tcp/fin/idle']);
    expect(there.a).toEqual({ name: 'before.jsonl', kind: 'run' });
    expect(changed(await json(after, before))).toEqual(['differs tcp/reset/idle', 'new tcp/fin/idle']);
    expect((await here(['diff', before, after])).stdout).toMatch(/≠ only before\.jsonl\n/);
  });

  test('what a run was not asked for is not gone, and fails no build', async () => {
    expect(changed(await json(before, partial))).toEqual(['differs tcp/reset/idle', 'not-run tcp/fin/idle']);
    expect(changed(await json(partial, before))).toEqual(['differs tcp/reset/idle', 'not-run tcp/fin/idle']);
    const { code, stdout } = await here(['diff', before, partial, 'tcp/fin/idle', '-v', '--fail-on', 'changed']);
    expect(stdout).toMatch(/idle .* only before\.jsonl was run\n[\s\S]*1 not run on one side\.\n$/);
    expect(code).toBe(0);
  });

  test('two runs of one file', async () => {
    const both = join(folder, 'both.jsonl');
    writeFileSync(both, [before, after].map((file) => serializeRun(readRun(file))).join(''));
    expect(changed(await json(both))).toEqual(['differs tcp/reset/idle', 'gone tcp/fin/idle']);
  });

  test('a run against what is expected of its platform, in both spellings', async () => {
    expect(changed(await json(before))).toEqual([]);
    // What a run does not have was not asked for.
    expect(changed(await json(after))).toEqual(['differs tcp/reset/idle']);
    expect(changed(await json('windows', after, 'tcp/fin')).some((text) => text.endsWith('tcp/fin/idle'))).toBe(false);
    expect(changed(await json(after, 'expected', 'tcp/reset'))).toEqual(['differs tcp/reset/idle']);
    expect(changed(await json('wine-8.0', 'expected'))).not.toContain('differs tcp/reset/idle');
  });

  test('pairs of calls are told by a command that names the files that were given', async () => {
    const { stdout } = await here(['diff', before, 'windows']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`(sockatlas diff ${JSON.stringify(before).replaceAll(/\s+/g, ' ')} windows tcp/reset/pair)`);
  });

  test('a run against a platform, and patterns', async () => {
    expect(changed(await json(before, 'windows', 'tcp/reset/idle'))).toEqual(['differs tcp/reset/idle']);
    expect((await json('linux', 'windows', 'tcp/fin')).scenarios.every(({ id }) => id.startsWith('tcp/fin/'))).toBe(true);
  });

  test('what only Windows has is new on Windows', async () => {
    expect((await json('linux', 'windows', 'tcp/iocp')).counts).toMatchObject({ new: 4, differs: 0 });
  });

  test('what one side lacks is not only on the other, where nothing is known of that', async () => {
    const { scenarios } = await json('windows', 'wine-10.0', 'unix/reset/close-with-unread', 'unix/fin/idle');
    expect(scenarios.map(({ id, change }) => `${change} ${id}`)).toEqual(['unknown unix/reset/close-with-unread', 'gone unix/fin/idle']);
  });

  test('a kept run whose peers were on another platform is left out, and named', async () => {
    const runs = join(folder, 'kept');
    mkdirSync(runs);
    const mixed = runFile(join('kept', 'mixed.jsonl'), (run) => ({ ...run, header: { ...run.header, peer: WINE_8 } }));
    const compare = (...args: string[]) => here(['diff', 'linux', 'windows', 'tcp/reset/idle', '--format', 'json', ...args], { env: { SOCKATLAS_RUNS: runs } });
    const { stdout, stderr } = await compare('--local');
    expect(stderr).toBe(`--local: ${mixed}\nleft out: ${mixed}: its peers were on ${WINE_8.name}\n`);
    expect(stdout).toBe((await compare()).stdout);
    const { stdout: shown } = await here(['show', 'tcp/reset/idle', '--local'], { env: { SOCKATLAS_RUNS: runs } });
    expect(shown.replaceAll(/\s+/g, ' ')).toMatch(/ linux-6\.18, \d.* linux-6\.18 with peers on wine|linux-6\.18 with peers on wine.* linux-6\.18, \d/);
  });

  test('--fail-on changed fails a build', async () => {
    expect((await here(['diff', before, after, '--fail-on', 'changed'])).code).toBe(1);
    expect((await here(['diff', before, before, '--fail-on', 'changed'])).code).toBe(0);
    expect((await here(['diff', before, after])).code).toBe(0);
  });

  test('--format markdown is a table for each event', async () => {
    const { stdout } = await here(['diff', 'linux', 'windows', 'tcp/reset/idle', '--format', 'markdown']);
    expect(stdout).toContain(
      '### tcp/reset: the peer has reset the connection\n\n| case | linux-6.18, measured | windows, not measured | evidence | differs |',
    );
    expect(stdout).toContain('| `idle` | `ECONNRESET, then eof ×4` | `WSAECONNRESET every time` | asserted | ≠ every time |');
  });

  test.each<[string[], RegExp]>([
    [['windwos', 'linux'], /^sockatlas: diff "windwos": no such platform, and no such file\. Platforms: linux, .*the nearest: windows/],
    [['linux', 'windwos'], /diff "windwos": no such platform/],
    [['linux'], /diff linux: name a second side/],
    [['expected', 'expected'], /one side must be a run or a platform/],
    [['linux', 'windows', 'tcp/rest'], /no scenario matches "tcp\/rest"; the nearest: /],
    [['none.jsonl'], /none\.jsonl: ENOENT/],
    [['linux', 'windows', '--format', 'xml'], /--format "xml": choose one of pretty, json, markdown/],
    [['linux', 'windows', '--fail-on', 'new'], /--fail-on "new": choose one of changed, never/],
  ])('%j: exit 2', async (args, says) => {
    const { code, stdout, stderr } = await here(['diff', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });
});
