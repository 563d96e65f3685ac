import { extname } from 'node:path';
import type { Format } from '../report/format-names.ts';
import { written } from '../report/paint.ts';
import { MAX_SHARDS } from '../results/limits.ts';
import type { Shard } from '../results/schema.ts';
import { UsageError } from './errors.ts';

const BY_ENDING: Readonly<Record<string, Format>> = {
  ...{ '.jsonl': 'jsonl', '.json': 'json', '.md': 'markdown', '.markdown': 'markdown', '.txt': 'pretty' },
  ...{ '.xml': 'junit', '.svg': 'badge' },
};

/** The format of `run --out FILE`: the one asked for, else the one that the name says; a run file where it has no ending. @throws UsageError */
export function fileFormat(file: string, asked: Format | undefined): Format {
  return formatOfFile(file, asked ?? (extname(file) === '' ? 'jsonl' : undefined), BY_ENDING);
}

/** The format of `--out FILE`: the one asked for, else the one of the file's ending. @throws UsageError */
export function formatOfFile<F extends string>(file: string, asked: F | undefined, byEnding: Readonly<Record<string, F>>): F {
  if (file === '') throw new UsageError('--out: the name of the file is empty');
  const format = asked ?? byEnding[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw new UsageError(`--out ${file}: no format belongs to the ending ${extname(file) || '(none)'}; use ${Object.keys(byEnding).join(', ')}, or say --format`);
}

/** What a parser knows of the words that it takes, for completions; `isList`: several of them, separated by commas. */
export interface Offers {
  readonly choices: readonly string[];
  readonly isList: boolean;
}

const offers = new WeakMap<object, Offers>();

/** What `offering` said of a parser. */
export function offersOf(parser: object | undefined): Offers | undefined {
  return parser === undefined ? undefined : offers.get(parser);
}

/** The parser itself, with the words that shells are to offer. */
export function offering<P extends object>(choices: readonly string[], parser: P, isList = false): P {
  offers.set(parser, { choices, isList });
  return parser;
}

/** One of a few words. @throws UsageError */
export function parseChoice<T extends string>(option: string, choices: readonly T[]): (value: string) => T {
  return offering(choices, (value: string) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw new UsageError(`${option} ${JSON.stringify(value)}: choose one of ${choices.join(', ')}`);
  });
}

/** A whole number in a range. @throws UsageError */
export function parseCount(option: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new UsageError(`${option} ${JSON.stringify(value)}: give a whole number from ${min} to ${max}`);
  };
}

/** Which part of how many, from 1: `2/4`. @throws UsageError */
export function parseShard(value: string): Shard {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(value)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count && count <= MAX_SHARDS) return { index, count };
  throw new UsageError(`--shard ${JSON.stringify(value)}: give a part and how many there are: 1/4, 2/4 … (at most ${MAX_SHARDS} parts)`);
}

/** Writes to stdout. Where that fails, the command goes on: main.ts says so, and gives the exit code. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(written(text), () => resolve());
  });
}

/** Progress and chatter go to stderr. */
export function say(text: string): void {
  process.stderr.write(`${written(text)}\n`);
}
