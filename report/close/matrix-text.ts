import { isNever, type Matrix, type MatrixCell } from '../../classification/policies/matrix.ts';
import { evidencePhrase } from '../../language/evidence.ts';
import type { Layout } from '../grid.ts';
import { markdownTable } from '../markdown-text.ts';
import { paragraph, visibleWidth } from '../text.ts';
import { columnWidths, type Paint, type Row, tableLines } from '../text-table.ts';
import { unique } from './played.ts';
import { outcomeCell } from './words.ts';

/** The matrix for people: as text, as Markdown. */

type Column = Matrix['columns'][number];
type Section = Matrix['sections'][number];

const NO_BUILD = '–';
const GAP = '  ';

const MATRIX_LEGEND = `A number: the poll in which it closes; 1 is the first poll after the peer has reset or closed the connection. ${NO_BUILD}: there is no such build. ?: not known.`;

export function prettyMatrix(matrix: Matrix, { width, paint }: Layout): string {
  const parts = fittingParts(matrix, width).flatMap((columns) => [...partLines(matrix, columns, width, paint), '']);
  const notes = [MATRIX_LEGEND, ...assumedNote(matrix), evidenceLine(matrix)].map((line) => paragraph(line, width));
  return [paint('bold', paragraph(titleOfMatrix(matrix), width)), '', ...parts, ...notes, ''].join('\n');
}

export function markdownMatrix(matrix: Matrix, only: (section: Section) => boolean = () => true): string {
  return matrix.sections
    .filter(only)
    .flatMap((section) => [
      ...markdownTable(
        [sectionTitle(section), ...matrix.columns.map(({ platform, io }) => `${platform} ${io}`)],
        section.rows.map(({ versions, cells }) => [versionsText(versions), ...cells.map((one) => (isNever(one) ? `**${cellText(one)}**` : cellText(one)))]),
      ),
      '',
    ])
    .join('\n');
}

/** The legend and what it rests on, for a page. */
export function matrixNotes(matrix: Matrix): string {
  return [MATRIX_LEGEND, ...assumedNote(matrix), evidenceLine(matrix)].join(' ');
}

/** `linux-6.18: measured here; windows: documented.` */
function evidenceLine({ columns }: Pick<Matrix, 'columns'>): string {
  const platforms = new Map(columns.map(({ platform, evidence }) => [platform, evidence]));
  return `${[...platforms].map(([platform, evidence]) => `${platform}: ${evidencePhrase(evidence)}`).join('; ')}.`;
}

function titleOfMatrix({ library, scenario }: Matrix): string {
  return `${library.replace(/^./, (letter) => letter.toUpperCase())}: in which poll it closes the connection, in ${scenario}`;
}

export function sectionTitle({ transport, bufferedTlsBytes }: Pick<Section, 'transport' | 'bufferedTlsBytes'>): string {
  if (transport === 'plain') return 'without TLS';
  return `TLS by ${transport}${bufferedTlsBytes > 0 ? ', an incomplete record buffered' : ''}`;
}

function assumedNote({ columns }: Matrix): string[] {
  const assumed = unique(columns.filter(({ readiness }) => readiness === 'assumed').map(({ platform, io }) => `${io} on ${platform}`));
  return assumed.length === 0
    ? []
    : [`In this scenario it is not known what these calls report: ${assumed.join(', ')}. The socket is assumed to be readable, without an error.`];
}

export function versionsText(versions: readonly string[]): string {
  return versions.length === 1 ? `${versions[0]}` : `${versions[0]}–${versions.at(-1)}`;
}

export function cellText(cell: MatrixCell): string {
  switch (cell.end) {
    case 'no-build':
      return NO_BUILD;
    case 'several':
      return unique(cell.ends.map(outcomeCell)).join(' or ');
    default:
      return outcomeCell(cell);
  }
}

/** All columns where they fit; else platform by platform, as many as fit, one below the other. */
function fittingParts(matrix: Matrix, width: number): (readonly number[])[] {
  const platforms = unique(matrix.columns.map(({ platform }) => platform)).map((name) =>
    matrix.columns.flatMap(({ platform }, i) => (platform === name ? [i] : [])),
  );
  const parts: number[][] = [];
  for (const columns of platforms) {
    const last = parts.at(-1);
    if (last !== undefined && fits(matrix, [...last, ...columns], width)) last.push(...columns);
    else parts.push(columns);
  }
  return parts;
}

function fits(matrix: Matrix, columns: readonly number[], width: number): boolean {
  return spread(matrix, columns).reduce((sum, w) => sum + w, 0) + GAP.length * columns.length <= width;
}

/** How wide each column is: a platform's name stands over all of its columns, the last of which makes room for it. */
function spread(matrix: Matrix, columns: readonly number[]): number[] {
  const [first = 0, ...widths] = columnWidths(rowsOf(matrix, columns), Number.POSITIVE_INFINITY) ?? [];
  const wide = [...widths];
  for (const { name, at } of namesOver(matrix, columns)) {
    const own = at.reduce((sum, i) => sum + (wide[i] ?? 0), 0) + GAP.length * (at.length - 1);
    const last = at.at(-1) ?? 0;
    wide[last] = (wide[last] ?? 0) + Math.max(0, visibleWidth(name) - own);
  }
  return [first, ...wide];
}

/** Each platform once, and which of the part's columns are its. */
function namesOver(matrix: Matrix, columns: readonly number[]): { name: string; at: number[] }[] {
  const names = columns.map((i) => (matrix.columns[i] as Column).platform);
  return unique(names).map((name) => ({ name, at: names.flatMap((other, i) => (other === name ? [i] : [])) }));
}

function rowsOf({ sections, columns: all }: Matrix, columns: readonly number[]): Row[] {
  return [
    ['', ...columns.map((i) => (all[i] as Column).io)],
    ...sections.flatMap(({ rows }) =>
      rows.map(
        ({ versions, cells }): Row => [
          `  ${versionsText(versions)}`,
          ...columns.map((i) => {
            const cell = cells[i] as MatrixCell;
            return { text: cellText(cell), style: isNever(cell) ? ('red' as const) : undefined };
          }),
        ],
      ),
    ),
  ];
}

function partLines(matrix: Matrix, columns: readonly number[], width: number, paint: Paint): string[] {
  const widths = spread(matrix, columns);
  const [first = 0] = widths;
  const names = namesOver(matrix, columns).map(({ name, at }) => {
    const own = at.reduce((sum, i) => sum + (widths[i + 1] ?? 0), 0) + GAP.length * (at.length - 1);
    return paint('bold', name) + ' '.repeat(Math.max(0, own - visibleWidth(name)));
  });
  const [methods = '', ...lines] = tableLines(rowsOf(matrix, columns), { width, paint, columns: widths }) ?? [];
  let at = 0;
  const sections = matrix.sections.flatMap((section) => {
    const own = lines.slice(at, at + section.rows.length);
    at += section.rows.length;
    return ['', paint('bold', sectionTitle(section)), ...own];
  });
  return [[' '.repeat(first), ...names].join(GAP).trimEnd(), methods, ...sections];
}
