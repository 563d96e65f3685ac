import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RunFileError } from '../../platforms/file-errors.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { footerOf, headerOf, scenarioOf, serializeRun, timingOf } from '../../results/lines.ts';
import { parseRun, parseRuns, readRun } from '../../results/read.ts';
import { keepRun, localRuns, recordedPath, shippedRuns } from '../../results/recorded.ts';
import type { Run, ScenarioLine } from '../../results/schema.ts';
import { WholeFile, WriteFailed } from '../../results/write.ts';
import { SCHEMAS, schemaText } from '../../scripts/schemas.ts';
import { ASKED, failed, LINUX, measured, received, WINE_8 } from '../fixtures/index.ts';

const results = [measured('tcp/reset/idle', [failed('ECONNRESET', 104), received(0), received(0)]), measured('tcp/fin/idle', [received(0), received(0)])];
const scenarios = results.map((result) => scenarioOf(LINUX, result));
const run: Run = {
  header: headerOf(LINUX, new Date('2026-01-02T03:04:05.678Z'), ASKED),
  scenarios,
  timings: results.map(timingOf),
  footer: footerOf(scenarios, { interrupted: false, ms: 12 }),
};
const text = serializeRun(run);
const lines = text.trimEnd().split('\n');

const WINE_10 = { ...WINE_8, name: 'wine-10.0', wine: '10.0' };
const never = { on: 'S' as const, call: 'recv', args: {}, ret: null, code: 0, token: 'blocked' };
const wouldBlock = failed('WSAEWOULDBLOCK', 10035);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockatlas-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

describe('a run file', () => {
  test('is read as it was written', () => {
    expect(parseRun(text, 'run')).toEqual(run);
  });

  test('may say what a scenario does, what was not run, and of a call that blocked its whole agent no more than that', () => {
    const [first, ...others] = scenarios as [ScenarioLine, ...ScenarioLine[]];
    const traces = first.traces.map((one) => ({ ...one, trace: [...one.trace, 'blocked'] }));
    const blocked = { ...first, steps: 'P reset; S recv ×5', traces, verdict: 'blocked' as const };
    const odd: Run = { ...run, scenarios: [blocked, ...others], footer: { ...run.footer, verdicts: { match: 1, blocked: 1 }, notRun: ['udp/datagram/zero'] } };
    expect(parseRun(serializeRun(odd), 'run')).toEqual(odd);
  });

  test('may have Windows line ends', () => {
    expect(parseRun(text.replaceAll('\n', '\r\n'), 'run')).toEqual(run);
  });

  test('keeps durations apart from behaviour', () => {
    expect(lines.filter((line) => line.includes('"us"'))).toEqual([]);
    expect(run.timings[0]).toEqual({ type: 'timing', id: 'tcp/reset/idle', ms: 3, traces: [[1.5, 1.5, 1.5]] });
  });

  test.each([1, 2])('of schema %i is still read', (schema) => {
    const golden = readRun(join(packageRoot, 'tests', 'golden', `run-${schema}.jsonl`));
    expect(golden.header).toMatchObject({ schema: 2, platform: { name: 'linux-6.18' } });
    const idle = golden.scenarios.find(({ id }) => id === 'tcp/reset/idle');
    expect(idle?.traces[0]?.trace).toEqual(['ECONNRESET', 'eof', 'eof', 'eof', 'eof']);
    expect(idle?.expected).toEqual({ patterns: [['ECONNRESET', 'eof…']], evidence: 'measured', file: 'platforms/linux/expected.json' });
  });

  test('of schema 1 has its words replaced: recorded is unjudged, a letter is a kind of evidence', () => {
    const old = (letter: string, measured: boolean) =>
      text
        .replace('"schema":2', '"schema":1')
        .replaceAll('"verdict":"match"', '"verdict":"recorded"')
        .replace('"verdicts":{"match":2}', '"verdicts":{"recorded":2}')
        .replaceAll('"evidence":"measured"', `"confidence":"${letter}","measured":${measured}`);
    const evidence = (letter: string, measured: boolean) => parseRun(old(letter, measured), 'run').scenarios[0]?.expected?.evidence;
    expect([evidence('A', true), evidence('A', false), evidence('B', false), evidence('C', false), evidence('D', false)]).toEqual([
      'measured',
      'asserted',
      'documented',
      'inferred',
      'unknown',
    ]);
    const { scenarios: read, footer } = parseRun(old('A', true), 'run');
    expect([read[0]?.verdict, footer.verdicts]).toEqual(['unjudged', { unjudged: 2 }]);
  });

  test('of schema 2 as it first was has no header that says what was asked for, and the mark foretold for what is now a verdict', () => {
    const hangs = scenarioOf(WINE_10, {
      ...measured('tcp/state/listening-blocking', [never]),
      ended: { as: 'blocked', reason: 'the call did not return within 5000 ms' },
    });
    const races = scenarioOf(
      WINE_10,
      measured('tcp/reset/idle-without-settle', [wouldBlock, failed('WSAECONNRESET', 10054)], [wouldBlock, received(0), failed('WSAECONNRESET', 10054)]),
    );
    expect([hangs.verdict, races.verdict]).toEqual(['known-hang', 'known-race']);
    const now = {
      header: headerOf(WINE_10, new Date(0), ASKED),
      scenarios: [hangs, races],
      timings: [],
      footer: footerOf([hangs, races], { interrupted: false, ms: 1 }),
    };
    const { asked: _, ...header } = now.header;
    const then = {
      header,
      scenarios: now.scenarios.map((line) => ({ ...line, verdict: line === hangs ? 'blocked' : 'unstable', foretold: true })),
      timings: [],
      footer: { ...now.footer, verdicts: { blocked: 1, unstable: 1 } },
    };
    expect(parseRun(JSON.stringify({ runs: [then] }), 'run')).toEqual({ ...now, header });
    const unmarked = { ...then, scenarios: then.scenarios.map(({ foretold: __, ...line }) => line) };
    expect(parseRun(JSON.stringify({ runs: [unmarked] }), 'run').scenarios.map(({ verdict }) => verdict)).toEqual(['blocked', 'unstable']);
    const wrong = { ...then, scenarios: then.scenarios.map((line) => ({ ...line, verdict: 'match' })) };
    expect(() => parseRun(JSON.stringify({ runs: [wrong] }), 'run')).toThrow(/foretold/);
  });

  test('may hold several runs, one after the other, as cat makes them; and may begin with a byte order mark', () => {
    expect(parseRuns(text + text, 'runs')).toEqual([run, run]);
    expect(parseRun(`\uFEFF${text}`, 'run')).toEqual(run);
    expect(() => parseRun(text + text, 'runs')).toThrow('runs: it contains 2 runs; exactly one is needed');
    expect(() => parseRuns(text + lines.slice(0, -1).join('\n'), 'runs')).toThrow(/no footer after/);
  });

  test('may be the document that --format json prints', () => {
    const document = (...runs: unknown[]) => JSON.stringify({ runs }, undefined, 2);
    expect(parseRuns(document(run, run), 'run.json')).toEqual([run, run]);
    expect(() => parseRuns(document({ ...run, footer: undefined }), 'run.json')).toThrow(/^run\.json:\d+: /);
    expect(() => parseRuns(document({ ...run, scenarios: 7 }), 'run.json')).toThrow(/^run\.json:2: /);
    expect(() => parseRuns(document(null), 'run.json')).toThrow(/^run\.json:1: /);
    expect(() => parseRuns('{"runs":7}', 'run.json')).toThrow(/^run\.json:1: /);
  });

  test.each([
    { what: 'nothing', content: '', says: 'run: the file is empty; a run starts with a header line' },
    { what: 'a cut line', content: text.slice(0, text.length - 20), says: `run:${lines.length}: the last line is not complete: the file was truncated` },
    {
      what: 'no footer',
      content: lines.slice(0, -1).join('\n'),
      says: `run: there is no footer after ${lines.length - 1} lines: the file was truncated, or its run did not finish`,
    },
    { what: 'no header', content: lines.slice(1).join('\n'), says: 'run:1: expected a header line, found a line of type scenario' },
    {
      what: 'two headers',
      content: [lines[0], ...lines].join('\n'),
      says: 'run:2: a second header before the footer of the previous run: that run was truncated',
    },
    {
      what: 'an atlas',
      content: '{"type":"atlas","atlas":1}',
      says: 'run:1: this is an atlas, which is made of runs: name the runs, or give it alone to the command site',
    },
    { what: 'a scenario twice', content: [...lines.slice(0, 2), ...lines.slice(1)].join('\n'), says: 'run:3: tcp/reset/idle occurs twice' },
    {
      what: 'a scenario missing',
      content: [lines[0], ...lines.slice(2)].join('\n'),
      says: `run:${lines.length - 1}: the footer counts 2 scenarios, but the run contains 1`,
    },
    {
      what: 'lines after the footer',
      content: [...lines, lines[1]].join('\n'),
      says: `run:${lines.length + 1}: expected a header line, found a line of type scenario`,
    },
    { what: 'no JSON', content: [lines[0], '{"type":', ...lines.slice(1)].join('\n'), says: 'run:2: the line is not JSON' },
    { what: 'something else', content: '{\n  "name": "mine"\n}\n', says: /^run:1: this is not a run file: a run file is JSON Lines/ },
    {
      what: 'a newer schema',
      content: text.replace('"schema":2', '"schema":3'),
      says: 'run:1: run format 3; this version reads up to 2: update sockatlas to read it',
    },
    {
      what: 'another format',
      content: '{"type":"header","schema":"x"}',
      says: 'run:1: run format "x"; this version reads up to 2: this is not a run of sockatlas',
    },
    { what: 'a field of the wrong type', content: text.replace('"count":1', '"count":"1"'), says: /run:2: [\s\S]*traces\[0\]\.count/ },
    { what: 'an id that is none', content: text.replaceAll('tcp/reset/idle', '<script>'), says: /run:2: [\s\S]*an id is transport\/event\/case/ },
    {
      what: 'a platform that is Linux and Wine',
      content: text.replace('"id":"linux"', '"id":"linux","wine":"10.0"'),
      says: /run:1: [\s\S]*a platform is Wine, of a version, or it is another[\s\S]*platform\.wine/,
    },
    { what: 'something a terminal would obey', content: text.replaceAll('Debian GNU/Linux', 'Debian \\u001b[2J'), says: /run:1: [\s\S]*platform\.os/ },
    {
      what: 'a trace that its calls do not say',
      content: text.replace('"trace":["ECONNRESET","eof"', '"trace":["eof","eof"'),
      says: 'run:2: traces[0]: call 1 is "eof" in the trace, and "ECONNRESET" in its observations',
    },
    {
      what: 'a trace longer than its calls',
      content: text.replace('"trace":["eof","eof"]', '"trace":["eof","eof","eof"]'),
      says: 'run:3: traces[0]: call 3 is "eof" in the trace, and no call in its observations',
    },
    {
      what: 'a match whose trace is not what it expects',
      content: text.replace('"trace":["ECONNRESET"', '"trace":["ENOTCONN"').replace('"token":"ECONNRESET"', '"token":"ENOTCONN"'),
      says: 'run:2: tcp/reset/idle is a match, and its trace is not what it expects',
    },
    {
      what: 'a deviation whose trace is what it expects',
      content: text.replace('"verdict":"match"', '"verdict":"deviation"'),
      says: 'run:2: tcp/reset/idle is a deviation, and its trace is what it expects',
    },
    { what: 'a timing twice', content: [...lines.slice(0, 4), lines[3], ...lines.slice(4)].join('\n'), says: 'run:5: tcp/reset/idle occurs twice' },
    {
      what: 'a timing of another scenario',
      content: text.replace('"timing","id":"tcp/fin/idle"', '"timing","id":"tcp/fin/poll"'),
      says: `run:${lines.length}: the run has a timing of tcp/fin/poll, and no such scenario`,
    },
    { what: 'a field too many', content: text.replace('"verdict":', '"more":1,"verdict":'), says: /run:2: [\s\S]*more/ },
  ])('that has $what is refused, with the place', ({ content, says }) => {
    expect(() => parseRun(content, 'run')).toThrow(
      expect.objectContaining({ name: 'RunFileError', message: typeof says === 'string' ? says : expect.stringMatching(says) }),
    );
  });

  test('that is not there, or a folder, is refused by name', () => {
    expect(() => readRun(join(folder, 'none.jsonl'))).toThrow(RunFileError);
    expect(() => readRun(folder)).toThrow(RunFileError);
  });

  test('larger than any run is refused before it is read', () => {
    const path = join(folder, 'large.jsonl');
    writeFileSync(path, Buffer.alloc(65 * 1024 * 1024, 0x20));
    expect(() => readRun(path)).toThrow(/68157440 bytes; a run has at most 67108864/);
  });
});

test.each(SCHEMAS)('$path is the schema of the code (npm run schemas writes it)', ({ path, schema, title }) => {
  expect(readFileSync(join(packageRoot, path), 'utf8')).toBe(schemaText(schema, title));
  expect(z.toJSONSchema(schema)).toHaveProperty('$schema');
});

describe('a file that is written', () => {
  test('appears whole, and nothing else does', () => {
    const path = join(folder, 'a file.jsonl');
    const file = new WholeFile(path);
    file.write('one\n');
    expect(readdirSync(folder)).not.toContain('a file.jsonl');
    file.write('two\n');
    file.finish();
    expect(readdirSync(folder)).toEqual(['a file.jsonl']);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('leaves the old one as it was when it is given up', () => {
    const path = join(folder, 'run.jsonl');
    writeFileSync(path, 'old');
    const file = new WholeFile(path);
    file.write('new');
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['run.jsonl']);
  });

  test('where there is no folder is refused at once', () => {
    expect(() => new WholeFile(join(folder, 'no', 'run.jsonl'))).toThrow(WriteFailed);
  });

  test.runIf(process.platform === 'linux')('onto a full disk says so [needs /dev/full]', () => {
    const file = new WholeFile('/dev/full');
    expect(() => file.write('x')).toThrow(/\/dev\/full could not be written: ENOSPC/);
  });

  test.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)('into a folder that is not ours says so [needs a user of POSIX who is not root]', () => {
    chmodSync(folder, 0o500);
    expect(() => new WholeFile(join(folder, 'run.jsonl'))).toThrow(/EACCES/);
  });
});

describe('runs that are kept', () => {
  test('are named for their platform and start, and found again', () => {
    const path = keepRun(run);
    expect(path).toMatch(/linux-6\.18-2026-01-02T030405\.678Z-[0-9a-f]{8}\.jsonl$/);
    const found = localRuns(() => {}).find(({ file }) => file === path);
    expect(found?.run).toEqual(run);
  });

  test('are the newest twenty', () => {
    for (let i = 0; i < 25; i++) keepRun({ ...run, header: { ...run.header, started: `2026-02-02T00:00:${String(i).padStart(2, '0')}.000Z` } });
    const kept = localRuns(() => {})
      .map(({ run: { header } }) => header.started)
      .filter((started) => started.startsWith('2026-02'));
    expect(kept).toHaveLength(20);
    expect(kept[0]).toBe('2026-02-02T00:00:24.000Z');
  });

  test('that cannot be read are told of, and the others still found', () => {
    const path = keepRun(run);
    writeFileSync(path.replace(/[^/\\]*$/, 'broken.jsonl'), '{');
    const complaints: string[] = [];
    expect(localRuns((message) => complaints.push(message)).length).toBeGreaterThan(0);
    expect(complaints).toEqual([expect.stringContaining('broken.jsonl:1')]);
  });

  test('in the repository are what the checks for other people’s files let through', () => {
    for (const { run: own, file } of shippedRuns()) expect(own).toEqual(readRun(file));
  });

  test('in the repository have one file for a platform', () => {
    expect(recordedPath(run)).toBe(join(packageRoot, 'results', 'runs', 'linux-6.18-x64.jsonl'));
  });
});
