import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodePlatform } from '../language/code.ts';
import { codes } from '../platforms/codes.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { compareVersions, inRange } from '../platforms/version.ts';
import { type Checked, checkedTable } from './checked.ts';
import { type Classify, classifierOf } from './compile.ts';
import { type Table, tableSchema } from './table-schema.ts';
import { APIS, type Api, oldest } from './table-terms.ts';

export type { Classify } from './compile.ts';
export { type Table, tableSchema } from './table-schema.ts';
export { meaningOf, tableId } from './table-terms.ts';

/** A table that comes with sockatlas, and the name of its file in `classification/tables/`. */
export interface Shipped {
  readonly table: Table;
  readonly file: string;
}

const FOLDER = join(packageRoot, 'classification', 'tables');

let shipped: readonly Shipped[] | undefined;

/** The tables that come with sockatlas, by library, oldest version first. @throws ZodError for one that is not of the schema */
export function shippedFiles(): readonly Shipped[] {
  shipped ??= readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ table: tableSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))), file }))
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

/** A name of tables that come with sockatlas, in its parts: `mongoose`, `mongoose@7.16`, `mongoose@7.16/winsock`. */
const NAME = new RegExp(`^([a-z0-9][a-z0-9._-]*?)(?:@([0-9][0-9.]*|[^/]+))?(?:/(${APIS.join('|')}))?$`);

/**
 * The tables that a name means, by library: of one version, or of one label (`7.10–7.21`), where that is given. A patch level is understood (`7.16.0`), a
 * shorter version means all that begin with it (`mongoose@7`), and case does not matter. Empty for what is no such name, and for a version that no table is of.
 */
export function shippedNamed(name: string): Checked[] {
  const [, library, version, api] = NAME.exec(name.toLowerCase()) ?? [];
  const matches = ({ table }: Shipped) =>
    table.name === library && (api === undefined || table.api === api) && (version === undefined || isOfVersion(table, version));
  return shippedFiles().filter(matches).map(checkedShipped);
}

function isOfVersion({ label, versions }: Table, version: string): boolean {
  return label === version || inRange(version, versions) || oldest(versions).startsWith(`${version}.`);
}

/** The versions that a library's tables are of, as people name them, oldest first; empty where it has none. */
export function versionsOf(library: string): string[] {
  const labels = shippedFiles().flatMap(({ table }) => (table.name === library ? [table.label] : []));
  return [...new Set(labels)];
}

export function checkedShipped({ table, file }: Shipped): Checked {
  const path = join(FOLDER, file);
  return checkedTable(table, codes, path, readFileSync(path, 'utf8'));
}

/** The libraries that have tables. */
export function libraries(): string[] {
  return [...new Set(shippedFiles().map(({ table }) => table.name))];
}
