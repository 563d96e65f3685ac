import type { Evidence } from '../language/evidence.ts';
import {
  ENDINGS,
  type Ending,
  FIRST_CALLS,
  type FirstCall,
  type PairState,
  pairGroup,
  pairId,
  recordedBefore,
  SECOND_CALLS,
  type SecondCall,
} from '../language/pairs.ts';
import { expectationFor, patternsOf, type Versions } from '../platforms/expectation.ts';
import { groupBy } from '../report/group-by.ts';
import { code, markdownTable } from '../report/markdown-text.ts';
import { type Taking, takingOf, tellsError } from '../report/taking.ts';

interface Column {
  readonly name: string;
  readonly versions: Versions;
}
const LINUX: Column = { name: 'Linux', versions: { id: 'linux' } };
const WINDOWS: Column = { name: 'Windows', versions: { id: 'windows' } };
const WINES: readonly Column[] = ['8.0', '10.0'].map((wine) => ({ name: `Wine ${wine}`, versions: { id: 'wine', wine } }));
const COLUMNS = [LINUX, WINDOWS, ...WINES];

const STATE_WORDS: Readonly<Record<PairState, string>> = {
  fresh: 'with nothing unread',
  unread: 'with 10 bytes unread',
  'would-block': 'after a recv that had nothing to return',
};

/** docs/which-call-takes-the-error.md: after every way that a connection ends, what one call leaves to the next. */
export function errorPage(): string {
  return `# Which call takes the error away

<!-- Written by \`npm run docs\` from language/pairs.ts and the models in platforms/. -->

A connection has ended. A program calls first one function, and then another on the same socket: does the second still report what happened, or has the first taken it away? On
Linux an error waits in one place and is told once; on Windows it is a state of the connection, and is told by every call.

- **Linux**, **Wine 8.0** and **Wine 10.0** are measured: \`sockatlas run "tcp/*/pair"\` runs every cell of these tables.
- **Windows** was not measured here: its cells are what a model says, made of tests that run on Windows, of Microsoft's documentation and of reports. The letter behind a cell
  is the evidence of the weakest rule that it rests on: **a**sserted by a test that runs on Windows, **d**ocumented, **r**eported, **i**nferred. Where nothing decides between
  answers, a cell has each.
- The same for one cell, with the rules and their sources: \`sockatlas show "${pairId(ENDINGS[1] as Ending, 'unread', 'so_error', 'recv')}"\`.

## In short

Nothing is unread. \`recv, peek → send\`: each of recv and peek takes the error away from a send that follows, which then reports something else, or nothing. A question mark: it
depends on which of several possible answers Windows gives. A dash: no call takes anything away. Ways of ending of which no call reports an error are left out.

${inShort()}

## How to read the tables

A row is the first call, a column the second; a cell is what the second returns. First calls that leave the same are one row. **Bold**: called first, the second would have
reported an error, and now it does not report that one: the first call has taken it away. *Italic*: another answer than it would have given as the first call, because data was
taken, a side was shut, or the first call has itself drawn a reset. recv-0 is a recv of 0 bytes, readable is FIONREAD; [steps](steps.md) says what the others are, and what the
[tokens](run-format.md#tokens) say.

${ENDINGS.map(section).join('\n')}`;
}

function inShort(): string {
  const rows = ENDINGS.flatMap((ending) => {
    const cells = COLUMNS.map(({ versions }) => takings(versions, ending));
    return cells.every((cell) => cell === undefined) ? [] : [[ending.words, ...cells.map((cell) => cell ?? 'no error')]];
  });
  return markdownTable(['', ...COLUMNS.map(({ name }) => name)], rows).join('\n');
}

/** Which first calls take it from which second ones; undefined where none of these reports an error. */
function takings(versions: Versions, ending: Ending): string | undefined {
  if (!SECOND_CALLS.some((second) => alone(versions, ending, 'fresh', second).some(tellsError))) return undefined;
  const from = FIRST_CALLS.map((first) => ({
    first,
    victims: SECOND_CALLS.flatMap((second) => {
      const { mark } = cellOf(versions, ending, 'fresh', first, second);
      return mark === 'takes' ? [second] : mark === 'may take' ? [`${second}?`] : [];
    }).join(', '),
  })).filter(({ victims }) => victims !== '');
  return [...groupBy(from, ({ victims }) => victims)].map(([victims, own]) => `${own.map(({ first }) => first).join(', ')} → ${victims}`).join('<br>') || '–';
}

function section(ending: Ending): string {
  const sample = pairGroup(pairId(ending, 'fresh', 'recv', 'recv'));
  const title = `## ${(ending.words[0] as string).toUpperCase()}${ending.words.slice(1)}\n\n${code(sample)}${ending.steps === undefined ? '' : `, ${code([ending.before, ending.steps].filter((step) => step !== undefined).join('; '))}`}\n`;
  return [title, ...ending.states.map((state) => stateSection(ending, state))].join('\n');
}

function stateSection(ending: Ending, state: PairState): string {
  const heading = `### ${(STATE_WORDS[state][0] as string).toUpperCase()}${STATE_WORDS[state].slice(1)}\n`;
  const tables = COLUMNS.map(({ name, versions }) => ({ name, table: matrix(versions, ending, state) }));
  const fresh = state === 'would-block' ? COLUMNS.map(({ versions }) => matrix(versions, ending, 'fresh')) : [];
  if (tables.every(({ table }, i) => table === fresh[i])) return `${heading}\nThe same as ${STATE_WORDS.fresh}, on each platform.\n`;
  return [heading, ...[...groupBy(tables, ({ table }) => table)].map(([table, own]) => `${own.map(({ name }) => name).join(', ')}:\n\n${table}\n`)].join('\n');
}

function matrix(versions: Versions, ending: Ending, state: PairState): string {
  const rows = FIRST_CALLS.map((first) => ({ first, cells: SECOND_CALLS.map((second) => cellText(versions, cellOf(versions, ending, state, first, second))) }));
  const groups = [...groupBy(rows, ({ cells }) => cells.join('|'))].map(([, own]) => [own.map(({ first }) => first).join(', '), ...own[0].cells]);
  return markdownTable(['first call', ...SECOND_CALLS.map((second) => `then ${second}`)], groups).join('\n');
}

interface Cell {
  /** Each answer that is possible; none where nothing is known. */
  readonly answers: readonly string[];
  readonly mark: Taking;
  readonly evidence: Evidence;
}

function cellOf(versions: Versions, ending: Ending, state: PairState, first: FirstCall, second: SecondCall): Cell {
  const expectation = expectationFor(versions, pairId(ending, state, first, second))?.expectation;
  const answers = distinct(expectation === undefined ? [] : patternsOf(expectation).map((trace) => trace[recordedBefore(state) + 1] as string));
  const before = alone(versions, ending, state, second);
  return { answers, mark: takingOf(before, answers), evidence: expectation?.evidence ?? 'unknown' };
}

/** What a call answers where none was made before it. */
function alone(versions: Versions, ending: Ending, state: PairState, call: SecondCall): readonly string[] {
  const expectation = expectationFor(versions, pairId(ending, state, call, call))?.expectation;
  return distinct(expectation === undefined ? [] : patternsOf(expectation).map((trace) => trace[recordedBefore(state)] as string));
}

function cellText({ id }: Versions, { answers, mark, evidence }: Cell): string {
  if (answers.length === 0) return 'not known';
  const words = answers.map(code).join(' or ');
  const marked = mark === 'takes' ? `**${words}**` : mark === 'may take' ? `**${words}** ?` : mark === 'other' ? `*${words}*` : words;
  return id === 'windows' ? `${marked} ${evidence[0]}` : marked;
}

function distinct(tokens: readonly string[]): readonly string[] {
  return [...new Set(tokens)].sort();
}
