/**
 * sockatlas as a library: what the command does, as functions. `run`, `tryOut`, `fuzz` and `emulate` start processes; the others compute. None loads koffi into the caller's process.
 * What goes wrong is thrown as an error with a `code` that begins with SOCKATLAS_ (docs/api.md).
 */

export { type Check, type CheckOptions, check, type TableFunction } from './api/check.ts';
export { type CloseOptions, type Closing, closeAfter } from './api/close.ts';
export { type Fuzz, type FuzzOptions, fuzz } from './api/fuzz.ts';
export { type Prediction, type PredictOptions, predict } from './api/predict.ts';
export { type RunOptions, run } from './api/run.ts';
export type { Steps } from './api/sequence.ts';
export { type Trial, type TryOptions, tryOut } from './api/try-out.ts';
export { checkScenario, classesOf, type Misclassification } from './classification/check.ts';
export { buildOf } from './classification/policies/build.ts';
export { policiesOf } from './classification/policies/libraries.ts';
export { play, type Story } from './classification/policies/play.ts';
export { type Policy, PolicyError } from './classification/policies/policy.ts';
export { TableError } from './classification/read-table.ts';
export { type Classify, classifier, shippedTables, type Table, tableSchema, tablesOf } from './classification/table.ts';
export { type EmulateOptions, type Emulation, type EmulationEnd, emulate } from './cli/emulation.ts';
export { UsageError } from './cli/errors.ts';
export type { Code, CodePlatform, Meaning } from './language/code.ts';
export { EVIDENCE, type Evidence } from './language/evidence.ts';
export { parseSteps, StepsError } from './language/parse-steps.ts';
export { printSteps, type Sequence } from './language/steps.ts';
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
export { type Atlas, atlasSchema } from './results/atlas.ts';
export { serializeRun } from './results/lines.ts';
export { type LeftOut, mergeRuns as merge, type Sourced } from './results/merge.ts';
export { parseRun, parseRuns, readRun, readRuns } from './results/read.ts';
export type { Footer, Header, Observation, Run, ScenarioLine, TimingLine, Verdict } from './results/schema.ts';
export type { Scenario } from './runner/scenario.ts';
export { scenarios } from './suites/index.ts';
