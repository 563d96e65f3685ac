import { brief, readBounded } from '../platforms/bounded.ts';
import { codes } from '../platforms/codes.ts';
import { JsonFileError } from '../platforms/file-errors.ts';
import { parseJson } from '../platforms/json-file.ts';
import { jsonLines } from '../platforms/json-lines.ts';
import { type Checked, checkedTable } from './checked.ts';
import { tableSchema } from './table-schema.ts';

/** A table of the user's that cannot be used. The message names the file, and the line and the field where there is one. */
export class TableError extends Error {
  override readonly name = 'TableError';
  readonly code = 'SOCKATLAS_TABLE';
}

/** Tables may come from other people. A file that is larger than any real table is refused before it is parsed. */
const MAX_BYTES = 1024 * 1024;

/** A table in a JSON file. @throws TableError */
export function readTable(file: string): Checked {
  return asTableError(() => tableOf(readBounded(file, { maxBytes: MAX_BYTES, what: 'a table', Refused: JsonFileError }), file));
}

/** A table as JSON text, which `name` is the name of in messages. @throws TableError */
export function tableIn(text: string, name: string): Checked {
  return asTableError(() => tableOf(text, name));
}

function tableOf(text: string, name: string): Checked {
  const table = parseJson(text, name, tableSchema);
  jsonLines(text, (pointer, line) => {
    throw new JsonFileError(`${name}:${line}: ${brief(pointer, 200)} is there twice`);
  });
  return checkedTable(table, codes, name, text);
}

function asTableError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonFileError) throw new TableError(error.message);
    throw error;
  }
}
