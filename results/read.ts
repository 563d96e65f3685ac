import type * as Zod from 'zod';
import { BLOCKED } from '../language/token.ts';
import { matchesOne } from '../language/trace.ts';
import { brief, extentOf, readBounded } from '../platforms/bounded.ts';
import { RunFileError } from '../platforms/file-errors.ts';
import { MAX_DEPTH, MOST_COMPLAINTS } from '../platforms/json-file.ts';
import { z } from '../platforms/zod.ts';
import { MAX_CALLS, MAX_SCENARIOS, MAX_TRACES } from './limits.ts';
import {
  type Footer,
  footerSchema,
  type Header,
  headerSchema,
  type Line,
  type Observation,
  observationSchema,
  type Run,
  SCHEMA_VERSION,
  type ScenarioLine,
  scenarioSchema,
  type TimingLine,
  timingSchema,
  traceSchema,
  VERDICTS,
} from './schema.ts';
import { upgrader } from './upgrade.ts';

/** Run files may come from other people. A file that is larger than any real run is refused before it is parsed. */
const BOUND = { maxBytes: 64 * 1024 * 1024, what: 'a run', Refused: RunFileError };
const MAX_LINES = 100_000;
const MAX_RUNS = 100;
/** Calls take most of a run file's bytes, and fifteen bytes a value: this is far more than a file of that size has. */
const MAX_VALUES = 8_000_000;
const MANY_VALUES = `more than ${MAX_VALUES} values; a run file has at most so many`;
const MAX_VALUES_OF_LINE = 2_000_000;
/** Calls that are kept to be found again. */
const MAX_KNOWN = 10_000;
const NOT_A_RUN = 'this is not a run file: a run file is JSON Lines and begins with a header (sockatlas run --out run.jsonl)';

/** The runs in a file, one after the other; `-` is stdin. @throws RunFileError */
export function readRuns(file: string): Run[] {
  return parseRuns(readBounded(file, BOUND), file === '-' ? 'stdin' : file);
}

/** The runs in a text: JSON Lines, or the document that `--format json` prints. `source` is what messages call it. @throws RunFileError */
export function parseRuns(content: string, source: string): Run[] {
  const text = content.replace(/^\uFEFF/, '');
  const lines = documentLines(text, source) ?? text.split('\n', MAX_LINES + 2);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_LINES) throw new RunFileError(`${source}: more than ${MAX_LINES} lines; a run file has at most so many`);
  if (lines.length === 0) throw new RunFileError(`${source}: the file is empty; a run starts with a header line`);
  refuseExtent(lines, source);

  const runs: Run[] = [];
  const calls = new Calls();
  let open: OpenRun | undefined;
  lines.forEach((line, i) => {
    const where = `${source}:${i + 1}`;
    const upgraded = open?.upgraded ?? upgrader();
    const parsed = checked(upgraded(parseLine(line, where, open === undefined, i === lines.length - 1)), calls, where);
    if (open === undefined) {
      if (parsed.type !== 'header') throw new RunFileError(`${where}: expected a header line, found a line of type ${parsed.type}`);
      open = new OpenRun(parsed, upgraded);
      return;
    }
    const run = open.add(parsed, where);
    if (run === undefined) return;
    if (runs.push(run) > MAX_RUNS) throw new RunFileError(`${where}: more than ${MAX_RUNS} runs; name several files`);
    open = undefined;
  });
  if (open !== undefined) throw new RunFileError(unfinished(source, lines.length));
  return runs;
}

/** The one run in a text. @throws RunFileError, also where there are several */
export function parseRun(content: string, source: string): Run {
  return only(parseRuns(content, source), source);
}

function only([run, ...others]: readonly Run[], source: string): Run {
  if (run === undefined || others.length > 0) throw new RunFileError(`${source}: it contains ${others.length + 1} runs; exactly one is needed`);
  return run;
}

/** The one run in a file; `-` is stdin. @throws RunFileError, also where there are several */
export function readRun(file: string): Run {
  return only(readRuns(file), file === '-' ? 'stdin' : file);
}

/** The one run in a file that comes with sockatlas. Its values are not checked as those of other people's files are, which takes most of a short command's time: a test does so. @throws RunFileError where the file is not whole */
export function readOwnRun(file: string): Run {
  const lines = readBounded(file, BOUND).trimEnd().split('\n');
  const parsed = (i: number) => parseLine(lines[i] as string, `${file}:${i + 1}`, i === 0, i === lines.length - 1) as Line;
  const open = new OpenRun(parsed(0) as Header, (line) => line);
  for (let i = 1; i < lines.length; i++) {
    const run = open.add(parsed(i), `${file}:${i + 1}`);
    if (run !== undefined) return run;
  }
  throw new RunFileError(unfinished(file, lines.length));
}

function unfinished(source: string, lines: number): string {
  return `${source}: there is no footer after ${lines} lines: the file was truncated, or its run did not finish`;
}

/** A run between its header and its footer. */
class OpenRun {
  readonly upgraded: (line: unknown) => unknown;
  readonly #header: Header;
  readonly #scenarios = new Map<string, ScenarioLine>();
  readonly #timings = new Map<string, TimingLine>();

  constructor(header: Header, upgraded: OpenRun['upgraded']) {
    this.upgraded = upgraded;
    this.#header = header;
  }

  /** The whole run, with its footer. @throws RunFileError */
  add(line: Line, where: string): Run | undefined {
    switch (line.type) {
      case 'header':
        throw new RunFileError(`${where}: a second header before the footer of the previous run: that run was truncated`);
      case 'scenario':
        addOnce(this.#scenarios, line, where);
        return undefined;
      case 'timing':
        addOnce(this.#timings, line, where);
        return undefined;
      case 'footer':
        return this.#end(line, where);
    }
  }

  #end(footer: Footer, where: string): Run {
    if (footer.scenarios !== this.#scenarios.size) {
      throw new RunFileError(`${where}: the footer counts ${footer.scenarios} scenarios, but the run contains ${this.#scenarios.size}`);
    }
    const scenarios = [...this.#scenarios.values()];
    for (const verdict of VERDICTS) {
      const [told, found] = [footer.verdicts[verdict] ?? 0, scenarios.filter((line) => line.verdict === verdict).length];
      if (told !== found) throw new RunFileError(`${where}: the footer counts ${told} ${verdict}, but the run contains ${found}`);
    }
    const stray = [...this.#timings.keys()].find((id) => !this.#scenarios.has(id));
    if (stray !== undefined) throw new RunFileError(`${where}: the run has a timing of ${stray}, and no such scenario`);
    return { header: this.#header, scenarios, timings: [...this.#timings.values()], footer };
  }
}

/** @throws RunFileError */
function addOnce<T extends ScenarioLine | TimingLine>(lines: Map<string, T>, line: T, where: string): void {
  if (lines.has(line.id)) throw new RunFileError(`${where}: ${line.id} occurs twice`);
  lines.set(line.id, line);
  if (lines.size > MAX_SCENARIOS) throw new RunFileError(`${where}: more than ${MAX_SCENARIOS} ${line.type}s in a run`);
}

/** Before anything is parsed: JSON.parse goes down as deep as a text does, and zod tells of every wrong value. @throws RunFileError */
function refuseExtent(lines: readonly string[], source: string): void {
  let sum = 0;
  for (const [i, line] of lines.entries()) {
    const { depth, values } = extentOf(line);
    sum += values;
    if (depth > MAX_DEPTH) throw new RunFileError(`${source}:${i + 1}: nested deeper than ${MAX_DEPTH} levels`);
    if (values > MAX_VALUES_OF_LINE) throw new RunFileError(`${source}:${i + 1}: ${values} values; a line has at most ${MAX_VALUES_OF_LINE}`);
    if (sum > MAX_VALUES) throw new RunFileError(`${source}: ${MANY_VALUES}`);
  }
}

/** The lines of a document that `--format json` printed, as the run file has them; undefined for what is no such document. */
function documentLines(text: string, source: string): string[] | undefined {
  // Two lines of a run file are no JSON together.
  if (!/^\s*\{\s*"runs"/.test(text)) return undefined;
  const { depth, values } = extentOf(text);
  if (depth > MAX_DEPTH) throw new RunFileError(`${source}: nested deeper than ${MAX_DEPTH} levels`);
  if (values > MAX_VALUES) throw new RunFileError(`${source}: ${MANY_VALUES}`);
  let document: { runs?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(document.runs)) return undefined;
  const lines = document.runs.flatMap((run: { header?: unknown; scenarios?: unknown; timings?: unknown; footer?: unknown } | null) =>
    [run?.header, run?.scenarios ?? [], run?.timings ?? [], run?.footer].flat(),
  );
  return lines.slice(0, MAX_LINES + 1).map((line) => JSON.stringify(line) ?? 'null');
}

/** A line of the file as JSON. @throws RunFileError, also for a header of another schema */
function parseLine(text: string, where: string, isFirst: boolean, isLast: boolean): unknown {
  let value: unknown;
  try {
    // `cat` leaves the byte order mark of each file in the middle.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    const fault = isFirst ? NOT_A_RUN : isLast ? 'the last line is not complete: the file was truncated' : 'the line is not JSON';
    throw new RunFileError(`${where}: ${fault}`);
  }
  const { type, schema } = (value ?? {}) as { type?: unknown; schema?: unknown };
  if (type === 'atlas') throw new RunFileError(`${where}: this is an atlas, which is made of runs: name the runs, or give it alone to the command site`);
  if (type === 'header') refuseOtherSchema(schema, where);
  return value;
}

/** @throws RunFileError for what is no line of a run */
function checked(value: unknown, calls: Calls, where: string): Line {
  const parsed = outlineSchema.safeParse(value);
  const issues = parsed.success ? calls.check(parsed.data) : parsed.error.issues;
  if (!parsed.success || issues.length > 0) throw new RunFileError(`${where}: ${complaints(issues)}`);
  const line = parsed.data as Line;
  if (line.type === 'scenario') {
    for (const [i, trace] of line.traces.entries()) refuseOtherTokens(trace, `${where}: traces[${i}]`);
    refuseOtherVerdict(line, where);
  }
  return line;
}

/** Whether a trace is what was expected can be read off the line itself: a file in which it is not so was changed. @throws RunFileError */
function refuseOtherVerdict({ id, verdict, traces, expected }: ScenarioLine, where: string): void {
  const [first, ...others] = traces;
  const meets = first !== undefined && others.length === 0 && expected !== undefined && matchesOne(expected.patterns, first.trace);
  if (meets && verdict === 'deviation') throw new RunFileError(`${where}: ${id} is a deviation, and its trace is what it expects`);
  if (!meets && (verdict === 'match' || verdict === 'known-deviation'))
    throw new RunFileError(`${where}: ${id} is a ${verdict}, and its trace is not what it expects`);
}

/** A trace says again what its calls say, so that it can be read alone. A call that blocks its whole agent is in the trace alone. @throws RunFileError */
function refuseOtherTokens({ trace, observations }: ScenarioLine['traces'][number], where: string): void {
  const told = trace.length === observations.length + 1 && trace.at(-1) === BLOCKED ? trace.slice(0, -1) : trace;
  const longer = told.length > observations.length ? told : observations;
  const at = longer.findIndex((_, i) => told[i] !== observations[i]?.token);
  if (at === -1) return;
  const [here, there] = [told[at], observations[at]?.token].map((token) => (token === undefined ? 'no call' : brief(JSON.stringify(token))));
  throw new RunFileError(`${where}: call ${at + 1} is ${here} in the trace, and ${there} in its observations`);
}

/** A line without its calls. */
const outlineSchema = z.discriminatedUnion('type', [
  headerSchema,
  scenarioSchema.extend({ traces: z.array(traceSchema.extend({ observations: z.array(z.unknown()).max(MAX_CALLS) })).max(MAX_TRACES) }),
  timingSchema,
  footerSchema,
]);

/** The calls of a run are most of it, and mostly alike: one that was found right is not checked again, nor kept twice. */
class Calls {
  readonly #known = new Map<string, Observation>();

  /** Puts checked observations in the place of what was read. What is wrong with the first that is wrong. */
  check(line: Zod.infer<typeof outlineSchema>): readonly Zod.core.$ZodIssue[] {
    if (line.type !== 'scenario') return [];
    for (const [i, { observations }] of line.traces.entries()) {
      for (const [j, value] of observations.entries()) {
        const text = JSON.stringify(value);
        const known = this.#known.get(text);
        const parsed = known === undefined ? observationSchema.safeParse(value) : { success: true as const, data: known };
        if (!parsed.success) return parsed.error.issues.map((issue) => ({ ...issue, path: ['traces', i, 'observations', j, ...issue.path] }));
        observations[j] = parsed.data;
        if (this.#known.size < MAX_KNOWN) this.#known.set(text, parsed.data);
      }
    }
    return [];
  }
}

function complaints(issues: readonly Zod.core.$ZodIssue[]): string {
  // Two lines for each: what is wrong, and where.
  const told = z.prettifyError(new z.ZodError(issues.slice(0, MOST_COMPLAINTS))).split('\n', 2 * MOST_COMPLAINTS);
  const more = issues.length - MOST_COMPLAINTS;
  return [...told.map((line) => brief(line)), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** Checked before every other field of a header, because a newer format may differ in all of them. */
function refuseOtherSchema(schema: unknown, where: string): void {
  if (schema === 1 || schema === SCHEMA_VERSION) return;
  const advice = typeof schema === 'number' && schema > SCHEMA_VERSION ? 'update sockatlas to read it' : 'this is not a run of sockatlas';
  throw new RunFileError(
    `${where}: run format ${typeof schema === 'object' ? 'of another kind' : brief(JSON.stringify(schema) ?? 'undefined')}; this version reads up to ${SCHEMA_VERSION}: ${advice}`,
  );
}
