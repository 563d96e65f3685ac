import type { Checked } from '../classification/checked.ts';
import { platformsOf } from '../classification/checked.ts';
import { type Question, readingOf, USUAL_CALLS } from '../classification/checked-function.ts';
import { readTable, TableError, tableIn } from '../classification/read-table.ts';
import { LEVELS, type Level } from '../classification/rules/rule.ts';
import { libraries, shippedNamed, type Table } from '../classification/table.ts';
import type { Api, TableCall } from '../classification/table-terms.ts';
import { evidenceOn, heldTo } from '../cli/check-evidence.ts';
import { UsageError } from '../cli/errors.ts';
import { type CodeSystem, codeSystem, type Meaning } from '../language/code.ts';
import { nearest } from '../platforms/nearest.ts';
import { failing } from '../report/findings/check-report.ts';
import { type FindingsDocument, findingsDocument } from '../report/findings/json.ts';
import { platformsAsked } from './asked.ts';

/** A table as a function, as a module that `sockatlas check` reads exports it. It is called in this process. */
export interface TableFunction {
  /** What messages call it. */
  readonly name?: string;
  /** The class of what a call returned: `ret`, and errno or WSAGetLastError(). */
  classify(ret: number, code: number, call: TableCall, platform: CodeSystem): string | number;
  /** What the classes mean; without it classify gives a meaning itself. */
  readonly classes?: Readonly<Record<string, Meaning>>;
  /** `recv` and `send` where absent. */
  readonly calls?: readonly TableCall[];
  /** Whose codes it knows; both where absent. */
  readonly api?: 'posix' | 'winsock';
}

export interface CheckOptions {
  /** Only against these platforms: `windows`, `wine-10.0`; all where absent. */
  readonly on?: readonly string[];
  /** The lowest level that counts as failing; `warning` where absent. */
  readonly level?: Level;
}

/** What was found, as `sockatlas check --format json` has it, and whether anything fails. */
export interface Check extends FindingsDocument {
  readonly passes: boolean;
}

/**
 * Holds a classification table against what every platform is expected to return, and what runs recorded. A table is the name of one that comes with sockatlas (`mongoose@7.16`), the path of a
 * .json file, a table, or a function.
 *
 * @throws UsageError for a name that is none, for a platform of which nothing is known, and where none is named
 * @throws TableError for a file or an object that is no table, and for a function that throws or gives what is no class
 */
export function check(table: string | Table | TableFunction, { on, level = 'warning' }: CheckOptions = {}): Check {
  if (!LEVELS.includes(level)) throw new UsageError(`level: ${JSON.stringify(level)} is none of ${LEVELS.join(', ')}`);
  const evidence = evidenceOn(on === undefined ? [] : platformsAsked(on));
  const tables = checkedTables(table);
  const report = heldTo(evidence, tables, level);
  if (report.returnValues === 0)
    throw new UsageError(`${tables[0]?.id}: nothing that ${on?.join(', ')} returns has its codes: it would be checked against nothing`);
  return { ...findingsDocument(report), passes: failing(report).length === 0 };
}

function checkedTables(table: string | Table | TableFunction): readonly Checked[] {
  if (typeof table === 'object' && table !== null)
    return ['classify' in table ? checkedCalls(table) : tableIn(JSON.stringify(table, undefined, 2), table.name ?? 'table')];
  if (typeof table !== 'string') throw new UsageError('table: give the name of one, the path of a .json file, a table, or an object with a function classify');
  if (table.endsWith('.json')) return [readTable(table)];
  const shipped = shippedNamed(table);
  if (shipped.length > 0) return shipped;
  throw new UsageError(`there is no table ${JSON.stringify(table)}; the nearest: ${nearest(libraries(), table).join(', ')}`);
}

function checkedCalls({ name = 'classify', classify, classes = {}, calls = USUAL_CALLS, api }: TableFunction): Checked {
  const classOf = ({ ret, code, call, platform }: Question): string | number => {
    try {
      return classify(ret, code, call, platform);
    } catch (error) {
      throw new TableError(`${name}(${ret}, ${code}, '${call}', '${platform}') threw: ${error}`, { cause: error });
    }
  };
  return {
    ...{ id: name, library: name, versions: '', file: name, calls },
    api: undefined as Api | undefined,
    platforms: platformsOf(api),
    read: (platform, { call, ret, code }) => {
      const question = { platform: codeSystem(platform), call, ret, code };
      return readingOf({ kind: 'module', file: name }, classes, question, classOf(question));
    },
  };
}
