import { resolve } from 'node:path';
import { readTable, TableError } from '../classification/read-table.ts';
import { libraries, shippedNamed, type Table, tablesOf } from '../classification/table.ts';
import { apiOf } from '../language/code.ts';
import { nearest } from '../platforms/nearest.ts';
import { type View, viewOf } from '../report/view.ts';
import type { Run } from '../results/schema.ts';
import { DEFAULT_LIBRARY } from './default-library.ts';
import { UsageError } from './errors.ts';
import { say } from './output.ts';

export interface ClassesOption {
  /** Tables whose classes are shown call by call: names (mongoose@7.16), or .json files. */
  readonly classes?: readonly string[];
}

/** How runs are held against tables: those of --classes, which are then shown, or the default library's, of which only wrong classes are. @throws UsageError */
export function viewer({ classes = [] }: ClassesOption): (run: Run) => View {
  const shown = classes.length > 0;
  const tables = shown ? classes.flatMap(tablesNamed) : [...tablesOf(DEFAULT_LIBRARY, 'posix'), ...tablesOf(DEFAULT_LIBRARY, 'winsock')];
  return (run) => {
    const view = viewOf(run, tables, shown);
    const { platform } = run.header;
    if (view.tables.length === 0) say(`--classes: no table has the codes of ${apiOf(platform)}, so there are no classes for ${platform.name}`);
    return view;
  };
}

function tablesNamed(name: string): Table[] {
  if (name.endsWith('.json')) {
    try {
      return [readTable(resolve(name))].flatMap(({ rows }) => rows?.table ?? []);
    } catch (error) {
      if (error instanceof TableError) throw new UsageError(`--classes: ${error.message}`);
      throw error;
    }
  }
  const found = shippedNamed(name).flatMap(({ rows }) => rows?.table ?? []);
  if (found.length > 0) return found;
  throw new UsageError(
    `--classes ${JSON.stringify(name)}: no such table. Name a .json file or a table that comes with sockatlas (mongoose@7.16); the nearest: ` +
      `${nearest(libraries(), name).join(', ')}. For a module or a shared library, use sockatlas check`,
  );
}
