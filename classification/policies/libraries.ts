import { readData } from '../../platforms/package-root.ts';
import { shippedTables } from '../table.ts';
import type { LibraryPolicies } from './build.ts';
import { librarySchema } from './library-data.ts';

/** The libraries whose way to close is known: each has a file here. */
export const POLICY_LIBRARIES = ['mongoose'] as const;
export type PolicyLibrary = (typeof POLICY_LIBRARIES)[number];

const loaded = new Map<string, LibraryPolicies>();

/** How a library decides to close, from its file here, and its tables. @throws ZodError for a file that is not of the schema */
export function policiesOf(name: PolicyLibrary): LibraryPolicies {
  let library = loaded.get(name);
  if (library === undefined) {
    const data = librarySchema.parse(readData('classification', 'policies', `${name}.json`));
    library = { data, tables: shippedTables().filter((table) => table.name === name) };
    loaded.set(name, library);
  }
  return library;
}
