import type { styleText } from 'node:util';
import { visibleWidth, words, wrap } from './text.ts';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** A cell: its text, and how each of its lines is painted. */
export interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Row = readonly (Cell | string)[];

export interface TableOptions {
  /** Columns that a line may take in all. */
  readonly width: number;
  readonly paint: Paint;
  readonly indent?: string;
  /** The width of each column, where several tables are to line up; as their cells need it where absent. */
  readonly columns?: readonly number[];
}

const GAP = '  ';

/**
 * Rows as lines, none wider than `width`. If the cells together are too wide, the widest columns become narrower and their cells wrap. undefined if even the
 * longest words do not fit.
 */
export function tableLines(rows: readonly Row[], { width, paint, indent = '', columns }: TableOptions): string[] | undefined {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths = columns ?? columnWidths(cells, width - indent.length);
  return widths && cells.flatMap((row) => rowLines(row, widths, paint).map((line) => indent + line));
}

/** How wide each column of these rows is, in a table of `width`; undefined where not even the longest words fit. */
export function columnWidths(rows: readonly Row[], width: number): number[] | undefined {
  const natural: number[] = [];
  const least: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      const text = typeof cell === 'string' ? cell : cell.text;
      natural[i] = Math.max(natural[i] ?? 0, visibleWidth(text));
      // An indented word needs its indent too.
      for (const word of words(text)) least[i] = Math.max(least[i] ?? 0, visibleWidth(word));
    });
  }
  const room = width - GAP.length * Math.max(0, natural.length - 1);
  // No column is wider than the table, unless a word is.
  const widths = natural.map((w, i) => Math.max(least[i] ?? 0, Math.min(w, room)));
  for (;;) {
    const over = widths.reduce((sum, w) => sum + w, 0) - room;
    if (over <= 0) return widths;
    // The widest of those that can still give way gives way, down to the next widest.
    const open = widths.map((w, i) => ({ w, i })).filter(({ w, i }) => w > (least[i] ?? 0));
    if (open.length === 0) return undefined;
    const widest = Math.max(...open.map(({ w }) => w));
    const one = open.find(({ w }) => w === widest) as { w: number; i: number };
    widths[one.i] = widest - 1;
  }
}

function rowLines(row: readonly Cell[], widths: readonly number[], paint: Paint): string[] {
  const columns = row.map(({ text, style }, i) => {
    const lines = visibleWidth(text) <= (widths[i] ?? 0) ? [text] : wrap(text, widths[i] ?? 0);
    return { lines, style };
  });
  const height = Math.max(1, ...columns.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, n) =>
    columns
      .map(({ lines, style }, i) => {
        const line = lines[n] ?? '';
        const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - visibleWidth(line)));
        return (style === undefined || line === '' ? line : paint(style, line)) + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}
