/**
 * sockatlas as a library: what the command does, as functions. Nothing here but `record` starts a process, and nothing loads koffi into the caller's.
 */

export { checkScenario, classesOf, type Misclassification } from './classification/check.ts';
export { findFaults } from './classification/find.ts';
export { mongooseBuild } from './classification/policies/mongoose.ts';
export { play, type Story } from './classification/policies/play.ts';
export type { Policy } from './classification/policies/policy.ts';
export { type Classify, classifier, shippedTables, type Table, tableSchema, tablesOf } from './classification/table.ts';
export { EnvironmentError } from './cli/errors.ts';
export { type RecordOptions, record } from './cli/record.ts';
export type { Code, CodePlatform, Meaning } from './language/code.ts';
export { EVIDENCE, type Evidence } from './language/evidence.ts';
export { asPattern, matchesPattern } from './language/trace.ts';
export { codeNamed, codes, codesOf, socketCode } from './platforms/codes.ts';
export { type Expectation, expectationFor } from './platforms/expectation.ts';
export { JsonFileError, RunFileError } from './platforms/file-errors.ts';
export type { Platform } from './platforms/platform.ts';
export { describeDeviation } from './report/deviation.ts';
export { type Change, type Diff, type Difference, diff } from './report/diff/diff.ts';
export { expectedSide, runSide, type Side } from './report/side.ts';
export { traceWords } from './report/trace-words.ts';
export { conforms, type View, viewOf } from './report/view.ts';
export { serializeRun } from './results/lines.ts';
export { parseRun, parseRuns, readRun, readRuns } from './results/read.ts';
export type { Footer, Header, Observation, Run, ScenarioLine, TimingLine, Verdict } from './results/schema.ts';
export type { Scenario } from './runner/scenario.ts';
export { scenarios } from './suites/index.ts';
