import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codes } from '../platforms/codes.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { inRange } from '../platforms/version.ts';
import { type Checked, checkedTable } from './checked.ts';
import { type Shipped, shippedFiles } from './table.ts';
import type { Table } from './table-schema.ts';
import { APIS, oldest } from './table-terms.ts';

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
  const path = join(packageRoot, 'classification', 'tables', file);
  return checkedTable(table, codes, path, readFileSync(path, 'utf8'));
}

/** The libraries that have tables. */
export function libraries(): string[] {
  return [...new Set(shippedFiles().map(({ table }: { table: Table }) => table.name))];
}
