import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CodePlatform } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import { packageRoot, readData } from '../platforms/package-root.ts';
import { compareVersions, inRange } from '../platforms/version.ts';
import { type Classify, classifierOf } from './compile.ts';
import { type Table, tableSchema } from './table-schema.ts';
import { type Api, oldest } from './table-terms.ts';

export type { Classify } from './compile.ts';
export { type Table, tableSchema } from './table-schema.ts';
export { meaningOf, tableId } from './table-terms.ts';

/** A table that comes with sockatlas, and the name of its file in `classification/tables/`. */
export interface Shipped {
  readonly table: Table;
  readonly file: string;
}

let shipped: readonly Shipped[] | undefined;

/** The tables that come with sockatlas, by library, oldest version first. @throws ZodError for one that is not of the schema */
export function shippedFiles(): readonly Shipped[] {
  shipped ??= readdirSync(join(packageRoot, 'classification', 'tables'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ table: tableSchema.parse(readData('classification', 'tables', file)), file }))
    // File names sort 7.10 before 7.9.
    .sort((a, b) => a.table.name.localeCompare(b.table.name) || compareVersions(oldest(a.table.versions), oldest(b.table.versions)));
  return shipped;
}

export function shippedTables(): readonly Table[] {
  return shippedFiles().map(({ table }) => table);
}

/** A library's tables for an api, oldest first: those of one version where it is given, else those that are not superseded. */
export function tablesOf(name: string, api: Api, version?: string): readonly Table[] {
  return shippedTables().filter(
    (table) => table.name === name && table.api === api && (version === undefined ? table.superseded !== true : inRange(version, table.versions)),
  );
}

/** The table as a function over a platform's numbers. @throws RangeError for a code name that the platform's list lacks */
export function classifier(table: Table, platform: CodePlatform): Classify {
  return classifierOf(table, codes, platform);
}
