import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readRun } from '../../results/read.ts';
import { keepRun } from '../../results/recorded.ts';
import type { Run } from '../../results/schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockatlas-kept-'));
  vi.stubEnv('SOCKATLAS_RUNS', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const golden = readRun(fileURLToPath(new URL('../golden/run-2.jsonl', import.meta.url)));
const started = (date: string): Run => ({ ...golden, header: { ...golden.header, started: date } });

function makeEarlier(many: number, year: number): string[] {
  const names = Array.from({ length: many }, (_, i) => `linux-6.18-${year}-01-01T00${String(i).padStart(2, '0')}00.000Z-0123abcd.jsonl`);
  for (const name of names) writeFileSync(join(folder, name), '');
  return names;
}

test('files of the user that are in the folder of kept runs stay', () => {
  const own = [
    'mine.jsonl',
    'linux.jsonl',
    'linux-6.18-x64.jsonl',
    'before-2020-01-01T000000.000Z.jsonl',
    'notes.txt',
    '2020-01-01T000000.000Z-0123abcd.jsonl',
  ];
  for (const name of own) writeFileSync(join(folder, name), '');
  const earlier = makeEarlier(25, 2025);
  const kept = basename(keepRun(started('2026-01-02T03:04:05.678Z')));
  expect(readdirSync(folder).sort()).toEqual([...own, ...earlier.slice(-19), kept].sort());
});

test('a run that was just kept stays where the clock went back: of one command that kept several, each', () => {
  makeEarlier(25, 2030);
  const kept = ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:06.678Z', '2026-01-02T03:04:07.678Z'].map((date) => basename(keepRun(started(date))));
  expect(readdirSync(folder)).toHaveLength(20);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept));
});

test('two runs that start in the same millisecond are both kept', () => {
  const run = started('2026-01-02T03:04:05.678Z');
  expect(new Set([keepRun(run), keepRun(run)]).size).toBe(2);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('a run is kept where an older one cannot be removed', () => {
  const odd = 'linux-6.18-2020-01-01T000000.000Z-0123abcd.jsonl';
  mkdirSync(join(folder, odd));
  makeEarlier(25, 2025);
  const kept = basename(keepRun(started('2026-01-02T03:04:05.678Z')));
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([odd, kept]));
});
