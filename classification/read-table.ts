import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Checked, checkedTable } from './checked.ts';
import { jsonLines, lineOf, pointerOf } from './json-lines.ts';
import { tableSchema } from './table-schema.ts';

/** A table of the user's that cannot be used. The message names the file, and the line and the field where there is one. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

/** Tables come from elsewhere: what is larger than any honest one is refused before it is looked at. */
const MAX_BYTES = 1024 * 1024;
/** JSON.parse, and what looks at its result, go down as deep as the text does. */
const MAX_DEPTH = 20;
const MOST_COMPLAINTS = 10;

/** A table in a JSON file. @throws TableError */
export function readTable(file: string): Checked {
  const text = readBounded(file);
  const value = parse(text, file);
  const parsed = tableSchema.safeParse(value);
  if (!parsed.success) {
    const lines = jsonLines(text);
    const { issues } = parsed.error;
    const complaints = issues
      .slice(0, MOST_COMPLAINTS)
      .map(({ path, message }) => `${file}:${lineOf(lines, pointerOf(path))}: ${pointerOf(path) || 'the table'}: ${message}`);
    if (issues.length > MOST_COMPLAINTS) complaints.push(`… and ${issues.length - MOST_COMPLAINTS} more`);
    throw new TableError(complaints.join('\n'));
  }
  return checkedTable(parsed.data, file, text);
}

function parse(text: string, file: string): unknown {
  if (depthOf(text) > MAX_DEPTH) throw new TableError(`${file}: nested more than ${MAX_DEPTH} deep; a table is not`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TableError(`${file}: no JSON: ${(error as Error).message}`);
  }
}

/** How deep brackets nest, at most; those inside of strings count too, which no honest table minds. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

function readBounded(file: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new TableError(`${file}: not a file`);
    if (stat.size > MAX_BYTES) throw new TableError(`${file}: ${stat.size} bytes; a table has at most ${MAX_BYTES}`);
    return readFileSync(fd, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(`${file}: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
