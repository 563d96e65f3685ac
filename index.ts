/**
 * sockatlas as a library: what the command does, as functions. Nothing here but `record` and `emulate` starts a process, and nothing loads koffi into the caller's.
 */

import { agentCommand } from './cli/agent-command.ts';
import type { Run } from './results/schema.ts';
import { type RecordOptions as RecordIn, record as recordIn } from './runner/record.ts';
import type { Scenario } from './runner/scenario.ts';
import { scenarios } from './suites/index.ts';

export { checkScenario, classesOf, type Misclassification } from './classification/check.ts';
export { findFaults } from './classification/find.ts';
export { buildOf } from './classification/policies/build.ts';
export { policiesOf } from './classification/policies/libraries.ts';
export { play, type Story } from './classification/policies/play.ts';
export type { Policy } from './classification/policies/policy.ts';
export { type Classify, classifier, shippedTables, type Table, tableSchema, tablesOf } from './classification/table.ts';
export { type EmulateOptions, type Emulation, type EmulationEnd, emulate } from './cli/emulation.ts';
export type { Code, CodePlatform, Meaning } from './language/code.ts';
export { EVIDENCE, type Evidence } from './language/evidence.ts';
export { asPattern, matchesPattern } from './language/trace.ts';
export { codeNamed, codes, codesOf, socketCode } from './platforms/codes.ts';
export { EnvironmentError } from './platforms/environment-error.ts';
export { type Expectation, expectationFor } from './platforms/expectation.ts';
export { JsonFileError, RunFileError } from './platforms/file-errors.ts';
export type { Platform } from './platforms/platform.ts';
export { describeDeviation } from './report/deviation.ts';
export { type Change, type Diff, type Difference, diff } from './report/diff/diff.ts';
export { type EmulationDocument, heldFor } from './report/emulation.ts';
export { expectedSide, runSide, type Side } from './report/side.ts';
export { traceWords } from './report/trace-words.ts';
export { conforms, type View, viewOf } from './report/view.ts';
export { serializeRun } from './results/lines.ts';
export { parseRun, parseRuns, readRun, readRuns } from './results/read.ts';
export type { Footer, Header, Observation, Run, ScenarioLine, TimingLine, Verdict } from './results/schema.ts';
export type { Scenario } from './runner/scenario.ts';
export { scenarios };

export interface RecordOptions extends Partial<Omit<RecordIn, 'scenarios'>> {
  /** The ids of the scenarios to run; all where absent. */
  readonly ids?: readonly string[];
  /** Scenarios of the user's own, beside those of the suite; the agent must know them. */
  readonly own?: readonly Pick<Scenario, 'id' | 'waits'>[];
}

/**
 * Runs scenarios in agents and judges what they gave: all of them, with agents of this platform, where the options say nothing else.
 *
 * @throws EnvironmentError where no agent can be started (koffi's native module is missing, say), where the run ended before one was ready, or the machine was at fault
 */
export function record({ ids, own = [], agent = agentCommand('agent'), ...options }: RecordOptions = {}): Promise<Run> {
  const chosen = [...scenarios, ...own].filter(({ id }) => ids?.includes(id) ?? true);
  return recordIn({ ...options, agent, scenarios: chosen });
}
