import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parseSteps } from '../../language/parse-steps.ts';
import * as predicting from '../../language/predict.ts';
import { contradictions } from '../../report/try/answers.ts';
import { tryDocumentSchema, tryLineSchema } from '../../report/try/document.ts';
import { tryPage } from '../../report/try/page.ts';
import { workplace } from '../fixtures/check.ts';
import { here } from '../fixtures/here.ts';

const onLinux = process.platform === 'linux';
const { folder, written: writtenAt } = workplace();

const tried = (...args: string[]) => here(['try', ...args], { cwd: folder, env: { COLUMNS: '' } });
function written(name: string, text: string): string {
  writtenAt(name, text);
  return `@${name}`;
}
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => tryLineSchema.parse(JSON.parse(line)));

describe('sockatlas try', () => {
  test.runIf(onLinux)('performs a sequence, with what the models say of the others, call by call [needs Linux]', async () => {
    const { code, stdout, stderr } = await tried('P send 10;P reset;S recv*3');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^P send 10; P reset; S recv ×3\n\n +linux, measured {2}windows\b.*, predicted/);
    expect(stdout).toMatch(/\n {2}S recv {2}data:10 +WSAECONNRESET\b.*≠\n {2}S recv {2}ECONNRESET +WSAECONNRESET.*\n {2}S recv {2}eof +WSAECONNRESET.*≠\n/);
    expect(stdout).toContain('\n  linux: 5 trials: as its model predicts\n');
    expect(stdout).toMatch(/\n {2}windows\b.*: predicted; weakest evidence: \w+/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.runIf(onLinux)('says where the model does not cover the sequence, and why [needs Linux]', async () => {
    const { code, stdout } = await tried('S recv; S fill; S recv', '--trials', '1');
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('linux: its model says nothing from step 2 on (S fill): how much fits into full buffers is not modelled');
  });

  test('--format json and jsonl have a line for each sequence and platform, in order, by their schemas', async () => {
    const file = written('some.txt', '\uFEFF# some\r\nP reset; S recv x2\r\n\r\n  # more\r\nunix: P close; S recv # this\r\nP reset; S recv x2\r\n');
    const { code, stdout } = await tried(file, 'S poll', '--trials', '2', '--format', 'jsonl');
    expect(code).toBe(0);
    const lines = linesOf(stdout);
    const steps = ['P reset; S recv ×2', 'unix: P close; S recv', 'P reset; S recv ×2', 'S poll'];
    expect(lines.filter(({ kind }) => kind === 'measured').map((line) => line.steps)).toEqual(steps);
    if (onLinux) {
      expect(lines[0]).toEqual({ steps: steps[0], platform: 'linux', kind: 'measured', traces: [{ trace: ['ECONNRESET', 'eof'], count: 2 }] });
      expect(lines[1]).toMatchObject({ steps: steps[0], platform: 'windows', kind: 'predicted', traces: [{ trace: ['WSAECONNRESET', 'WSAECONNRESET'] }] });
    }
    const { sequences } = tryDocumentSchema.parse(JSON.parse((await tried(file, '--trials', '2', '--format', 'json')).stdout));
    expect(sequences.map((one) => one.steps)).toEqual(steps.slice(0, 3));
    expect(sequences[0]?.platforms[0]).toMatchObject({ kind: 'measured' });
  });

  test.runIf(onLinux)('an answer that its own model does not predict is exit 1, and is said [needs Linux]', async () => {
    const { predict } = predicting;
    const spy = vi.spyOn(predicting, 'predict').mockImplementation((model, sequence) => {
      const prediction = predict(model, sequence);
      return { traces: prediction.traces.map((one) => ({ ...one, trace: one.trace.map(() => 'eof') })) };
    });
    const { code, stdout } = await tried('P reset; S recv ×2', 'P close; S recv ×2');
    spy.mockRestore();
    expect(code).toBe(1);
    expect(stdout).toMatch(/ {2}S recv {2}ECONNRESET .*≠ its model\n/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'linux: MODEL AND SYSTEM DIFFER: measured ECONNRESET, eof; its model predicts eof every time (measured here)',
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain("2 sequences; answers that are not what the platform's own model predicts: 1 (linux)");
  });

  test.runIf(onLinux)('"P recv recorded" takes all there is, and tells how much, or what recv gives where there is nothing [needs Linux]', async () => {
    const steps = [
      'S send 5000 ×2; P recv recorded; P recv recorded; S shutdown write; P recv recorded',
      'P send 5; S send 3; (S close); P recv recorded; P recv recorded',
      'unix: S send 9000; P recv recorded; P recv recorded',
      'udp: S send 0; P recv recorded; S send 20000 ×2; P recv recorded; P recv recorded',
    ];
    const { code, stdout } = await tried(...steps, '--trials', '1', '--format', 'jsonl');
    // The model says the same.
    expect(code).toBe(0);
    const traces = linesOf(stdout).flatMap(({ kind, traces }) => (kind === 'measured' ? [traces[0]?.trace.join(' ')] : []));
    expect(traces).toEqual([
      'sent:5000 sent:5000 data:10000 EAGAIN ok eof',
      'sent:3 data:3 eof',
      'sent:9000 data:9000 EAGAIN',
      'sent:0 0 sent:20000 sent:20000 data:40000 EAGAIN',
    ]);
  });

  test.runIf(onLinux)('a thousand sequences, in the order of the file [needs Linux]', async () => {
    const steps = Array.from({ length: 1000 }, (_, i) => `P send ${i + 1}; P reset; S recv; S recv`);
    const { code, stdout } = await tried(written('many.txt', steps.join('\n')), '--trials', '1', '--format', 'jsonl');
    expect(code).toBe(0);
    expect(linesOf(stdout).filter(({ kind }) => kind === 'measured')).toMatchObject(
      steps.map((_, i) => ({ traces: [{ trace: [`data:${i + 1}`, 'ECONNRESET'], count: 1 }] })),
    );
  });

  test.runIf(onLinux)('what crashes and what blocks is said, and what crashes is no success: exit 1; the others go on [needs Linux]', async () => {
    const { code, stdout } = await tried('P reset; S recv; (S send 10); S recv', '(S blocking); S recv', 'S recv', '--timeout', '200', '--trials', '1');
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/linux: crashed: the trial failed: SetupFailed: .* 3 sequences, 1 crashed; answers that are not/);
    expect(stdout).toMatch(/ {2}S recv {2}never returns/);
    expect(stdout).toMatch(/ {2}S recv {2}EAGAIN/);
  });

  test.runIf(onLinux)('what the machine refuses is no answer: exit 3 [needs Linux]', async () => {
    const { code, stdout, stderr } = await here(['try', 'unix: S recv', 'S recv', '--format', 'jsonl', '--trials', '1'], { env: { TMPDIR: '/none' } });
    expect(code).toBe(3);
    expect(linesOf(stdout)[0]).toMatchObject({ kind: 'measured', traces: [], unmeasured: expect.stringContaining('temporary folder') });
    expect(linesOf(stdout).filter(({ kind }) => kind === 'measured')[1]).toMatchObject({ traces: [{ trace: ['EAGAIN'] }] });
    expect(stderr).toMatch(/^sockatlas: linux: sequence 1: this machine refused what each trial needs: /);
  });

  test.runIf(process.platform !== 'win32')('a list may be a pipe [needs mkfifo]', async () => {
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const writer = spawn('sh', ['-c', 'echo "S recv" > "$1"', 'sh', pipe]);
    const { code } = await tried(`@${pipe}`, '--trials', '1');
    writer.kill();
    expect(code).toBe(0);
  });
});

describe('what is no sequence: where, what was expected, exit 2, nothing performed', () => {
  test.each([
    [
      ['P rest; S recv'],
      'sockatlas: line 1, column 3: expected a verb of P: send, recv, shutdown, close, reset, kill, connect; got "rest"\n  P rest; S recv\n    ^\n',
    ],
    [['S recv', 'S recv;\nP'], /^sockatlas: sequence 2, line 2, column 2: expected a verb of P: .*; got the end\n {2}P\n {3}\^\n$/],
    [['S recv\u001b[31m'], 'sockatlas: line 1, column 7: "\\u001b" is in no step\n  S recv\\u001b[31m\n        ^\n'],
    [[`S recv${' ; S poll'.repeat(20)}; X`], /^sockatlas: line 1, column 189: expected an actor: S, P; got "X"\n$/],
    [[''], /^sockatlas: line 1, column 1: nothing is recorded/],
    [['@none.txt'], /^sockatlas: the list @none\.txt: ENOENT/],
    [['@.'], /^sockatlas: the list @\.: is a folder/],
    [['S recv', '--on', 'solaris'], /^sockatlas: no agent can be started on "solaris" from here/],
    [['S recv', '--trials', '0'], /^sockatlas: --trials "0"/],
    [['S recv', '--format', 'xml'], /^sockatlas: --format "xml": choose one of pretty, json, jsonl/],
    [[], /^sockatlas: missing required argument 'sequence'/],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await tried(...args);
    expect([code, stdout]).toEqual([2, '']);
    if (typeof says === 'string') expect(stderr).toBe(says);
    else expect(stderr).toMatch(says);
  });

  test.each<[string, string, RegExp]>([
    [
      'a wrong line',
      'S recv\r\n\r\nP reset; S rcv\r\n',
      /^sockatlas: odd\.txt:3: column 12: expected a verb of S: .*; got "rcv"\n {2}P reset; S rcv\n {13}\^\n$/,
    ],
    ['nothing', '# nothing\n\n', /^sockatlas: the list @odd\.txt contains no sequence\n$/],
    ['too many', 'S recv\n'.repeat(10_001), /^sockatlas: the list @odd\.txt has 10001 sequences; at most 10000/],
    ['10 MB and more', 'x'.repeat(10_000_001), /^sockatlas: the list @odd\.txt: 10000001 bytes; a list of sequences has at most 10000000\n$/],
    ['one line of 9 MB', 'x'.repeat(9_000_000), /^sockatlas: odd\.txt:1: column 20001: a sequence has at most 20000 characters\n$/],
  ])('a list with %s', async (_, text, says) => {
    const { code, stdout, stderr } = await tried(written('odd.txt', text));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });
});

describe('the page', () => {
  const sequence = parseSteps('P reset; S recv ×2');
  const rule = { name: 'x', source: [], evidence: 'reported' as const };
  const said = (...trace: string[]) => ({ trace, calls: trace.map((token, step) => ({ step, token, rule })), used: [], evidence: 'reported' as const });
  const measured = (platform: string, ...traces: string[][]) => ({
    platform,
    measured: { id: 'x', trials: traces.length, traces: traces.map((trace) => ({ trace, count: 1, observations: [] })), ms: 1 },
  });
  const page = (width: number, ...args: Parameters<typeof tryPage>[0]) => tryPage(args, { width, paint: (_, text) => text });

  test('shows every answer of trials that differ, each with its count, and every alternative of a model', () => {
    const text = page(120, {
      sequence,
      measured: [measured('linux', ['ECONNRESET', 'eof'], ['EAGAIN', 'ECONNRESET'])],
      predicted: [{ platform: 'windows', prediction: { traces: [said('WSAECONNRESET', 'WSAECONNRESET'), said('eof', 'eof')] } }],
    });
    expect(text).toMatch(/ECONNRESET \/ EAGAIN {2}WSAECONNRESET or eof +≠\?\n/);
    expect(text).toContain('linux: the 2 trials differ: 1× ECONNRESET, eof; 1× EAGAIN, ECONNRESET\n');
    expect(text).toContain('windows: predicted: WSAECONNRESET every time (reported), or eof every time (reported)');
  });

  test('where it is too narrow, platforms with equal answers share a column', () => {
    const names = ['windows', 'wine-8.0', 'wine-10.0'];
    const predicted = names.map((platform) => ({
      platform,
      prediction: { traces: [said(...(platform === 'wine-8.0' ? ['eof', 'eof'] : ['WSAECONNRESET', 'eof']))] },
    }));
    const one = { sequence, measured: [measured('linux', ['ECONNRESET', 'eof'])], predicted };
    expect(page(120, one)).toMatch(/ linux, measured +windows, predicted +wine-8\.0, predicted +wine-10\.0, predicted\n/);
    const narrow = page(72, one);
    expect(narrow.replaceAll(/\s+/g, ' ')).toMatch(/windows, wine-10\.0, wine-8\.0,/);
    for (const width of [40, 60, 72, 80])
      expect(
        page(width, one)
          .split('\n')
          .filter((line) => line.length > width),
      ).toEqual([]);
  });

  test('a prediction that was cut, or does not cover a call, contradicts nothing that it does not say', () => {
    const answers = measured('linux', ['ECONNRESET', 'eof']);
    const uncovered = { step: 2, text: 'S recv', why: 'x' };
    expect(contradictions({ ...answers, prediction: { traces: [said('eof', 'eof')] } })).toEqual([['ECONNRESET', 'eof']]);
    expect(contradictions({ ...answers, prediction: { traces: [said('eof', 'eof')], isCut: true } })).toEqual([]);
    expect(contradictions({ ...answers, prediction: { traces: [{ ...said('ECONNRESET'), uncovered }], uncovered } })).toEqual([]);
    expect(contradictions({ ...answers, prediction: { traces: [{ ...said('eof'), uncovered }], uncovered } })).toHaveLength(1);
    expect(contradictions({ ...answers, prediction: { traces: [said('ECONNRESET')] } })).toHaveLength(1);
  });
});
