import type { CodePlatform } from '../../language/code.ts';
import type { Rows } from '../checked.ts';

/** How bad a finding is, worst last. SARIF has the same three. */
export const LEVELS = ['note', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** What a table, or a function, is checked by. */
export interface Rule {
  /** Stable: people's own lists name it. */
  readonly id: string;
  /** The worst level that it gives. */
  readonly level: Level;
  /** What is wrong, in a sentence. */
  readonly says: string;
  /** What happens to a program that relies on it, in a sentence or two. */
  readonly follows: string;
}

/** A fault that the rows show by themselves. */
export interface RowFault {
  readonly level: Level;
  readonly row: number;
  /** Which of the row's codes; absent where it is the row as a whole. */
  readonly code?: number;
  /** Which, in words. */
  readonly detail: string;
  /** Another row that has to do with it. */
  readonly other?: number;
}

/** Looks at a table's rows, for the platforms of its api. */
export interface RowRule extends Rule {
  find(rows: Rows, platforms: readonly CodePlatform[]): RowFault[];
}
