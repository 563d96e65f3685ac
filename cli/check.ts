import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sighting } from '../classification/answer.ts';
import { type Checked, platformsOf } from '../classification/checked.ts';
import { checkedFunction, type FunctionFile, TableProcessFailed } from '../classification/checked-function.ts';
import { expectedSightings, recordedSightings } from '../classification/evidence.ts';
import { findFaults } from '../classification/find.ts';
import { readTable, TableError } from '../classification/read-table.ts';
import { LEVELS, type Level } from '../classification/rules/rule.ts';
import { libraries, shippedNamed } from '../classification/shipped.ts';
import { MEANINGS, type Meaning } from '../platforms/code.ts';
import type { Command } from '../platforms/command.ts';
import { compareVersions } from '../platforms/version.ts';
import { type Findings, failing, shownPath } from '../report/findings/findings.ts';
import { FINDING_FORMATS, type FindingFormat, formatFindings } from '../report/findings/formats.ts';
import { painter } from '../report/paint.ts';
import { WholeFile } from '../results/write.ts';
import { sibling } from '../runner/sibling.ts';
import { scenarios } from '../suites/index.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { print, say } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';
import { nearest } from './select.ts';

export interface CheckArguments extends LocalOption {
  /** Whose answers alone count: `windows`, `wine-10.0`. */
  readonly platform?: readonly string[];
  readonly format: FindingFormat;
  /** From where on a finding fails the check. */
  readonly level: Level;
  /** The report goes there, as --format says, and to stdout for people. */
  readonly out?: string;
  /** More tables: as the arguments are, for names that would be taken for options. */
  readonly table?: readonly string[];
  /** What the numbers of a shared library's function mean: `-1=other,-2=would-block,-3=reset`. */
  readonly classes?: string;
}

/**
 * `sockatlas check`: holds tables against what platforms are expected to answer and what runs recorded. A table is the name of one that comes with sockatlas
 * (`mongoose@7.16`), a JSON file of the published schema, a module that exports `classify(ret, code, call)`, or `./libmine.so:classify`, a C function
 * `int classify(long ret, int code)`. Resolves to the exit code.
 *
 * @throws UsageError for a table that cannot be used, EnvironmentError where the process for it cannot be started
 */
export async function check(tables: readonly string[], { platform, format, level, out, table = [], classes, local = false }: CheckArguments): Promise<number> {
  const names = [...tables, ...table];
  if (names.length === 0) throw new UsageError(`which table? A file, or one of ${libraries().join(', ')} (mongoose@7.16 for one version)`);
  const file = out === undefined ? undefined : new WholeFile(out);
  const evidence = choose([...expectedSightings(scenarios), ...recordedSightings(scenarios, evidenceRuns({ local }), shownPath)], platform);
  const checked = await loadAll(names, classes, evidence);
  const kinds = new Set(checked.flatMap(({ api }) => platformsOf(api)));
  const used = evidence.filter(({ codes }) => kinds.has(codes));
  const report: Findings = {
    tables: checked,
    findings: findFaults(checked, used),
    level,
    platforms: [...new Set(used.map(platformName))],
    answers: used.length,
  };
  if (file === undefined) await print(formatFindings(report, format, painter(process.stdout)));
  else {
    await print(formatFindings(report, 'pretty', painter(process.stdout)));
    file.write(formatFindings(report, format, painter({})));
    file.finish();
    say(`written to ${file.path}`);
  }
  return failing(report).length === 0 ? EXIT.conforms : EXIT.differs;
}

/** @throws UsageError */
export function parseFindingFormat(value: string): FindingFormat {
  if ((FINDING_FORMATS as readonly string[]).includes(value)) return value as FindingFormat;
  throw new UsageError(`--format ${JSON.stringify(value)}: choose one of ${FINDING_FORMATS.join(', ')}`);
}

/** @throws UsageError */
export function parseLevel(value: string): Level {
  if ((LEVELS as readonly string[]).includes(value)) return value as Level;
  throw new UsageError(`--level ${JSON.stringify(value)}: choose one of ${LEVELS.join(', ')}`);
}

async function loadAll(names: readonly string[], classes: string | undefined, evidence: readonly Sighting[]): Promise<Checked[]> {
  const loaded = new Map<string, Checked>();
  try {
    for (const name of names) for (const checked of await load(name, classes, evidence)) loaded.set(`${checked.id} ${checked.file}`, checked);
  } catch (error) {
    if (error instanceof TableError) throw new UsageError(error.message);
    if (error instanceof TableProcessFailed) throw new EnvironmentError(error.message);
    throw error;
  }
  return [...loaded.values()];
}

const LIBRARY = /^(.+\.(?:so(?:\.\d+)*|dll|dylib)):([A-Za-z_]\w*)$/;

async function load(name: string, classes: string | undefined, evidence: readonly Sighting[]): Promise<Checked[]> {
  const [, file, symbol] = LIBRARY.exec(name) ?? [];
  if (file !== undefined && symbol !== undefined) {
    if (classes === undefined) throw new UsageError(`${name} returns numbers: say what they mean, --classes -1=other,-2=would-block,-3=reset`);
    return [await ask({ kind: 'library', file: resolve(file), name: symbol, classes: parseClasses(classes) }, evidence)];
  }
  if (/\.[cm]?[jt]s$/.test(name)) return [await ask({ kind: 'module', file: resolve(name) }, evidence)];
  if (/\.json$/.test(name)) return [readTable(resolve(name))];
  if (/\.(so|dll|dylib)$/.test(name)) throw new UsageError(`${name}: name its function too, ${name}:classify`);
  const shipped = shippedNamed(name);
  if (shipped.length > 0) return shipped;
  const library = name.replace(/[@/].*$/, '');
  const versions = shippedNamed(library).map(({ id }) => id);
  if (versions.length > 0) throw new UsageError(`no table of ${library} is named ${JSON.stringify(name)}; there are ${versions.join(', ')}`);
  throw new UsageError(
    `no table is named ${JSON.stringify(name)}, and it is no .json, .js, .ts or .so:name; the nearest: ${nearest(libraries(), name).join(', ')}`,
  );
}

/** A function is asked about all that may be looked up, and about the sends that nobody made (rules/recv-table-for-send.ts). */
function ask(source: FunctionFile, evidence: readonly Sighting[]): Promise<Checked> {
  const probes = [...new Set(evidence.map(({ codes }) => codes))].map((codes) => ({ codes, call: 'send', ret: 0, code: 0 }) as const);
  return checkedFunction(tableProcess(), source, [...evidence, ...probes]);
}

function tableProcess(): Command {
  // Node 22.6 to 22.17 reads TypeScript where it is told to; later ones do so by themselves.
  const version = process.versions.node;
  const flags = compareVersions(version, '22.6') >= 0 && compareVersions(version, '22.18') < 0 ? ['--experimental-strip-types'] : [];
  return {
    command: process.execPath,
    args: [...process.execArgv, ...flags, fileURLToPath(sibling(import.meta.url, 'table-process'))],
    stderr: 'pipe',
  };
}

function parseClasses(value: string): Map<number, Meaning> {
  const classes = new Map<number, Meaning>();
  for (const part of value.split(',')) {
    const [, number, meaning] = /^(-?\d+)=(.+)$/.exec(part.trim()) ?? [];
    const known = MEANINGS.find((candidate) => candidate === meaning);
    if (number === undefined || known === undefined) {
      throw new UsageError(`--classes ${JSON.stringify(part)}: a number and a meaning are wanted, -3=reset; the meanings: ${MEANINGS.join(', ')}`);
    }
    classes.set(Number(number), known);
  }
  return classes;
}

function choose(evidence: readonly Sighting[], platforms: readonly string[] | undefined): readonly Sighting[] {
  if (platforms === undefined || platforms.length === 0) return evidence;
  const names = [...new Set(evidence.flatMap((sighting) => [sighting.codes, platformName(sighting)]))];
  for (const platform of platforms) {
    if (!names.includes(platform)) throw new UsageError(`no answers of a platform ${JSON.stringify(platform)}; there are some of ${names.sort().join(', ')}`);
  }
  return evidence.filter((sighting) => platforms.includes(sighting.codes) || platforms.includes(platformName(sighting)));
}

/** Without the condition of an expectation: `wine <8.21` is of wine. */
function platformName({ platform }: Sighting): string {
  return platform.split(' ')[0] as string;
}
