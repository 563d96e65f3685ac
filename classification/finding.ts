import type { Sighting } from './answer.ts';
import type { Checked, Reading } from './checked.ts';
import type { Level, Rule } from './rules/rule.ts';

/** Where in a table's file. */
export interface Place {
  readonly checked: Checked;
  /** JSON pointer; undefined where the file has no rows to point at. */
  readonly pointer?: string;
}

/** One fault of one table. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Level;
  readonly at: Place;
  /** What a fault of the rows is; absent where the observation says it all. */
  readonly detail?: string;
  /** What was made of the answer. */
  readonly reading?: Reading;
  /** The observations that prove it: one a platform, the first that was found. None where the rows show it by themselves. */
  readonly seen: readonly Sighting[];
  /** The other row, or the other table, that has to do with it. */
  readonly other?: Place & { readonly reading?: Reading; readonly seen?: Sighting };
}

export function rowPlace(checked: Checked, row: number | undefined, code?: number): Place {
  if (row === undefined) return { checked };
  return { checked, pointer: code === undefined ? `/rows/${row}` : `/rows/${row}/codes/${code}` };
}
