import { isPair } from '../../../language/pairs.ts';
import { sameBehaviour } from '../../../results/same-behaviour.ts';
import type { Matrix, MatrixCell, MatrixColumn, MatrixRow } from '../matrix-format.ts';

/** Which part of the matrix is shown. '' is any. */
export interface Wanted {
  readonly text: string;
  readonly event: string;
  readonly call: string;
  readonly verdict: string;
  /** The key of the column that the others are compared with. */
  readonly from: string;
  /** The key of the only column that stands beside it. */
  readonly beside: string;
  readonly onlyDifferent: boolean;
  readonly withPairs: boolean;
}

export const ANYTHING: Wanted = { text: '', event: '', call: '', verdict: '', from: '', beside: '', onlyDifferent: false, withPairs: false };

/** What people call the same. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['rst', 'reset'],
  ['fin', 'eof', 'close'],
  ['eagain', 'ewouldblock', 'would-block', 'wouldblock'],
];
/** A word of a platform's name has so many letters at least. */
const SHORTEST_NAME = 3;

export class MatrixFilter {
  /** All that are recorded on S, by name. */
  readonly calls: readonly string[];
  readonly verdicts: readonly string[];
  readonly #matrix: Matrix;
  readonly #rowTexts: readonly string[];
  readonly #tokenTexts: readonly string[];
  readonly #numbers: ReadonlyMap<string, readonly number[]>;
  readonly #calls: readonly ReadonlySet<string>[];
  readonly #differences = new Map<MatrixCell, Map<MatrixCell, boolean>>();

  constructor(matrix: Matrix) {
    this.#matrix = matrix;
    this.#rowTexts = matrix.rows.map(({ id, event, steps, why }) => `${id}\n${steps}\n${why}\n${matrix.events.get(event) ?? ''}`.toLowerCase());
    this.#tokenTexts = matrix.tokens.map((token) => token.toLowerCase());
    this.#calls = matrix.rows.map(({ steps }) => callsIn(steps));
    this.#numbers = matrix.codes;
    this.calls = [...new Set(this.#calls.flatMap((calls) => [...calls]))].sort();
    this.verdicts = [...new Set(matrix.cells.flatMap(({ verdict }) => verdict ?? []))].sort();
  }

  /** The one that is compared with first, then the others. */
  columns({ from, beside }: Pick<Wanted, 'from' | 'beside'>): readonly MatrixColumn[] {
    const { columns } = this.#matrix;
    const reference = columns.find(({ key }) => key === from) ?? columns.find(({ platform }) => platform === 'linux') ?? columns[0];
    const only = columns.find((column) => column.key === beside && column !== reference);
    return reference === undefined ? [] : [reference, ...(only === undefined ? columns.filter((column) => column !== reference) : [only])];
  }

  rows(wanted: Wanted): readonly MatrixRow[] {
    const columns = this.columns(wanted).map((column) => this.#matrix.columns.indexOf(column));
    const has = this.#finder(wanted.text, columns);
    return this.#matrix.rows.filter(
      (row, i) =>
        (wanted.withPairs || !isPair(row.id)) &&
        (wanted.event === '' || row.event === wanted.event) &&
        (wanted.call === '' || this.#calls[i]?.has(wanted.call) === true) &&
        (wanted.verdict === '' || columns.some((column) => row.cells[column]?.verdict === wanted.verdict)) &&
        has(row, i) &&
        (!wanted.onlyDifferent || this.#isDifferent(row, columns)),
    );
  }

  /** Whether two cells are known, and are not the same behaviour. */
  differ(reference: MatrixCell | undefined, cell: MatrixCell | undefined): boolean {
    if (reference === undefined || cell === undefined || reference === cell || isUnsupported(reference) || isUnsupported(cell)) return false;
    const known = this.#differences.get(reference) ?? new Map<MatrixCell, boolean>();
    this.#differences.set(reference, known);
    let differ = known.get(cell);
    if (differ === undefined) {
      differ = sameBehaviour(reference, cell) === false;
      known.set(cell, differ);
    }
    return differ;
  }

  #isDifferent({ cells }: MatrixRow, [reference, ...others]: readonly number[]): boolean {
    return others.some((other) => this.differ(cells[reference as number], cells[other]));
  }

  /** Each word is in what a row is, or in what one of the platforms answers; a word that is a platform's name says of which platforms. */
  #finder(text: string, columns: readonly number[]): (row: MatrixRow, index: number) => boolean {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return () => true;
    const isNamed = (column: number, word: string) => this.#matrix.columns[column]?.key.toLowerCase().startsWith(word) === true;
    const names = words.filter((word) => word.length >= SHORTEST_NAME && columns.some((column) => isNamed(column, word)));
    const asked = names.length === 0 ? columns : columns.filter((column) => names.some((word) => isNamed(column, word)));
    const others = words.filter((word) => !names.includes(word)).map((word) => this.#word(word));
    return ({ cells }, i) => {
      const answers = asked.flatMap((column) => cells[column] ?? []).filter((cell) => cell.traces.length > 0 || cell.ended !== undefined);
      if (answers.length === 0 && names.length > 0) return false;
      return others.every(({ inText, inCell }) => inText(this.#rowTexts[i] as string) || answers.some(inCell));
    };
  }

  #word(word: string) {
    const spellings = SYNONYMS.find((group) => group.includes(word)) ?? [word];
    const inText = (text: string) => spellings.some((spelling) => text.includes(spelling));
    const isNumber = /^\d+$/.test(word);
    const namesOf = (token: string) => token.split(/[^A-Za-z\d_]+/);
    const hasToken = this.#matrix.tokens.map((token, i) => {
      if (isNumber) return namesOf(token).some((name) => this.#numbers.get(name)?.includes(Number(word)) === true);
      return inText(this.#tokenTexts[i] as string);
    });
    const hasTrace = this.#matrix.traces.map((trace) => trace.some((token) => hasToken[token] === true));
    const inCell = ({ indices, verdict, evidence }: MatrixCell) => indices.some((trace) => hasTrace[trace] === true) || verdict === word || evidence === word;
    return { inText, inCell };
  }
}

export function isUnsupported({ ended }: MatrixCell): boolean {
  return ended === 'unsupported';
}

/** The calls on S: `recv`, of `(S recv 4 ×2)`. */
function callsIn(steps: string): ReadonlySet<string> {
  return new Set([...steps.matchAll(/(?:^|[;:(]\s*)S (\w+)/g)].map(([, call]) => call as string));
}
