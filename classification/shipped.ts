import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { inRange } from '../platforms/version.ts';
import { type Checked, checkedTable } from './checked.ts';
import { type Shipped, shippedFiles } from './table.ts';
import { APIS, type Table } from './table-schema.ts';

/** A name of tables that come with sockatlas, in its parts: `mongoose`, `mongoose@7.16`, `mongoose@7.16/winsock`. */
const NAME = new RegExp(`^([a-z0-9][a-z0-9._-]*?)(?:@([0-9][0-9.]*|[^/]+))?(?:/(${APIS.join('|')}))?$`);

/** The tables that a name means, by library: of one version, or of one label (`7.10–7.21`), where that is given. Empty for what is no such name. */
export function shippedNamed(name: string): Checked[] {
  const [, library, version, api] = NAME.exec(name) ?? [];
  const matches = ({ table }: Shipped) =>
    table.name === library &&
    (api === undefined || table.api === api) &&
    (version === undefined || table.label === version || inRange(version, table.versions));
  return shippedFiles().filter(matches).map(checkedShipped);
}

export function checkedShipped({ table, file }: Shipped): Checked {
  const path = join(packageRoot, 'classification', 'tables', file);
  return checkedTable(table, path, readFileSync(path, 'utf8'));
}

/** The libraries that have tables. */
export function libraries(): string[] {
  return [...new Set(shippedFiles().map(({ table }: { table: Table }) => table.name))];
}
