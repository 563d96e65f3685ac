import { CODE_PLATFORMS } from '../../language/code.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { expanded } from '../../language/trace.ts';
import { codes } from '../../platforms/codes.ts';
import { EXPECTED_PLATFORMS, expectationFor, NEWEST, patternsOf, type Versions } from '../../platforms/expectation.ts';
import { printable } from '../../platforms/printable.ts';
import type { Atlas, AtlasCell, AtlasPlatform } from '../../results/atlas.ts';
import { judge } from '../../results/judge.ts';
import { trialsOf } from '../../results/trials.ts';
import { stories } from '../../suites/index.ts';
import { eventOf, titleOf } from '../event.ts';
import { callCountOf } from '../side.ts';
import { type MatrixColumn, type MatrixData, type PackedCell, packHow } from './matrix-format.ts';

/** How an expected cell says that it has no trials. */
const NO_TRIALS = -1;

/** What people compare stands side by side. */
const PLATFORMS_SHOWN: readonly string[] = ['linux', 'darwin', 'windows', 'wine'];

type AtlasCells = Atlas['scenarios'][number]['cells'];

/** A column, and where its cells come from. */
interface Source {
  readonly column: MatrixColumn;
  readonly cell: (id: string, own: AtlasCells) => PackedCell | undefined;
}

/** What the matrix shows of an atlas: its platforms, and beside them what is expected of those that no run in it has measured. */
export function matrixData({ platforms, scenarios, traces }: Atlas): MatrixData {
  const [tokens, ownTraces, words, cells] = [new Indexed<string>(), new Indexed<readonly number[]>(), new Indexed<string>(), new Indexed<PackedCell>()];
  const indexOfTrace = (trace: readonly string[]) => ownTraces.of(trace.map((token) => tokens.of(printable(token))));
  const atlasTraces = traces.map(({ trace }) => indexOfTrace(trace));
  const unmeasured = EXPECTED_PLATFORMS.filter((id) => platforms.every(({ platform }) => platform.id !== id));
  const whys = new Map(stories.map(({ id, why }) => [id, why]));

  function measured(id: string, { platform }: AtlasPlatform, cell: AtlasCell): PackedCell {
    const expectation = expectationFor(platform, id)?.expectation;
    const standard = expectation && { patterns: patternsOf(expectation), evidence: expectation.evidence, deviates: expectation.deviates };
    const own = cell.traces.map(([index]) => traces[index]?.trace ?? []);
    const { verdict, reason } = judge(standard, own, cell.ended);
    const said = cell.conflict ? `runs of this platform contradict each other${reason === undefined ? '' : `; ${reason}`}` : reason;
    const counts = cell.traces.length > 1 ? cell.traces.map(([, count]) => count) : 0;
    const indices = cell.traces.map(([index]) => atlasTraces[index] as number);
    const head = [packHow('measured', false), indices, trialsOf(cell), words.of(verdict)] as const;
    if (said !== undefined) return [...head, counts, words.of(printable(said))];
    return counts === 0 ? head : [...head, counts];
  }

  function expected(id: string, versions: Versions): PackedCell | undefined {
    const expectation = expectationFor(versions, id)?.expectation;
    if (expectation === undefined) return undefined;
    const indices = patternsOf(expectation).map((pattern) => indexOfTrace(expanded(pattern, callCountOf(id))));
    return [packHow(expectation.evidence, expectation.model !== undefined), indices, NO_TRIALS, 0];
  }

  const columns: readonly Source[] = [
    ...platforms.map((platform, i): Source => {
      const cell = (id: string, own: AtlasCells) => (own[i] ? measured(id, platform, own[i]) : undefined);
      return { column: measuredColumn(platform), cell };
    }),
    ...unmeasured.map((id): Source => ({ column: expectedColumn(NEWEST[id]), cell: (scenario) => expected(scenario, NEWEST[id]) })),
  ].sort((a, b) => PLATFORMS_SHOWN.indexOf(a.column.platform) - PLATFORMS_SHOWN.indexOf(b.column.platform));

  const rows = scenarios.map(({ id, steps = '', cells: own }) => {
    const packed = columns.map(({ cell }) => cell(id, own));
    return [id, printable(steps), whys.get(id) ?? '', packed.map((cell) => (cell === undefined ? 0 : cells.of(cell) + 1))] as const;
  });
  return {
    columns: columns.map(({ column }) => column),
    tokens: tokens.all,
    traces: ownTraces.all,
    words: words.all,
    cells: cells.all,
    rows,
    events: [...new Set(scenarios.map(({ id }) => eventOf(id)))].map((event) => [event, titleOf(event)]),
    codes: knownCodes(tokens.all),
  };
}

function measuredColumn({ key, platform, runs: [newest] }: AtlasPlatform): MatrixColumn {
  return { key: printable(key), platform: platform.id, isMeasured: true, about: printable(`${platform.os}, ${newest?.started.slice(0, 10) ?? ''}`) };
}

function expectedColumn({ id, build, wine }: Versions): MatrixColumn {
  return { key: id, platform: id, isMeasured: false, about: build === undefined ? (wine ?? '') : `as of build ${build}` };
}

function knownCodes(tokens: readonly string[]): MatrixData['codes'] {
  const names = new Set(tokens.flatMap((text) => namesIn(parseToken(text) ?? { type: 'ok' })));
  return [...names].flatMap((name) => {
    const numbers = CODE_PLATFORMS.flatMap((platform) => codes.named(platform, name)?.number ?? []);
    return numbers.length === 0 ? [] : [[name, [...new Set(numbers)]] as const];
  });
}

/** All codes that a page of the site tells of. */
export function codeNames(): readonly string[] {
  return [...new Set(CODE_PLATFORMS.flatMap((platform) => codes.all(platform).map(({ name }) => name)))];
}

/** Values, each once, by what they are as JSON. */
class Indexed<T> {
  readonly all: T[] = [];
  readonly #indices = new Map<string, number>();

  of(value: T): number {
    const spelling = JSON.stringify(value);
    let index = this.#indices.get(spelling);
    if (index === undefined) {
      index = this.all.push(value) - 1;
      this.#indices.set(spelling, index);
    }
    return index;
  }
}

/** The script that hands a page its data: opened from disk, a page can load nothing else. What would end the script, or a line of it, is written as JSON escapes it. */
export function dataScript(name: string, data: unknown): string {
  const escaped = JSON.stringify(data).replace(/[<>\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `globalThis.${name} = ${escaped};\n`;
}
