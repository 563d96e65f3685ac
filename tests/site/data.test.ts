import { describe, expect, test } from 'vitest';
import { dataScript, matrixData } from '../../report/site/matrix-data.ts';
import { type Matrix, type MatrixCell, unpackMatrix } from '../../report/site/matrix-format.ts';
import { cellWords, differenceOf, knownBy } from '../../report/site/script/cell-words.ts';
import { ANYTHING, MatrixFilter } from '../../report/site/script/matrix-filter.ts';
import { footerOf, headerOf, scenarioOf } from '../../results/lines.ts';
import { mergeRuns } from '../../results/merge.ts';
import { shippedRuns } from '../../results/recorded.ts';
import type { Run } from '../../results/schema.ts';
import { trialsOf } from '../../results/trials.ts';
import { ASKED, failed, LINUX, measured, received } from '../fixtures/index.ts';

/** What the matrix is drawn from, and what is found in it: no browser is needed. */

const atlas = mergeRuns(shippedRuns().map(({ run, file }) => ({ run, source: file })));
const matrix = unpackMatrix(matrixData(atlas));
const filter = new MatrixFilter(matrix);

function cellOf(of: Matrix, id: string, key: string): MatrixCell {
  const cell = of.rows.find((row) => row.id === id)?.cells[of.columns.findIndex((column) => column.key === key)];
  if (cell === undefined) throw new Error(`${id} has no cell of ${key}`);
  return cell;
}
const found = (text: string, more = {}) => filter.rows({ ...ANYTHING, text, ...more }).map(({ id }) => id);

describe('the data of the matrix', () => {
  test('have every trace of the atlas as it is there', () => {
    for (const [i, { id, cells }] of atlas.scenarios.entries()) {
      expect(matrix.rows[i]?.id).toBe(id);
      for (const [j, cell] of cells.entries()) {
        if (cell === null) continue;
        const own = cellOf(matrix, id, atlas.platforms[j]?.key as string);
        expect(own).toMatchObject({ trials: trialsOf(cell), isExpected: false, evidence: 'measured' });
        expect(own.traces).toEqual(cell.traces.map(([index]) => atlas.traces[index]?.trace));
      }
    }
  });

  test('judge a measured cell as a run does', () => {
    for (const { run } of shippedRuns()) {
      const key = `${run.header.platform.name}-${run.header.platform.arch}`;
      const wrong = run.scenarios.filter(({ id, verdict }) => cellOf(matrix, id, key).verdict !== verdict);
      expect(wrong.map(({ id, verdict }) => `${key} ${id}: ${verdict}`)).toEqual([]);
    }
  });

  test('say of Windows, which no run has measured, what is expected and how it is known', () => {
    expect(matrix.columns.find(({ key }) => key === 'windows')).toMatchObject({ isMeasured: false });
    const cell = cellOf(matrix, 'tcp/reset/unread-data', 'windows');
    expect([cellWords(cell), knownBy(cell)]).toEqual(['WSAECONNRESET every time', 'reported']);
    const pair = cellOf(matrix, 'tcp/reset/pair?state=fresh&first=so_error&second=recv', 'windows');
    expect(knownBy(pair)).toBe('predicted, reported');
  });

  test('tell trials that differ by their counts', () => {
    const scenarios = [measured('tcp/reset/idle', [failed('ECONNRESET', 104), received(0)], [received(0), received(0)])].map((one) => scenarioOf(LINUX, one));
    const run: Run = { header: headerOf(LINUX, new Date(0), ASKED), scenarios, timings: [], footer: footerOf(scenarios, { ms: 1, interrupted: false }) };
    const cell = cellOf(unpackMatrix(matrixData(mergeRuns([{ run, source: 'a' }]))), 'tcp/reset/idle', 'linux-6.18-x64');
    expect(cellWords(cell)).toBe('1× ECONNRESET, eof / 1× eof every time');
    expect(cell).toMatchObject({ verdict: 'unstable', reason: 'trials differ' });
  });

  test('as a script end neither it nor a line of it', () => {
    const script = dataScript('x', ['</script><!--', '\u2028\u2029']);
    expect(script).not.toMatch(/[<>\u2028\u2029]/);
    expect(JSON.parse(script.replace(/^globalThis\.x = |;\n$/g, ''))).toEqual(['</script><!--', '\u2028\u2029']);
  });
});

describe('what is found', () => {
  test('each word has to be there, in what a scenario is or in what it gives', () => {
    expect(found('unread small')).toEqual(['tcp/reset/unread-data-small-reads']);
    expect(found('unread nonsense')).toEqual([]);
  });

  test('a number finds the code that has it, on any platform, and no other number', () => {
    expect(found('10054')).toEqual(found('wsaeconnreset'));
    expect(found('104')).toContain('tcp/reset/idle');
    expect(found('1005')).toEqual([]);
  });

  test('what people call the same is the same', () => {
    expect(found('rst')).toEqual(found('reset'));
    expect(found('eof')).toEqual(found('fin'));
  });

  test("a platform's name says whose answers are searched", () => {
    expect(found('wine-8.0 econnreset')).not.toContain('tcp/reset/idle');
    expect(found('wine-10 econnreset')).toContain('tcp/reset/idle');
    expect(found('windows overlapped')).not.toEqual([]);
  });

  test('pairs of calls are found where they are asked for', () => {
    expect(found('')).toHaveLength(87);
    expect(found('', { withPairs: true })).toHaveLength(1605);
  });

  test('only what differs: spelling does not count, and what is not known is no difference', () => {
    const windows = { from: 'linux-6.18-x64', beside: 'windows', onlyDifferent: true };
    expect(found('', windows)).toContain('tcp/reset/idle');
    expect(found('', windows)).not.toContain('tcp/idle/recv');
    const [linux, other] = [cellOf(matrix, 'tcp/reset/idle', 'linux-6.18-x64'), cellOf(matrix, 'tcp/reset/idle', 'windows')];
    expect([filter.differ(linux, other), differenceOf(linux, other)]).toEqual([true, 'every time']);
    expect(filter.differ(linux, undefined)).toBe(false);
  });
});
