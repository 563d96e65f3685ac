import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { z } from '../platforms/zod.ts';
import { type Footer, type Header, type Line, lineSchema, type Run, SCHEMA_VERSION, type ScenarioLine, type TimingLine } from './schema.ts';

/** A run file that cannot be read, is not of the format, or is not whole. The message names the file, the line and the field. */
export class RunFileError extends Error {
  override readonly name = 'RunFileError';
}

/** Run files come from elsewhere: what is larger than any honest run is refused before it is looked at. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINES = 100_000;

/** @throws RunFileError */
export function readRun(file: string): Run {
  return parseRun(readBounded(file), file);
}

/** `source` is what messages call it. @throws RunFileError */
export function parseRun(content: string, source: string): Run {
  const texts = content.split('\n');
  if (texts.at(-1) === '') texts.pop();
  if (texts.length > MAX_LINES) throw new RunFileError(`${source}: ${texts.length} lines; a run has at most ${MAX_LINES}`);
  if (texts.length === 0) throw new RunFileError(`${source}: empty; a run starts with a header line`);

  let header: Header | undefined;
  let footer: Footer | undefined;
  const scenarios = new Map<string, ScenarioLine>();
  const timings: TimingLine[] = [];
  texts.forEach((text, i) => {
    const where = `${source}:${i + 1}`;
    const line = parseLine(text, where, i === texts.length - 1);
    if (footer !== undefined) throw new RunFileError(`${where}: a line of type ${line.type} after the footer`);
    if ((i === 0) !== (line.type === 'header')) {
      throw new RunFileError(`${where}: ${i === 0 ? `starts with a line of type ${line.type}, not with a header` : 'a second header'}`);
    }
    switch (line.type) {
      case 'header':
        header = line;
        break;
      case 'scenario':
        if (scenarios.has(line.id)) throw new RunFileError(`${where}: ${line.id} stands there a second time`);
        scenarios.set(line.id, line);
        break;
      case 'timing':
        timings.push(line);
        break;
      case 'footer':
        footer = line;
    }
  });
  if (header === undefined || footer === undefined)
    throw new RunFileError(`${source}: no footer after ${texts.length} lines: the file was cut, or its run did not end`);
  if (footer.scenarios !== scenarios.size) {
    throw new RunFileError(`${source}: its footer counts ${footer.scenarios} scenarios, the file holds ${scenarios.size}`);
  }
  return { header, scenarios: [...scenarios.values()], timings, footer };
}

function parseLine(text: string, where: string, isLast: boolean): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RunFileError(`${where}: ${isLast ? 'ends in the middle of a line: the file was cut' : 'no JSON'}`);
  }
  refuseOtherSchema(value, where);
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) throw new RunFileError(`${where}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Before anything else is said of a header: a newer one may differ in every field. */
function refuseOtherSchema(value: unknown, where: string): void {
  const { type, schema } = (value ?? {}) as { type?: unknown; schema?: unknown };
  if (type !== 'header' || schema === SCHEMA_VERSION) return;
  const advice = typeof schema === 'number' && schema > SCHEMA_VERSION ? 'update sockatlas to read it' : 'it is no run of sockatlas';
  throw new RunFileError(`${where}: run format ${JSON.stringify(schema)}, this version reads ${SCHEMA_VERSION}: ${advice}`);
}

function readBounded(file: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const { size } = fstatSync(fd);
    if (size > MAX_BYTES) throw new RunFileError(`${file}: ${size} bytes; a run has at most ${MAX_BYTES}`);
    return readFileSync(fd, 'utf8');
  } catch (error) {
    if (error instanceof RunFileError) throw error;
    throw new RunFileError(`${file}: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
