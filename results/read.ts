import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { RunFileError } from '../platforms/file-errors.ts';
import { z } from '../platforms/zod.ts';
import { type Footer, type Header, type Line, lineSchema, type Run, SCHEMA_VERSION, type ScenarioLine, type TimingLine } from './schema.ts';
import { upgraded } from './upgrade.ts';

/** Run files may come from other people. A file that is larger than any real run is refused before it is parsed. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINES = 100_000;
const STDIN = 0;
const NOT_A_RUN = 'this is not a run file: a run file is JSON Lines and begins with a header (sockatlas run --out run.jsonl)';

/** The runs in a file, one after the other; `-` is stdin. @throws RunFileError */
export function readRuns(file: string): Run[] {
  return parseRuns(readBounded(file), file === '-' ? 'stdin' : file);
}

/** The runs in a text: JSON Lines, or the document that `--format json` prints. `source` is what messages call it. @throws RunFileError */
export function parseRuns(content: string, source: string): Run[] {
  const text = content.replace(/^\uFEFF/, '');
  const lines = documentLines(text) ?? text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_LINES) throw new RunFileError(`${source}: ${lines.length} lines; a run has at most ${MAX_LINES}`);
  if (lines.length === 0) throw new RunFileError(`${source}: the file is empty; a run starts with a header line`);

  const runs: Run[] = [];
  let open: OpenRun | undefined;
  lines.forEach((line, i) => {
    const where = `${source}:${i + 1}`;
    const parsed = parseLine(line, open?.schema, where, i === lines.length - 1);
    if (open === undefined) {
      if (parsed.line.type !== 'header') throw new RunFileError(`${where}: expected a header line, found a line of type ${parsed.line.type}`);
      open = new OpenRun(parsed.line, parsed.schema);
      return;
    }
    const run = open.add(parsed.line, where);
    if (run === undefined) return;
    runs.push(run);
    open = undefined;
  });
  if (open !== undefined)
    throw new RunFileError(`${source}: there is no footer after ${lines.length} lines: the file was truncated, or its run did not finish`);
  return runs;
}

/** The one run in a text. @throws RunFileError, also where there are several */
export function parseRun(content: string, source: string): Run {
  const [run, ...others] = parseRuns(content, source);
  if (run === undefined || others.length > 0) throw new RunFileError(`${source}: it contains ${others.length + 1} runs; exactly one is needed`);
  return run;
}

/** The one run in a file; `-` is stdin. @throws RunFileError, also where there are several */
export function readRun(file: string): Run {
  return parseRun(readBounded(file), file === '-' ? 'stdin' : file);
}

/** A run between its header and its footer. */
class OpenRun {
  readonly schema: unknown;
  readonly #header: Header;
  readonly #scenarios = new Map<string, ScenarioLine>();
  readonly #timings: TimingLine[] = [];

  constructor(header: Header, schema: unknown) {
    this.#header = header;
    this.schema = schema;
  }

  /** The whole run, with its footer. @throws RunFileError */
  add(line: Line, where: string): Run | undefined {
    switch (line.type) {
      case 'header':
        throw new RunFileError(`${where}: a second header before the footer of the previous run: that run was truncated`);
      case 'scenario':
        if (this.#scenarios.has(line.id)) throw new RunFileError(`${where}: ${line.id} occurs twice`);
        this.#scenarios.set(line.id, line);
        return undefined;
      case 'timing':
        this.#timings.push(line);
        return undefined;
      case 'footer':
        return this.#end(line, where);
    }
  }

  #end(footer: Footer, where: string): Run {
    if (footer.scenarios !== this.#scenarios.size) {
      throw new RunFileError(`${where}: the footer counts ${footer.scenarios} scenarios, but the run contains ${this.#scenarios.size}`);
    }
    return { header: this.#header, scenarios: [...this.#scenarios.values()], timings: this.#timings, footer };
  }
}

/** The lines of a document that `--format json` printed, as the run file has them; undefined for what is no such document. */
function documentLines(text: string): string[] | undefined {
  // Two lines of a run file are no JSON together.
  if (!/^\s*\{\s*"runs"/.test(text)) return undefined;
  let document: { runs?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(document.runs)) return undefined;
  return document.runs.flatMap((run: { header?: unknown; scenarios?: unknown; timings?: unknown; footer?: unknown } | null) =>
    [run?.header, run?.scenarios ?? [], run?.timings ?? [], run?.footer].flat().map((line) => JSON.stringify(line) ?? 'null'),
  );
}

function parseLine(text: string, schemaOfRun: unknown, where: string, isLast: boolean): { line: Line; schema: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const isFirst = schemaOfRun === undefined;
    const fault = isFirst ? NOT_A_RUN : isLast ? 'the last line is not complete: the file was truncated' : 'the line is not JSON';
    throw new RunFileError(`${where}: ${fault}`);
  }
  const { type, schema: own } = (value ?? {}) as { type?: unknown; schema?: unknown };
  const schema = type === 'header' ? own : schemaOfRun;
  if (type === 'header') refuseOtherSchema(schema, where);
  const parsed = lineSchema.safeParse(schema === 1 ? upgraded(value) : value);
  if (!parsed.success) throw new RunFileError(`${where}: ${z.prettifyError(parsed.error)}`);
  return { line: parsed.data, schema };
}

/** Checked before every other field of a header, because a newer format may differ in all of them. */
function refuseOtherSchema(schema: unknown, where: string): void {
  if (schema === 1 || schema === SCHEMA_VERSION) return;
  const advice = typeof schema === 'number' && schema > SCHEMA_VERSION ? 'update sockatlas to read it' : 'this is not a run of sockatlas';
  throw new RunFileError(`${where}: run format ${JSON.stringify(schema)}; this version reads up to ${SCHEMA_VERSION}: ${advice}`);
}

function readBounded(file: string): string {
  let fd: number | undefined;
  try {
    fd = file === '-' ? STDIN : openSync(file, 'r');
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new RunFileError(`${file}: is a folder; name a run file`);
    const { size } = stat;
    if (size > MAX_BYTES) throw new RunFileError(`${file}: ${size} bytes; a run has at most ${MAX_BYTES}`);
    return readFileSync(fd, 'utf8');
  } catch (error) {
    if (error instanceof RunFileError) throw error;
    throw new RunFileError(`${file}: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined && fd !== STDIN) closeSync(fd);
  }
}
