import type { CodePlatform } from '../../platforms/code.ts';
import type { Answer, Sighting } from '../answer.ts';
import type { Checked, Reading } from '../checked.ts';
import type { Table } from '../table-schema.ts';

/** How bad a finding is, worst last. SARIF has the same three. */
export const LEVELS = ['note', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

interface Said {
  /** Stable: people's own lists name it. */
  readonly id: string;
  /** The worst that it gives. */
  readonly level: Level;
  /** What is wrong, in a sentence. */
  readonly says: string;
  /** What would follow, in a sentence. */
  readonly follows: string;
}

/** Holds one answer against what is made of it. Of these rules the first that applies to an answer is the one that is told. */
export interface AnswerRule extends Said {
  readonly kind: 'answer';
  applies(answer: Answer, reading: Reading, checked: Checked): Level | undefined;
}

/** A fault that the rows show by themselves. */
export interface RowFault {
  readonly level: Level;
  readonly row: number;
  /** Which, in words. */
  readonly detail: string;
  /** Another row that has to do with it. */
  readonly other?: number;
}

/** Looks at a table's rows, on the platforms of its api. */
export interface RowRule extends Said {
  readonly kind: 'rows';
  find(table: Table, platforms: readonly CodePlatform[]): RowFault[];
}

/** Asks a table, or a function, about an answer that no scenario gives. */
export interface ProbeRule extends Said {
  readonly kind: 'probe';
  applies(checked: Checked, codes: CodePlatform): { readonly level: Level; readonly detail: string; readonly reading: Reading } | undefined;
}

/** The same event, as two tables of one library read it. */
export interface PairRule extends Said {
  readonly kind: 'pair';
  applies(a: { answer: Sighting; reading: Reading }, b: { answer: Sighting; reading: Reading }): Level | undefined;
}

export type Rule = AnswerRule | RowRule | ProbeRule | PairRule;

/** Read so, an answer makes the caller try again, now or at the next poll. */
export function triesAgain({ meaning }: Reading): boolean {
  return meaning === 'would-block' || meaning === 'interrupted';
}

/**
 * Whether an answer tells of the connection itself. What accept says of a reset or an abort is about a connection in its queue: the listener lives, and to
 * try again is right.
 */
export function ofConnection({ call }: Answer): boolean {
  return call !== 'accept';
}
