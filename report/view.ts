import { checkScenario, classesOf, type Misclassification } from '../classification/check.ts';
import type { Table } from '../classification/table.ts';
import { apiOf } from '../language/code.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Run, ScenarioLine } from '../results/schema.ts';
import { traceWords } from './trace-words.ts';

/** A run, and what is computed from it for every report format. */
export interface View {
  readonly run: Run;
  /** The tables that it is held against: those of its platform's api. */
  readonly tables: readonly Table[];
  /** Whether the tables' classes are shown, call by call; wrong ones always are. */
  readonly showsClasses: boolean;
  readonly misclassifications: readonly Misclassification[];
}

/** A run, held against tables. Those that name the codes of another api say nothing about it. */
export function viewOf(run: Run, tables: readonly Table[], showsClasses = false): View {
  const own = tables.filter(({ api }) => api === apiOf(run.header.platform));
  const misclassifications = own.flatMap((table) => run.scenarios.flatMap((line) => checkScenario(table, run.header.platform.id, line)));
  return { run, tables: own, showsClasses, misclassifications };
}

/** What a table makes of each trace of a scenario, call by call; `·` for a call that is not one of the table's. */
export function classTraces(table: Table, platform: Pick<Platform, 'id'>, { traces }: Pick<ScenarioLine, 'traces'>): string[][] {
  return traces.map(({ observations }) => classesOf(table, platform.id, observations).map((className) => className ?? '·'));
}

/** The same in words: `MG_IO_RESET, then MG_IO_ERR ×4`. */
export function classWords(table: Table, platform: Pick<Platform, 'id'>, line: Pick<ScenarioLine, 'traces'>): string[] {
  return classTraces(table, platform, line).map((classes) => traceWords(classes));
}

/** `mongoose 7.10–7.21`. */
export function tableName({ name, label }: Pick<Table, 'name' | 'label'>): string {
  return `${name} ${label}`;
}

/**
 * Whether the exit code is 0 for this run. It is not for a deviation, for a wrong class, and for trials that differ, calls that hang or agents that crash: those that
 * the expectation names have a verdict of their own.
 */
export function conforms({ run, misclassifications }: View): boolean {
  const bad = new Set<string>(['unstable', 'deviation', 'blocked', 'crashed']);
  return misclassifications.length === 0 && run.scenarios.every(({ verdict }) => !bad.has(verdict));
}
