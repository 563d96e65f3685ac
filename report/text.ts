import { stripVTControlCharacters } from 'node:util';
import { Help } from 'commander';

/** Text for a terminal: how wide it is, how it wraps. */

/** Where there is no terminal to ask. */
const WIDTH = 100;
/** Narrower than this nothing can be laid out; wider, a table would be mostly blanks. */
const NARROWEST = 40;
const WIDEST = 1000;

/** Columns that a line may take: the terminal's, or COLUMNS where that is set, or `otherwise`. */
export function terminalWidth(stream: { readonly columns?: number } = process.stdout, otherwise = WIDTH): number {
  const asked = Number(process.env.COLUMNS);
  return Math.min(WIDEST, Math.max(NARROWEST, stream.columns ?? (Number.isInteger(asked) && asked > 0 ? asked : otherwise)));
}

/** Columns that a text takes; escape sequences for colours take none. */
export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

const help = new Help();
help.minWidthToWrap = 1;

/** Stands for a space that no line is broken at: as wide as one, and no space to what wraps. */
const GLUE = '\ue000';
/** `eof ×4`, `every time`: read as one. */
const TOGETHER = / (?=×\d)|(?<=\bevery) (?=time\b)/g;

/** The parts of a text that stay on one line; an indent belongs to the first. */
export function words(text: string): string[] {
  return text.replace(TOGETHER, GLUE).split(/(?<=\S) +/);
}

/** The text in lines of at most `width` columns, broken at spaces; a word that is longer stays whole. */
export function wrap(text: string, width: number): string[] {
  return help.boxWrap(text.replace(TOGETHER, GLUE), Math.max(1, width)).replaceAll(GLUE, ' ').split('\n');
}

/** A paragraph, each line after the first indented by `hang`. */
export function paragraph(text: string, width: number, hang = ''): string {
  const [first = '', ...others] = wrap(text, width);
  const rest = others.length === 0 ? [] : wrap(others.join(' '), width - hang.length);
  return [first, ...rest.map((line) => hang + line)].join('\n');
}

/** A line that may be indented as a paragraph that hangs below its first word. */
export function hanging(line: string, width: number): string {
  return paragraph(line, width, `${/^ */.exec(line)}  `);
}

/** `1 poll`, `2 polls`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
