import { painter } from './paint.ts';
import { paragraph, terminalWidth } from './text.ts';
import { type Cell, columnWidths, type Paint, type Row, type Style, tableLines } from './text-table.ts';

/** Scenarios by event, and what each of some sides does in them. */
export interface Grid {
  /** The sides, as headings. */
  readonly headings: readonly string[];
  readonly events: readonly GridEvent[];
}

export interface GridEvent {
  /** `tcp/reset`. */
  readonly event: string;
  /** What has happened, in a few words. */
  readonly about: string;
  readonly rows: readonly GridRow[];
  /** What is said below the rows. */
  readonly notes: readonly string[];
}

export interface GridRow {
  /** The case, without its event. */
  readonly name: string;
  readonly cells: readonly Cell[];
  /** In what the cells differ, or what is wrong. */
  readonly mark: Cell;
  /** Lines of its own below it. */
  readonly details?: readonly string[];
}

export interface Layout {
  readonly width: number;
  readonly paint: Paint;
}

/** How a text report is laid out for a stream, as wide as stdout is; `{}` for a file. */
export function layoutOf(stream: { readonly isTTY?: boolean }): Layout {
  return { paint: painter(stream), width: terminalWidth() };
}

/** A column narrower than this reads worse than a line of its own. */
const NARROWEST_COLUMN = 18;
const INDENT = '  ';

/** The grid as lines, no wider than the layout: in columns, or, where they would be too narrow, a line for each side. */
export function gridLines(grid: Grid, { width, paint }: Layout): string[] {
  const headings = ['', ...grid.headings.map((text): Cell => ({ text, style: 'gray' }))];
  const rows = grid.events.flatMap((event) => event.rows.map(asRow));
  const columns = columnWidths([headings, ...rows], width - INDENT.length);
  const narrowest = Math.min(...(columns?.slice(1, 1 + grid.headings.length) ?? [0]));
  const needed = Math.min(NARROWEST_COLUMN, ...grid.headings.map((_, i) => rows.reduce((most, row) => Math.max(most, (row[i + 1] as Cell).text.length), 0)));
  if (columns !== undefined && narrowest >= needed) {
    const lines = (some: readonly Row[]) => tableLines(some, { width, paint, indent: INDENT, columns }) ?? [];
    return grid.events.flatMap((event) => [
      ...title(event, paint, width),
      ...(event.rows.length > 0 ? lines([headings]) : []),
      ...event.rows.flatMap((row) => [...lines([asRow(row)]), ...details(row, width)]),
      ...notes(event, width),
      '',
    ]);
  }
  return grid.events.flatMap((event) => [
    ...title(event, paint, width),
    ...event.rows.flatMap((row) => stacked(row, grid.headings, { width, paint })),
    ...notes(event, width),
    '',
  ]);
}

function notes(event: GridEvent, width: number): string[] {
  return event.notes.map((note) => paragraph(INDENT + note, width, INDENT + INDENT));
}

function details({ details: lines = [] }: Pick<GridRow, 'details'>, width: number): string[] {
  return lines.map((line) => paragraph(INDENT + INDENT + line, width, INDENT + INDENT + INDENT));
}

function asRow({ name, cells, mark }: GridRow): Row {
  return [{ text: name }, ...cells, mark];
}

function title({ event, about }: GridEvent, paint: Paint, width: number): string[] {
  const text = about === '' || event.length + about.length + 2 > width ? event : `${event}: ${about}`;
  return [text.replace(event, () => paint('bold', event))];
}

/** A scenario as a heading with a line for each side below it. */
function stacked({ name, cells, mark, details: own = [] }: GridRow, headings: readonly string[], { width, paint }: Layout): string[] {
  const rows = cells.map((cell, i): Row => [{ text: headings[i] ?? '', style: 'gray' as Style }, cell]);
  const lines = tableLines(rows, { width, paint, indent: INDENT + INDENT }) ?? rows.map(([, cell]) => `${INDENT}${INDENT}${(cell as Cell).text}`);
  const marked = mark.text === '' ? '' : `  ${mark.style === undefined ? mark.text : paint(mark.style, mark.text)}`;
  return [`${INDENT}${name}${marked}`, ...lines, ...details({ details: own }, width)];
}
