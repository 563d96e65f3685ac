import { checkScenario, classesOf, type Misclassification } from '../classification/check.ts';
import { type Table, tablesOf } from '../classification/table.ts';
import type { Platform } from '../platforms/platform.ts';
import { asPattern } from '../platforms/trace.ts';
import type { Run, ScenarioLine } from '../results/schema.ts';

/** The tables that every run is held against. */
const LIBRARY = 'mongoose';

/** A run with what follows from it: what people read, in whatever form. */
export interface View {
  readonly run: Run;
  readonly tables: readonly Table[];
  readonly misclassifications: readonly Misclassification[];
}

export function viewOf(run: Run): View {
  const tables = tablesFor(run.header.platform);
  const misclassifications = tables.flatMap((table) => run.scenarios.flatMap((line) => checkScenario(table, run.header.platform.id, line)));
  return { run, tables, misclassifications };
}

export function tablesFor({ id }: Pick<Platform, 'id'>): readonly Table[] {
  return tablesOf(LIBRARY, id === 'windows' || id === 'wine' ? 'winsock' : 'posix');
}

/** What a table makes of each trace of a scenario, as a pattern: `MG_IO_RESET MG_IO_ERR…`; `·` for a call that is none of the table's. */
export function classPatterns(table: Table, platform: Platform, { traces }: Pick<ScenarioLine, 'traces'>): string[] {
  return traces.map(({ observations }) => asPattern(classesOf(table, platform.id, observations).map((className) => className ?? '·')).join(' '));
}

/**
 * Whether a run shows nothing that a caller should be told of by the exit code: a deviation, trials that differ or calls that hang or kill where that was not
 * foretold, or a wrong class.
 */
export function conforms({ run, misclassifications }: View): boolean {
  const bad = new Set<string>(['unstable', 'deviation', 'blocked', 'crashed']);
  return misclassifications.length === 0 && run.scenarios.every(({ verdict, foretold }) => !bad.has(verdict) || foretold === true);
}
