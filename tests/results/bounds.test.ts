import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { classifier, tablesOf } from '../../classification/table.ts';
import { sameTrace } from '../../language/same-trace.ts';
import { RunFileError } from '../../platforms/file-errors.ts';
import { formatRuns } from '../../report/formats.ts';
import { groupBy } from '../../report/group-by.ts';
import { painter } from '../../report/paint.ts';
import { terminalWidth } from '../../report/text.ts';
import { classTraces, viewOf } from '../../report/view.ts';
import { sameBehaviour } from '../../results/behaviour.ts';
import { MAX_SCENARIOS } from '../../results/limits.ts';
import { headerOf, scenarioOf, serializeRun, timingOf } from '../../results/lines.ts';
import { parseRuns, readRuns } from '../../results/read.ts';
import type { Observation, Run } from '../../results/schema.ts';
import { here } from '../fixtures/here.ts';
import { ASKED, cliProgram, failed, LINUX, measured, received } from '../fixtures/index.ts';

/** Files from elsewhere: how much of one is read, how deep and how many it may be, and how much of it is said again. */

vi.mock('../../language/same-trace.ts', { spy: true });
vi.mock('../../report/view.ts', { spy: true });

const folder = mkdtempSync(join(tmpdir(), 'sockatlas bounds '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function runOf(scenarios: Readonly<Record<string, readonly (readonly Observation[])[]>>): Run {
  const results = Object.entries(scenarios).map(([id, traces]) => measured(id, ...traces));
  const lines = results.map((result) => scenarioOf(LINUX, result));
  return { header: headerOf(LINUX, new Date(0), ASKED), scenarios: lines, timings: results.map(timingOf), footer: footerFor(lines) };
}

function footerFor(lines: Run['scenarios']): Run['footer'] {
  const verdicts = Object.fromEntries([...groupBy(lines, ({ verdict }) => verdict)].map(([verdict, own]) => [verdict, own.length]));
  return { type: 'footer', scenarios: lines.length, verdicts, interrupted: false, ms: 1 };
}

/** Traces that differ in nothing but their end. */
function traces(many: number, calls: number, token = 'ECONNRESET'): Observation[][] {
  return Array.from({ length: many }, (_, i) => [...Array.from({ length: calls - 1 }, () => failed(token, 104)), received(i)]);
}

const small = runOf({ 'tcp/reset/idle': [[failed('ECONNRESET', 104), received(0)]] });
const text = serializeRun(small);
const [header = '', scenario = '', timing = '', footer = ''] = text.split('\n');

describe('a byte order mark', () => {
  test('may stand before each of the runs that cat has joined', () => {
    expect(parseRuns(`\ufeff${text}\ufeff${text}`, 'runs')).toEqual([small, small]);
  });

  test('may come on stdin', () => {
    const { status, stderr } = spawnSync(process.execPath, [cliProgram, 'report', '-'], { input: `\ufeff${text}`, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('the footer', () => {
  test.each([
    [{ match: 2 }, 'the footer counts 2 match, but the run contains 1'],
    [{}, 'the footer counts 0 match, but the run contains 1'],
    [{ match: 1, crashed: 1 }, 'the footer counts 1 crashed, but the run contains 0'],
  ])('has to count the verdicts that there are, not %o', (verdicts, says) => {
    const wrong = JSON.stringify({ ...JSON.parse(footer), verdicts });
    expect(() => parseRuns([header, scenario, timing, wrong].join('\n'), 'run')).toThrow(`run:4: ${says}`);
  });

  test('may say of a verdict that there is none', () => {
    const zero = JSON.stringify({ ...JSON.parse(footer), verdicts: { match: 1, crashed: 0 } });
    expect(parseRuns([header, scenario, timing, zero].join('\n'), 'run')).toHaveLength(1);
  });
});

describe('what is refused is refused in a few lines, before it fills memory:', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const idOf = (i: number) => scenario.replaceAll('tcp/reset/idle', `tcp/reset/${i}`);
  const empty = `${header}\n${JSON.stringify({ ...JSON.parse(footer), scenarios: 0, verdicts: {} })}\n`;
  test.each<[string, () => string, RegExp]>([
    ['a schema of brackets', () => `{"type":"header","schema":${deep}}`, /^run:1: nested deeper than 20 levels$/],
    ['a schema of open brackets', () => `{"type":"header","schema":${deep.slice(0, 200_000)}`, /^run:1: nested deeper than 20 levels$/],
    ['a schema of few brackets', () => '{"type":"header","schema":[[[2]]]}', /^run:1: run format of another kind; /],
    ['a long schema', () => JSON.stringify({ type: 'header', schema: 'x'.repeat(1e6) }), /^run:1: run format "x+…; /],
    ['a document of brackets', () => `{"runs":[${deep}]}`, /^run: nested deeper than 20 levels$/],
    ['a document of numbers', () => `{"runs":[{"scenarios":[${'1,'.repeat(200_000)}1]}]}`, /^run: more than 100000 lines/],
    [
      'a hundred thousand keys',
      () => `${header}\n{"type":"scenario"${Array.from({ length: 100_000 }, (_, i) => `,"key-${i}":1`).join('')}}`,
      /^run:2: [\s\S]*…/,
    ],
    ['a key of many lines', () => `${header}\n{"type":"scenario","${'\\n'.repeat(1e6)}":1}`, /^run:2: /],
    ['a long id', () => `${header}\n${scenario.replaceAll('tcp/reset/idle', 'x'.repeat(1e6))}`, /^run:2: /],
    [
      'a trace of numbers',
      () => `${header}\n${scenario.replace('"trace":["ECONNRESET"', `"trace":[${'1,'.repeat(900)}"ECONNRESET"`)}`,
      /^run:2: [\s\S]*\n… and 890 more$/,
    ],
    [
      'a call of numbers',
      () => `${header}\n${scenario.replace('"args":{', `"args":{"x":[${'1,'.repeat(1e6)}1],`)}`,
      /^run:2: [\s\S]*traces\[0\]\.observations\[0\]\.args/,
    ],
    ['a line of numbers', () => `${header}\n{"type":"timing","traces":[[${'1,'.repeat(2_000_000)}1]]}`, /^run:2: \d+ values; a line has at most 2000000$/],
    ['line ends', () => '\n'.repeat(5_000_000), /^run: more than 100000 lines; a run file has at most so many$/],
    [
      'too many scenarios',
      () => [header, ...Array.from({ length: MAX_SCENARIOS + 1 }, (_, i) => idOf(i)), footer].join('\n'),
      /^run:20002: more than 20000 scenarios in a run$/,
    ],
    [
      'too many timings',
      () => [header, ...Array.from({ length: MAX_SCENARIOS + 1 }, (_, i) => timing.replace('tcp/reset/idle', `tcp/reset/${i}`)), footer].join('\n'),
      /^run:20002: more than 20000 timings in a run$/,
    ],
    ['too many runs', () => empty.repeat(101), /^run:202: more than 100 runs; name several files$/],
  ])('%s', (_, content, says) => {
    let told = '';
    try {
      parseRuns(content(), 'run');
    } catch (error) {
      expect(error).toBeInstanceOf(RunFileError);
      told = (error as Error).message;
    }
    expect(told).toMatch(says);
    expect(told.length).toBeLessThan(7000);
  });

  test('a table with many faults, and with long ones', async () => {
    const [table] = tablesOf('mongoose', 'posix', '7.16');
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${'k'.repeat(400)}${i}`, 1]));
    for (const wrong of [
      { ...table, ...many },
      { ...table, rows: Array(10_000).fill({ ret: 'x', class: 'y'.repeat(40) }) },
      { ...table, name: 'x'.repeat(500_000) },
    ]) {
      const { code, stderr } = await here(['check', written('wrong.json', JSON.stringify(wrong))]);
      expect(code).toBe(2);
      expect(stderr.length).toBeLessThan(10_000);
    }
    expect((await here(['check', written('deep.json', `{"name":${deep}}`)])).stderr).toMatch(/nested deeper than 20 levels\n$/);
  });
});

describe.runIf(process.platform === 'linux')('what counts is what is read: [needs devices and FIFOs of Linux]', () => {
  const MOST = 64 * 1024 * 1024;

  test('a device has the size 0', async () => {
    expect(() => readRuns('/dev/zero')).toThrow(`/dev/zero: more than ${MOST} bytes; a run has at most so many`);
    const table = join(folder, 'zero.json');
    symlinkSync('/dev/zero', table);
    expect((await here(['check', table])).stderr).toMatch(/zero\.json: more than 1048576 bytes; a table has at most so many\n$/);
  });

  test('stdin has no size', () => {
    const zero = openSync('/dev/zero', 'r');
    const { status, stderr } = spawnSync(process.execPath, [cliProgram, 'report', '-'], { stdio: [zero, 'pipe', 'pipe'], encoding: 'utf8' });
    closeSync(zero);
    expect([status, stderr]).toEqual([2, `sockatlas: -: more than ${MOST} bytes; a run has at most so many\n`]);
  });

  test('a pipe is read to its end, and no further than a file', () => {
    const pipe = join(folder, 'pipe.jsonl');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const into = (what: string) => spawn('sh', ['-c', 'exec cat "$0" > "$1"', what, pipe], { stdio: 'ignore' });
    into(written('small.jsonl', text));
    expect(readRuns(pipe)).toEqual([small]);
    into('/dev/zero');
    expect(() => readRuns(pipe)).toThrow(/more than 67108864 bytes/);
  });
});

describe('what a run may be, however odd, is reported in the memory that it takes', () => {
  const report = (name: string, run: Run, ...more: string[]) => {
    const file = written(name, serializeRun(run));
    const args = ['--max-old-space-size=160', cliProgram, 'report', file, ...more];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, COLUMNS: '1000000' }, maxBuffer: 2 ** 28 });
    expect(stderr).toBe('');
    expect(status).not.toBeNull();
    return stdout;
  };

  test('twenty thousand scenarios, and one trace of 100 KB', () => {
    const long = Array.from({ length: 1000 }, (_, i) => failed(String(i).padStart(100, 'x y'), 104));
    const many = Object.fromEntries(Array.from({ length: MAX_SCENARIOS - 1 }, (_, i) => [`tcp/reset/${i}`, [[received(0)]]]));
    const stdout = report('many.jsonl', runOf({ 'tcp/reset/long': [long], ...many }));
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(1000);
  });

  test('a thousand traces: some are shown, and how many others there are', () => {
    const run = runOf({ 'tcp/reset/idle': traces(1000, 10), 'tcp/fin/idle': traces(1000, 10) });
    for (const format of ['pretty', 'markdown']) {
      const stdout = report('traces.jsonl', run, '--format', format);
      expect(stdout.replace(/\s+/g, ' ')).toContain('980 more');
      expect(stdout.length).toBeLessThan(200_000);
    }
  });

  test('a deviation that does not say from what', () => {
    const [line] = small.scenarios;
    const { expected: _, ...bare } = line as Run['scenarios'][number];
    const scenarios = [{ ...bare, traces: [], verdict: 'deviation' as const }];
    expect(report('bare.jsonl', { ...small, scenarios, footer: footerFor(scenarios) })).toContain('tcp/reset/idle: the trace ends after 0 calls');
  });
});

describe('the work grows as the file does:', () => {
  test('recorded traces are found by their spelling, and only expected ones looked through', () => {
    const recorded = (many: string[][]) => ({ traces: many, isExpected: false, evidence: 'measured' }) as const;
    const some = Array.from({ length: 1000 }, (_, i) => ['?', `data:${i}`, 'WSAECONNRESET', 'WSAEWOULDBLOCK']);
    const same = some.map(([first = '', second = '']) => [first, second, 'ECONNRESET', 'EAGAIN']).reverse();
    const expected = (...traces: string[][]) => ({ traces, isExpected: true, evidence: 'inferred' }) as const;
    expect(sameBehaviour(expected(['eof']), expected(['ECONNRESET'], ['eof']))).toBe(true);
    expect(sameBehaviour(expected(['eof'], ['data:1']), expected(['ECONNRESET'], ['eof']))).toBe(false);
    vi.mocked(sameTrace).mockClear();
    expect(sameBehaviour(recorded(some), recorded(same))).toBe(true);
    expect(sameBehaviour(recorded(some), recorded(same.slice(1)))).toBe(false);
    expect(sameTrace).not.toHaveBeenCalled();
    expect(sameBehaviour(recorded(some), { traces: [['?', '?', 'ECONNRESET', '?']], isExpected: true, evidence: 'asserted' })).toBe(true);
    expect(vi.mocked(sameTrace).mock.calls.length).toBeLessThanOrEqual(1000);
  });

  test('a table is compiled once, and asked once for all traces of a scenario', () => {
    const [table] = tablesOf('mongoose', 'posix', '7.16');
    if (table === undefined) throw new Error('no table');
    expect(classifier(table, 'linux')).toBe(classifier(table, 'linux'));
    const view = viewOf(runOf({ 'tcp/reset/idle': traces(100, 3) }), [table], true);
    vi.mocked(classTraces).mockClear();
    formatRuns([view], 'pretty', { paint: painter({}), width: 100, verbose: true });
    expect(classTraces).toHaveBeenCalledTimes(1);
  });

  test('no line is wider than a thousand columns', () => {
    expect(terminalWidth({ columns: 1_000_000 })).toBe(1000);
  });
});
