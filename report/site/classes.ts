import { classesOf } from '../../classification/check.ts';
import { shippedTables, type Table } from '../../classification/table.ts';
import { apiOf } from '../../language/code.ts';
import { traceWords } from '../trace-words.ts';
import type { Column } from './columns.ts';

/** The tables that are not superseded, by library. */
let byLibrary: ReadonlyMap<string, readonly Table[]> | undefined;

function libraries(): ReadonlyMap<string, readonly Table[]> {
  if (byLibrary === undefined) {
    const own = new Map<string, Table[]>();
    for (const table of shippedTables()) if (table.superseded !== true) own.set(table.name, [...(own.get(table.name) ?? []), table]);
    byLibrary = own;
  }
  return byLibrary;
}

export interface LibraryClasses {
  readonly library: string;
  /** For each column what the library makes of it; undefined where it has no table for that system, or for none of the calls. */
  readonly words: readonly (string | undefined)[];
}

/** Answers of the same names and numbers have the same classes, and pages have the same answers over and over. */
const asked = new Map<string, ReadonlyMap<string, string>>();

/** What each library that comes with sockatlas makes of each column, in its newest tables; a call that is none of a table's is `·`. */
export function classesBy(columns: readonly Column[]): readonly LibraryClasses[] {
  const each = columns.map(classesOfColumn);
  return [...libraries().keys()].flatMap((library) => {
    const own = each.map((one) => one.get(library));
    if (own.every((one) => one === undefined)) return [];
    return [{ library, words: own }];
  });
}

function classesOfColumn({ system, answers }: Column): ReadonlyMap<string, string> {
  const key = JSON.stringify([system, answers.map((answer) => answer && [answer.on, answer.call, answer.ret, answer.code])]);
  const known = asked.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, string>();
  for (const [library, tables] of libraries()) {
    const own = tables.filter(({ api }) => api === apiOf({ id: system }));
    const classes = answers.map((answer) => {
      if (answer === undefined || answer.on !== 'S') return undefined;
      for (const table of own) {
        const [name] = classesOf(table, system, [answer]);
        if (name !== undefined) return name;
      }
      return undefined;
    });
    if (classes.every((one) => one === undefined)) continue;
    made.set(library, traceWords(classes.map((one) => one ?? '·')));
  }
  asked.set(key, made);
  return made;
}
