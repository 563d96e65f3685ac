import { resolve } from 'node:path';
import type { Checked } from '../classification/checked.ts';
import { checkedFunction, type FunctionFile, TableProcessFailed } from '../classification/checked-function.ts';
import { readTable, TableError } from '../classification/read-table.ts';
import { LEVELS, type Level } from '../classification/rules/rule.ts';
import { libraries, shippedNamed, versionsOf } from '../classification/table.ts';
import { didYouMean, nearest } from '../platforms/nearest.ts';
import { plain } from '../platforms/printable.ts';
import { type CheckReport, failing } from '../report/findings/check-report.ts';
import { formatFindings } from '../report/findings/formats.ts';
import { FINDING_FORMATS, type FindingFormat } from '../report/format-names.ts';
import { layoutOf } from '../report/grid.ts';
import { written } from '../report/paint.ts';
import { WholeFile } from '../results/write.ts';
import { isModule } from '../runner/user-module.ts';
import { agentCommand } from './agent-command.ts';
import { type Evidence, evidenceOn, heldTo } from './check-evidence.ts';
import { isLibraryFunction, type LibraryOptions, libraryAdvice, libraryFunction } from './check-library.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { mustNotBeInput } from './not-an-input.ts';
import { formatOfFile, parseChoice, print, say } from './output.ts';
import type { LocalOption } from './runs.ts';

export interface CheckArguments extends LocalOption, LibraryOptions {
  /** The platforms that alone count: `windows`, `wine-10.0`. */
  readonly on?: readonly string[];
  /** As the ending of `out` says where absent, else text. */
  readonly format?: string;
  /** The lowest level that makes the exit code 1. */
  readonly level: string;
  /** The report is written there, as --format says; stdout gets the text report. */
  readonly out?: string;
  /** More tables, for names that would be taken for options. */
  readonly table?: readonly string[];
}

/**
 * `sockatlas check`: holds tables against what platforms are expected to return and what runs recorded. A table is the name of one that comes with sockatlas
 * (`mongoose@7.16`), a JSON file of the published schema, a module that exports `classify(ret, code, call, platform)`, or `./libmine.so:classify`, a C function
 * `int classify(long ret, int code)`. Resolves to the exit code.
 *
 * @throws UsageError for a table that cannot be used, EnvironmentError where the process for it cannot be started
 */
export async function check(tables: readonly string[], options: CheckArguments): Promise<number> {
  const { out, table = [] } = options;
  const format = options.format === undefined ? undefined : parseChoice('--format', FINDING_FORMATS)(options.format);
  const level = parseChoice('--level', LEVELS)(options.level);
  const names = [...tables, ...table];
  if (names.length === 0) {
    throw new UsageError(
      `check: name a table: a file (.json, .js, .ts, ./libmine.so:classify), or one of ${libraries().join(', ')} (mongoose@7.16 for one version)`,
    );
  }
  refuseLibraryOptions(names, options);
  const outFormat = out === undefined ? undefined : formatOfFile(out, format, BY_ENDING);
  mustNotBeInput('--out', out, names);
  const file = out === undefined ? undefined : new WholeFile(out);
  let report: CheckReport;
  try {
    report = await checkedReport(names, level, options);
  } catch (error) {
    file?.discard();
    throw error;
  }
  const shown = layoutOf(process.stdout);
  if (file === undefined) await print(formatFindings(report, format ?? 'pretty', shown));
  else {
    file.write(written(formatFindings(report, outFormat ?? 'pretty', layoutOf({}))));
    file.finish();
    await print(formatFindings(report, 'pretty', shown));
    say(`written to ${file.path}`);
  }
  return failing(report).length === 0 ? EXIT.conforms : EXIT.differs;
}

async function checkedReport(names: readonly string[], level: Level, options: CheckArguments): Promise<CheckReport> {
  const { on = [], local = false } = options;
  const evidence = evidenceOn(
    on.flatMap((name) => name.split(',')),
    local,
  );
  const checked = await loadAll(names, options, evidence, on);
  return heldTo(evidence, checked, level);
}

/** A check against nothing would find nothing, and a build would stay green for ever. @throws UsageError */
function refuseUncovered(name: string, tables: readonly Checked[], evidence: readonly Evidence[], on: readonly string[]): void {
  const there = new Set(evidence.map(({ codes }) => codes));
  const platforms = [...new Set(tables.flatMap((table) => table.platforms))];
  // No platform here sets the codes of some APIs: of these tables only the rows are checked, which the report says.
  if (platforms.length === 0 || platforms.some((platform) => there.has(platform))) return;
  throw new UsageError(`${name} has the codes of ${platforms.join(', ')}: --on ${on.join(',')} leaves nothing to check it against`);
}

const BY_ENDING: Readonly<Record<string, FindingFormat>> = { '.sarif': 'sarif', '.json': 'json', '.xml': 'junit', '.md': 'markdown', '.txt': 'pretty' };

/** Other tables contain this information themselves. An option that has no effect is refused. */
function refuseLibraryOptions(names: readonly string[], options: LibraryOptions): void {
  if (names.some((name) => isLibraryFunction(name) || libraryAdvice(name) !== undefined)) return;
  for (const option of ['meanings', 'api', 'calls'] as const) {
    if (options[option] === undefined) continue;
    throw new UsageError(
      `--${option} is for a function in a shared library (./libmine.so:classify); a .json table and a module have it in the file (classes, api, calls)`,
    );
  }
}

async function loadAll(names: readonly string[], options: LibraryOptions, evidence: readonly Evidence[], on: readonly string[]): Promise<Checked[]> {
  const loaded = new Map<string, Checked>();
  try {
    for (const name of names) {
      const tables = await load(name, options, evidence);
      refuseUncovered(name, tables, evidence, on);
      for (const checked of tables) loaded.set(`${checked.id} ${checked.file}`, checked);
    }
  } catch (error) {
    if (error instanceof TableError) throw new UsageError(error.message.split('\n').map(plain).join('\n'));
    if (error instanceof TableProcessFailed) throw new EnvironmentError(plain(error.message));
    throw error;
  }
  return [...loaded.values()];
}

async function load(name: string, options: LibraryOptions, evidence: readonly Evidence[]): Promise<Checked[]> {
  if (isLibraryFunction(name)) return [await ask(libraryFunction(name, options), evidence)];
  if (isModule(name)) return [await ask({ kind: 'module', file: resolve(name) }, evidence)];
  if (/\.json$/.test(name)) return [readTable(resolve(name))];
  if (/\.jsonl$/.test(name)) throw new UsageError(`${name} is a run file, not a table: sockatlas report ${name} prints it`);
  const advice = libraryAdvice(name);
  if (advice !== undefined) throw new UsageError(advice);
  const shipped = shippedNamed(name);
  if (shipped.length > 0) return shipped;
  const library = name.replace(/[@/].*$/, '').toLowerCase();
  const versions = versionsOf(library);
  if (versions.length > 0) throw new UsageError(`there is no table ${JSON.stringify(name)}; sockatlas has ${library} ${versions.join(', ')}`);
  const near = didYouMean(libraries(), library);
  throw new UsageError(
    `there is no table ${JSON.stringify(name)}${near === '' ? `; the nearest: ${nearest(libraries(), library).join(', ')}` : near}. A file is a .json, .js, .ts, or ./libmine.so:classify`,
  );
}

/** A function is called for everything that platforms return, and for a send that returns 0, which no scenario has (rules/recv-table-for-send.ts). */
function ask(source: FunctionFile, evidence: readonly Evidence[]): Promise<Checked> {
  const probes = [...new Set(evidence.map(({ codes }) => codes))].map((codes) => ({ codes, call: 'send', ret: 0, code: 0 }) as const);
  return checkedFunction({ ...agentCommand('table'), stderr: 'pipe' }, source, [...evidence, ...probes]);
}
