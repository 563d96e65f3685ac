import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { coverageDocumentSchema } from '../../report/coverage.ts';
import { diffDocumentSchema } from '../../report/diff/document.ts';
import { doctorDocumentSchema, doctorPage } from '../../report/doctor.ts';
import { runDocumentSchema } from '../../report/document.ts';
import { explainDocumentSchema } from '../../report/explain/explanation.ts';
import { listDocumentSchema } from '../../report/list.ts';
import { showDocumentSchema } from '../../report/show/document.ts';
import { parseRuns } from '../../results/read.ts';
import { scenarios, stories } from '../../suites/index.ts';
import { here } from '../fixtures/here.ts';

/** What a command prints with --format json, held to its published schema (report/schema/). */
async function document<T>(schema: ZodType<T>, ...args: string[]): Promise<T> {
  const { code, stdout } = await here([...args, '--format', 'json']);
  expect(code).toBe(0);
  return schema.parse(JSON.parse(stdout));
}

describe('--format json', () => {
  test('of list', async () => {
    expect((await document(listDocumentSchema, 'list')).scenarios.map(({ id }) => id)).toEqual(scenarios.map(({ id }) => id));
  });

  test('of show: an id without its parameters is all its variants', async () => {
    const shown = (await document(showDocumentSchema, 'show', 'tls/reset/idle')).scenarios;
    expect(shown.map(({ id }) => id)).toEqual(['tls/reset/idle?reader=socket', 'tls/reset/idle?reader=bio']);
    const [idle] = (await document(showDocumentSchema, 'show', 'tcp/reset/idle')).scenarios;
    expect(idle?.expected.find(({ platform }) => platform === 'windows')).toMatchObject({ patterns: [['WSAECONNRESET…']], evidence: 'asserted' });
    expect(idle?.recorded.map(({ platform, verdict }) => `${platform} ${verdict}`)).toContain('linux-6.18 match');
  });

  test('of coverage: every pair of calls is counted once', async () => {
    const { endings, calls } = await document(coverageDocumentSchema, 'coverage');
    const total = scenarios.length - stories.length;
    expect(endings.flatMap(({ states }) => states).reduce((sum, state) => sum + state.pairs, 0)).toBe(total);
    expect(calls.reduce((sum, { second }) => sum + second, 0)).toBe(total);
    const [fresh] = endings.find(({ id }) => id === 'tcp/reset/pair')?.states ?? [];
    expect(fresh).toMatchObject({ state: 'fresh', pairs: 66, expected: { linux: { measured: 66 } } });
    expect((await here(['coverage'])).stdout).toContain('tcp/reset/pair?end=close');
  });

  test('of explain: expectations first, then what models say, then runs', async () => {
    const [code] = (await document(explainDocumentSchema, 'explain', '10053')).codes;
    expect(code).toMatchObject({ name: 'WSAECONNABORTED', platform: 'windows', meaning: 'aborted' });
    expect(code?.seen[0]).toMatchObject({
      platform: 'windows',
      kind: 'expected',
      scenarios: expect.arrayContaining(['tcp/fin/send-then-recv', 'tcp/events/reset']),
    });
    expect(code?.seen[1]).toMatchObject({
      kind: 'predicted',
      file: 'platforms/windows/model.ts',
      scenarios: expect.arrayContaining(['tcp/reset/pair?end=drawn']),
    });
    expect([...new Set(code?.seen.map(({ kind }) => kind))]).toEqual(['expected', 'predicted', 'recorded']);
  });

  test('of doctor, whose page is no wider than a terminal', async () => {
    const found = await document(doctorDocumentSchema, 'doctor');
    const { machine, agents } = found;
    expect(machine.find(({ name }) => name === 'koffi')?.ok).toBe(true);
    expect(agents[0]?.ok).toBe(true);
    const page = doctorPage(found, { width: 80, paint: (_, text) => text });
    expect(page).toContain('\nAgents\n');
    expect(page.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('of diff', async () => {
    const { counts, scenarios: lines } = await document(diffDocumentSchema, 'diff', 'linux', 'windows');
    expect(counts.differs).toBe(lines.filter(({ change }) => change === 'differs').length);
    expect(counts.differs).toBeGreaterThan(30);
  });

  test('of run, which report reads again', async () => {
    const { code, stdout } = await here(['run', 'tcp/fin/idle', '--classes', 'mongoose@7.16', '--format', 'json']);
    expect(code).toBe(0);
    const { runs } = runDocumentSchema.parse(JSON.parse(stdout));
    expect(runs.map(({ scenarios: lines }) => lines.map(({ id }) => id))).toEqual([['tcp/fin/idle']]);
    if (process.platform !== 'win32') {
      expect(runs[0]?.classes).toEqual([
        { table: 'mongoose@7.10–7.21/posix', scenarios: { 'tcp/fin/idle': [['MG_IO_ERR', 'MG_IO_ERR', 'MG_IO_ERR', 'MG_IO_ERR']] } },
      ]);
    }
    expect(parseRuns(stdout, 'stdout')[0]?.scenarios).toEqual(runs[0]?.scenarios);
  });
});
