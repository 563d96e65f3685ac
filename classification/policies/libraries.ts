import { readData } from '../../platforms/package-root.ts';
import { shippedTables } from '../table.ts';
import type { LibraryPolicies } from './build.ts';
import { rulesSchema } from './rules.ts';

const loaded = new Map<string, LibraryPolicies>();

/** A library whose way to close is known, from its file here and its tables. @throws ZodError for a file that is not of the schema */
export function policiesOf(name: 'mongoose'): LibraryPolicies {
  let library = loaded.get(name);
  if (library === undefined) {
    const rules = rulesSchema.parse(readData('classification', 'policies', `${name}.json`));
    library = { rules, tables: shippedTables().filter((table) => table.name === name) };
    loaded.set(name, library);
  }
  return library;
}
