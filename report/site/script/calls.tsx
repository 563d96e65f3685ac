import { type ComponentChildren, render } from 'preact';
import {
  ENDINGS,
  type Ending,
  FIRST_CALLS,
  type FirstCall,
  PAIR_STATES,
  type PairState,
  pairGroup,
  pairId,
  recordedBefore,
  SECOND_CALLS,
  type SecondCall,
} from '../../../language/pairs.ts';
import { takingOf, tellsError } from '../../taking.ts';
import type { MatrixColumn, MatrixRow } from '../matrix-format.ts';
import { CALLS, link, scenarioPath, tryLink } from '../paths.ts';
import { cellWords, knownBy, knownClass } from './cell-words.ts';
import { element, handedMatrix } from './handed.ts';
import { keepStop, rove } from './roving.ts';
import { onHash, writeHash } from './state.ts';
import { TraceLinks } from './trace-links.tsx';

/** Which call takes the error: for one way that a connection ends and one state, a map of each platform. */

const matrix = handedMatrix();
const rows = new Map(matrix.rows.map((row) => [row.id, row]));
const [filters, status, maps, traces] = [element('filters'), element('status'), element('maps'), element('traces')];

const STATE_WORDS: Readonly<Record<PairState, string>> = {
  fresh: 'nothing is unread',
  unread: '10 bytes are unread',
  'would-block': 'a recv had nothing to return before',
};

interface Shown {
  readonly ending: Ending;
  readonly state: PairState;
  readonly first: FirstCall | undefined;
  readonly second: SecondCall | undefined;
}
const groupOf = (ending: Ending) => pairGroup(pairId(ending, 'fresh', 'recv', 'recv'));
const RESET = ENDINGS.find(({ event }) => event === 'tcp/reset') as Ending;
let shown: Shown = { ending: RESET, state: 'fresh', first: undefined, second: undefined };

function read(hash: URLSearchParams): void {
  const ending = ENDINGS.find((one) => groupOf(one) === hash.get('end')) ?? RESET;
  shown = {
    ending,
    state: ending.states.find((one) => one === hash.get('state')) ?? 'fresh',
    first: FIRST_CALLS.find((one) => one === hash.get('first')),
    second: SECOND_CALLS.find((one) => one === hash.get('second')),
  };
  draw();
}

function show(change: Partial<Shown>): void {
  const { ending, state, first = '', second = '' } = { ...shown, ...change };
  writeHash({ end: ending === RESET ? '' : groupOf(ending), state: state === 'fresh' ? '' : state, first, second }, { typing: false });
}

function draw(): void {
  const columns = matrix.columns.filter((_, i) => hasPairs(i));
  status.textContent = columns.length === 0 ? 'No run of this atlas has pairs of calls' : `${shown.ending.words}; ${STATE_WORDS[shown.state]}`;
  render(<Filters />, filters);
  render(<Maps columns={columns} />, maps);
  render(<Traces />, traces);
  for (const table of maps.querySelectorAll('table')) keepStop(table);
}

function hasPairs(column: number): boolean {
  return SECOND_CALLS.some((second) => rows.get(pairId(shown.ending, shown.state, second, second))?.cells[column] !== undefined);
}

function Filters() {
  const { ending, state } = shown;
  return (
    <>
      <label class="wide">
        What has happened
        <select
          id="ending"
          onChange={({ currentTarget }) => {
            const chosen = ENDINGS[currentTarget.selectedIndex] as Ending;
            show({ ending: chosen, state: chosen.states.includes(state) ? state : 'fresh' });
          }}
        >
          {ENDINGS.map((one) => (
            <option key={groupOf(one)} value={groupOf(one)} selected={one === ending}>
              {one.words}
            </option>
          ))}
        </select>
      </label>
      <label>
        And
        <select id="state" onChange={({ currentTarget }) => show({ state: currentTarget.value as PairState })}>
          {PAIR_STATES.filter((one) => ending.states.includes(one)).map((one) => (
            <option key={one} value={one} selected={one === state}>
              {STATE_WORDS[one]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function Maps({ columns }: { columns: readonly MatrixColumn[] }): ComponentChildren {
  return columns.map((column) => <HeatMap key={column.key} column={column} />);
}

function HeatMap({ column }: { column: MatrixColumn }) {
  const place = matrix.columns.indexOf(column);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it.
    <section class="scroll" aria-label={`Map of ${column.key}`} tabIndex={0}>
      <table>
        <caption>
          {column.key} <small>{column.isMeasured ? 'measured' : 'predicted, not measured'}</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">first ↓ then →</th>
            {SECOND_CALLS.map((second) => (
              <th key={second} scope="col">
                {second}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FIRST_CALLS.map((first) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {SECOND_CALLS.map((second) => (
                <HeatCell key={second} first={first} second={second} place={place} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HeatCell({ first, second, place }: { first: FirstCall; second: SecondCall; place: number }) {
  const { heat, word } = leftOver(first, second, place);
  const isChosen = first === shown.first && second === shown.second;
  return (
    <td>
      <button
        type="button"
        class={`heat ${heat}`}
        tabIndex={-1}
        aria-pressed={isChosen}
        aria-label={`${first}, then ${second}: ${word}`}
        onClick={() => show(isChosen ? { first: undefined, second: undefined } : { first, second })}
      >
        {word}
      </button>
    </td>
  );
}

/** What the first call leaves to the second on a platform. */
function leftOver(first: FirstCall, second: SecondCall, place: number): { readonly heat: string; readonly word: string } {
  const before = recordedBefore(shown.state);
  const answers = answersAt(rowOf(first, second), place, before + 1);
  if (answers.length === 0) return { heat: 'unknown', word: 'not known' };
  switch (takingOf(answersAt(rowOf(second, second), place, before), answers)) {
    case 'takes':
      return { heat: 'gone', word: 'gone' };
    case 'may take':
      return { heat: 'maybe', word: 'gone?' };
    case 'other':
      return { heat: 'other', word: 'other' };
    case 'same':
      return answers.some(tellsError) ? { heat: 'error', word: 'error' } : { heat: 'none', word: '–' };
  }
}

function rowOf(first: FirstCall, second: SecondCall): MatrixRow | undefined {
  return rows.get(pairId(shown.ending, shown.state, first, second));
}

/** Each answer that came, or may come, to the call of that number. */
function answersAt(row: MatrixRow | undefined, place: number, call: number): readonly string[] {
  return [...new Set(row?.cells[place]?.traces.flatMap((trace) => trace[call] ?? []))].sort();
}

function Traces() {
  const { first, second } = shown;
  const row = first === undefined || second === undefined ? undefined : rowOf(first, second);
  if (row === undefined) return null;
  return (
    <>
      <h2>
        <a href={link(CALLS, scenarioPath(row.id))}>
          {first}, then {second}
        </a>
      </h2>
      <p>
        <code>{row.steps}</code> <a href={tryLink(CALLS, row.steps)}>Try it</a>
      </p>
      <dl>
        {matrix.columns.map(({ key }, i) => {
          const cell = row.cells[i];
          return cell === undefined ? null : (
            <div key={key} class={knownClass(cell)}>
              <dt>{key}</dt>
              <dd>
                <span class="trace">
                  <TraceLinks words={cellWords(cell)} from={CALLS} codes={matrix.codes} />
                </span>
                <span class="known">{knownBy(cell)}</span>
              </dd>
            </div>
          );
        })}
      </dl>
      <button type="button" onClick={() => show({ first: undefined, second: undefined })}>
        Close
      </button>
    </>
  );
}

rove(maps);
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && shown.first !== undefined) show({ first: undefined, second: undefined });
});
onHash(read);
