import type { CodePlatform } from '../../language/code.ts';
import type { Answer, Sighting } from '../answer.ts';
import type { Checked, Reading, Rows } from '../checked.ts';

/** How bad a finding is, worst last. SARIF has the same three. */
export const LEVELS = ['note', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

interface Said {
  /** Stable: people's own lists name it. */
  readonly id: string;
  /** The worst level that it gives. */
  readonly level: Level;
  /** What is wrong, in a sentence. */
  readonly says: string;
  /** What happens to a program that relies on it, in a sentence or two. */
  readonly follows: string;
}

/** Holds one answer against the class that it is given. For one answer only the first of these rules that applies is told. */
export interface AnswerRule extends Said {
  readonly kind: 'answer';
  applies(answer: Answer, reading: Reading, checked: Checked): Level | undefined;
}

/** A fault that the rows show without any answer. */
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
export interface RowRule extends Said {
  readonly kind: 'rows';
  find(rows: Rows, platforms: readonly CodePlatform[]): RowFault[];
}

/** Asks a table, or a function, about an answer that no scenario produces. */
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

/** Whether the caller tries again, now or at the next poll. */
export function triesAgain({ meaning }: Reading): boolean {
  return meaning === 'would-block' || meaning === 'interrupted';
}

/**
 * Whether an answer is about the connection itself. A reset or an abort from accept is about a connection in its queue: the listener is fine, and to try
 * again is right.
 */
export function ofConnection({ call }: Answer): boolean {
  return call !== 'accept';
}
