import { parseSteps, StepsError } from '../language/parse-steps.ts';
import type { Sequence } from '../language/steps.ts';
import { readBounded } from '../platforms/bounded.ts';
import { printable } from '../platforms/printable.ts';
import { visibleWidth } from '../report/text.ts';
import { UsageError } from './errors.ts';

/** How many may be given at once, and how much a file of them may hold. */
const MAX_SEQUENCES = 10_000;
const MAX_BYTES = MAX_SEQUENCES * 1000;
/** Wider, a caret would not stand below its place. */
const WIDEST_EXCERPT = 78;

/** Reads one sequence. @throws StepsError */
type Parse = (text: string) => Sequence;

/** The sequences of a command line: each argument is one, or `@FILE`, a file with one a line. @throws UsageError for what is none, with its place */
export function sequencesOf(given: readonly string[], parse: Parse = parseSteps): Sequence[] {
  const sequences = given.flatMap((argument, i) => {
    if (argument.startsWith('@')) return sequencesIn(argument.slice(1), parse);
    return [parsed(argument, parse, ({ line, column }) => `${given.length === 1 ? '' : `sequence ${i + 1}, `}line ${line}, column ${column}`)];
  });
  if (sequences.length > MAX_SEQUENCES) throw new UsageError(`${sequences.length} sequences; at most ${MAX_SEQUENCES} can be given at once`);
  return sequences;
}

function sequencesIn(file: string, parse: Parse): Sequence[] {
  const lines = readBounded(file, { maxBytes: MAX_BYTES, what: 'a list of sequences', Refused: ListError }).split(/\r?\n/);
  const numbered = lines.map((text, i) => ({ text, number: i + 1 })).filter(({ text }) => !/^\s*(#|$)/.test(text));
  if (numbered.length === 0) throw new UsageError(`the list @${file} contains no sequence`);
  if (numbered.length > MAX_SEQUENCES)
    throw new UsageError(`the list @${file} has ${numbered.length} sequences; at most ${MAX_SEQUENCES} can be given at once`);
  return numbered.map(({ text, number }) => parsed(text, parse, ({ column }) => `${file}:${number}: column ${column}`));
}

function parsed(text: string, parse: Parse, placeOf: (error: StepsError) => string): Sequence {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof StepsError)) throw error;
    throw new UsageError([`${placeOf(error)}: ${error.problem}`, ...excerpt(text, error)].join('\n'));
  }
}

/** The line with a caret below the place, where it fits. */
function excerpt(text: string, { line, column }: StepsError): string[] {
  const wrong = printable((text.split('\n')[line - 1] ?? '').replaceAll('\t', ' '));
  const before = printable((text.split('\n')[line - 1] ?? '').slice(0, column - 1).replaceAll('\t', ' '));
  return visibleWidth(wrong) > WIDEST_EXCERPT ? [] : [`  ${wrong}`, `  ${' '.repeat(visibleWidth(before))}^`];
}

class ListError extends UsageError {
  constructor(message: string) {
    super(`the list @${message}`);
  }
}
