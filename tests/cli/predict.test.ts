import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { predictDocumentSchema, predictLineSchema } from '../../report/predict/document.ts';
import { here } from '../fixtures/here.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas predict '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const predicts = (...args: string[]) => here(['predict', ...args], { cwd: folder, env: { COLUMNS: '80' } });

test('each platform, those that answer the same together, no wider than the terminal', async () => {
  const { code, stdout, stderr } = await predicts('P send 10; P reset; S recv x3');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`P send 10; P reset; S recv ×3
  linux
    data:10, ECONNRESET, eof
    predicted: measured here
  windows, wine-10.0
    WSAECONNRESET every time
    predicted: reported (windows); measured here (wine-10.0)
  wine-8.0
    data:10, then eof ×2
    predicted: measured here
`);
  const why = await predicts('--why', 'P send 10; P close; S send 8; S send 8; S recv ×2; S recv &');
  expect(why.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(why.stdout).toContain('recv: the abort by own send, again, or after a send that failed');
  expect(why.stdout).toContain('then not covered, from "S recv &" on: a call that waits');
});

test('jsonl has a line for each sequence and platform, in the order of the file', async () => {
  writeFileSync(join(folder, 'sequences'), '# two\nP reset; S recv\n\n  \nP close; S recv\n');
  const { code, stdout } = await predicts('@sequences', '--on', 'linux,windows', '--format', 'jsonl');
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => predictLineSchema.parse(JSON.parse(line)));
  expect(lines.map(({ steps, platform, traces }) => [steps, platform, traces])).toEqual([
    ['P reset; S recv', 'linux', [{ trace: ['ECONNRESET'] }]],
    ['P reset; S recv', 'windows', [{ trace: ['WSAECONNRESET'] }]],
    ['P close; S recv', 'linux', [{ trace: ['eof'] }]],
    ['P close; S recv', 'windows', [{ trace: ['eof'] }]],
  ]);
  expect(stdout.split('\n')[0]).toBe('{"steps":"P reset; S recv","platform":"linux","kind":"predicted","traces":[{"trace":["ECONNRESET"]}]}');
});

test('json says by which rules, and what is not covered', async () => {
  const { stdout } = await predicts('P reset; S recv; S fill', '--on', 'windows', '--format', 'json');
  const [prediction] = predictDocumentSchema.parse(JSON.parse(stdout)).predictions;
  expect(prediction).toMatchObject({ kind: 'predicted', uncovered: { step: 2, text: 'S fill' } });
  expect(prediction?.traces[0]?.calls).toMatchObject([
    { step: 1, text: 'S recv', token: 'WSAECONNRESET', rule: 'recv: reset, every time', evidence: 'asserted' },
  ]);
});

test.each<[string[], string]>([
  [
    ['P rest; S recv'],
    'sockatlas: line 1, column 3: expected a verb of P: send, recv, shutdown, close, reset, kill, connect; got "rest"\n  P rest; S recv\n    ^\n',
  ],
  [['@bad'], 'sockatlas: bad:3: column 8: nothing is recorded: a sequence needs a call of S, such as "S recv"\n  P reset\n         ^\n'],
  [['@none'], 'sockatlas: the list @none: ENOENT'],
  [['@empty'], 'sockatlas: the list @empty contains no sequence\n'],
  [['@many'], 'sockatlas: the list @many has 10001 sequences; at most 10000 can be given at once\n'],
  [['S recv', '--on', 'darwin'], 'sockatlas: there is no model of "darwin"; the nearest: '],
])('%j: exit code 2, and the place', async (args, says) => {
  writeFileSync(join(folder, 'bad'), 'S recv\n\nP reset\n');
  writeFileSync(join(folder, 'empty'), '# nothing\n');
  writeFileSync(join(folder, 'many'), 'S recv\n'.repeat(10_001));
  const { code, stdout, stderr } = await predicts(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(says), stderr).toBe(true);
});
