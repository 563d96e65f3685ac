import { type CodePlatform, type Codes, type Meaning, platformsWith } from '../language/code.ts';
import { compile } from './compile.ts';
import type { Returned } from './returned.ts';
import type { Table } from './table-schema.ts';
import { type Api, meaningOf, type TableCall, tableId } from './table-terms.ts';

/** What is made of what a call returned. */
export interface Reading {
  readonly className: string;
  readonly meaning: Meaning;
  /** The row that says so, as an index into the table's; undefined where a function does. */
  readonly row?: number;
}

/** A table's rows, the text that they stand in, and the codes that they name. */
export interface Rows {
  readonly table: Table;
  readonly text: string;
  readonly codes: Codes;
}

/** What is checked: a table of rows, or a function, of which only its results are known. */
export interface Checked {
  /** What messages call it. */
  readonly id: string;
  readonly library: string;
  /** A range, as a table has it. */
  readonly versions: string;
  /** Of a table of rows; a function is asked about numbers. */
  readonly api: Api | undefined;
  /** The platforms with whose return values it is compared. */
  readonly platforms: readonly CodePlatform[];
  readonly calls: readonly TableCall[];
  /** The file that findings point at, absolute. */
  readonly file: string;
  readonly rows?: Rows;
  /** undefined where a function was not asked about that. */
  read(codes: CodePlatform, returned: Pick<Returned, 'call' | 'ret' | 'code'>): Reading | undefined;
}

/** The platforms whose codes an api's tables name. */
export function platformsOf(api: Api | undefined): readonly CodePlatform[] {
  if (api === undefined) return [...platformsWith('posix'), ...platformsWith('winsock')];
  return api === 'posix' || api === 'winsock' ? platformsWith(api) : [];
}

/** A table, ready to be asked. `text` is its file's. */
export function checkedTable(table: Table, codes: Codes, file: string, text: string): Checked {
  const readings: Reading[] = table.rows.map((row, i) => ({ className: row.class, meaning: meaningOf(table, row.class), row: i }));
  return {
    id: tableId(table),
    library: table.name,
    versions: table.versions,
    api: table.api,
    platforms: platformsOf(table.api),
    calls: table.calls,
    file,
    rows: { table, text, codes },
    read: (platform, { ret, code }) => readings[compile(table, codes, platform).rowOf(ret, code)],
  };
}
