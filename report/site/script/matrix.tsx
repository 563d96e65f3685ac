import { render } from 'preact';
import { brief } from '../../../platforms/brief.ts';
import type { MatrixCell, MatrixColumn, MatrixRow } from '../matrix-format.ts';
import { link, MATRIX, scenarioPath } from '../paths.ts';
import { cellWords, differenceOf, knownBy, knownClass, verdictWords } from './cell-words.ts';
import { element, handedMatrix } from './handed.ts';
import { ANYTHING, isUnsupported, MatrixFilter, type Wanted } from './matrix-filter.ts';
import { keepStop, rove } from './roving.ts';
import { onHash, writeHash } from './state.ts';
import { TraceLinks } from './trace-links.tsx';
import { Windows } from './windows.ts';

/** The matrix: its filters, and the rows that they leave. */

const matrix = handedMatrix();
const filter = new MatrixFilter(matrix);
const [filters, status, box, table] = [element('filters'), element('status'), element('matrix'), element<HTMLTableElement>('rows')];

const LONGEST_TEXT = 200;

let wanted: Wanted = ANYTHING;
let columns: readonly MatrixColumn[] = [];
let isTyping = false;

/** A line of the table: an event's heading, or a scenario. */
type Line = { readonly event: string } | { readonly row: MatrixRow };
const windows = new Windows<Line>(box, table, drawTable);

function read(hash: URLSearchParams): void {
  const one = (name: string, known: readonly string[]) => known.find((value) => value === hash.get(name)) ?? '';
  const keys = matrix.columns.map(({ key }) => key);
  const read: Wanted = {
    text: brief(hash.get('q') ?? '', LONGEST_TEXT),
    event: one('event', [...matrix.events.keys()]),
    call: one('call', filter.calls),
    verdict: one('verdict', filter.verdicts),
    from: one('from', keys),
    beside: one('beside', keys),
    onlyDifferent: hash.get('differs') === '1',
    withPairs: hash.get('pairs') === '1',
  };
  const isDrawn = columns.length > 0 && JSON.stringify(read) === JSON.stringify(wanted);
  wanted = read;
  if (!isDrawn) draw();
}

function want(change: Partial<Wanted>, typing = false): void {
  wanted = { ...wanted, ...change };
  const { text, event, call, verdict, from, beside, onlyDifferent, withPairs } = wanted;
  writeHash({ q: text, event, call, verdict, from, beside, differs: onlyDifferent ? '1' : '', pairs: withPairs ? '1' : '' }, { typing });
  draw();
}

function draw(): void {
  columns = filter.columns(wanted);
  const rows = filter.rows(wanted);
  const lines = rows.flatMap((row, i): Line[] => (rows[i - 1]?.event === row.event ? [{ row }] : [{ event: row.event }, { row }]));
  render(<Filters />, filters);
  const of = matrix.rows.length;
  const pairs = rows.length > 0 || wanted.withPairs ? 0 : filter.rows({ ...wanted, withPairs: true }).length;
  status.textContent = `${rows.length.toLocaleString('en')} of ${of.toLocaleString('en')} scenarios${wanted.onlyDifferent ? ` differ from ${columns[0]?.key ?? ''}` : ''}${pairs === 0 ? '' : `; ${pairs.toLocaleString('en')} among the pairs of calls`}`;
  windows.show(lines);
}

function drawTable(): void {
  render(<Rows />, table);
  keepStop(table);
}

function Filters() {
  const [reference] = columns;
  const keys = matrix.columns.map(({ key, isMeasured }) => [key, isMeasured ? key : `${key}, expected`] as const);
  return (
    <>
      <label class="wide">
        Find
        <input
          type="search"
          id="find"
          placeholder="recv windows rst, or 10054"
          value={wanted.text}
          maxLength={LONGEST_TEXT}
          onInput={(event) => {
            want({ text: event.currentTarget.value }, isTyping);
            isTyping = true;
          }}
          onBlur={() => {
            isTyping = false;
          }}
        />
      </label>
      <Choice label="Event" name="event" options={[['', 'any'], ...[...matrix.events.keys()].map((event) => [event, event] as const)]} />
      <Choice label="Call" name="call" options={[['', 'any'], ...filter.calls.map((call) => [call, call] as const)]} />
      <Choice label="Verdict" name="verdict" options={[['', 'any'], ...filter.verdicts.map((verdict) => [verdict, verdict] as const)]} />
      <Choice label="Compare with" name="from" options={keys} chosen={reference?.key ?? ''} />
      <Choice
        label="Beside it"
        name="beside"
        options={[['', 'all platforms'], ...keys.filter(([key]) => key !== reference?.key)]}
        chosen={columns.length === 2 ? wanted.beside : ''}
      />
      <Switch label="Only what differs" name="onlyDifferent" />
      <Switch label="Pairs of calls too" name="withPairs" />
      <a class="all" href="#all=1">
        Show all
      </a>
    </>
  );
}

interface ChoiceOptions {
  label: string;
  name: 'event' | 'call' | 'verdict' | 'from' | 'beside';
  options: readonly (readonly [value: string, text: string])[];
  chosen?: string;
}

function Choice({ label, name, options, chosen = wanted[name] }: ChoiceOptions) {
  return (
    <label>
      {label}
      <select id={name} value={chosen} onChange={(event) => want({ [name]: event.currentTarget.value })}>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Switch({ label, name }: { label: string; name: 'onlyDifferent' | 'withPairs' }) {
  return (
    <label class="switch">
      <input type="checkbox" id={name} checked={wanted[name]} onChange={(event) => want({ [name]: event.currentTarget.checked })} />
      {label}
    </label>
  );
}

function Rows() {
  const places = columns.map((column) => matrix.columns.indexOf(column));
  return (
    <>
      <caption class="unseen">What each platform answers in each scenario</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">scenario</th>
          {columns.map((column, i) => (
            <th key={column.key} scope="col">
              {column.key}
              <small>
                {column.isMeasured ? 'measured' : 'expected, not measured'}
                {i === 0 ? ', compared with' : ''}
              </small>
              <small>{column.about}</small>
            </th>
          ))}
        </tr>
      </thead>
      {windows.all.map(({ lines, first, height }, i) =>
        height === undefined ? (
          <tbody key={i} data-window={i}>
            {lines.map((line, j) =>
              'event' in line ? (
                <EventLine key={line.event} event={line.event} index={first + j} />
              ) : (
                <ScenarioLine key={line.row.id} row={line.row} places={places} index={first + j} />
              ),
            )}
          </tbody>
        ) : (
          <tbody key={i} aria-hidden="true">
            <tr style={{ height: `${height}px` }}>
              <td colSpan={columns.length + 1} />
            </tr>
          </tbody>
        ),
      )}
    </>
  );
}

/** The first line below the headings has the index 2. */
const BELOW_HEADINGS = 2;

function EventLine({ event, index }: { event: string; index: number }) {
  const title = matrix.events.get(event) ?? '';
  return (
    <tr class="event" aria-rowindex={index + BELOW_HEADINGS}>
      <th scope="colgroup" colSpan={columns.length + 1}>
        <span>
          {event}
          {title === '' ? '' : `: ${title}`}
        </span>
      </th>
    </tr>
  );
}

function ScenarioLine({ row, places, index }: { row: MatrixRow; places: readonly number[]; index: number }) {
  const reference = row.cells[places[0] as number];
  return (
    <tr aria-rowindex={index + BELOW_HEADINGS}>
      <th scope="row">
        <a href={link(MATRIX, scenarioPath(row.id))} tabIndex={-1} title={row.why === '' ? undefined : row.why}>
          {row.id.slice(row.event.length + 1)}
        </a>
        <code>{row.steps}</code>
      </th>
      {places.map((place, i) => (
        <TraceCell key={place} cell={row.cells[place]} reference={i === 0 ? undefined : reference} row={row} platform={columns[i]?.key ?? ''} />
      ))}
    </tr>
  );
}

function TraceCell({ cell, reference, row, platform }: { cell: MatrixCell | undefined; reference: MatrixCell | undefined; row: MatrixRow; platform: string }) {
  if (cell === undefined) return <td class="is-none">–</td>;
  const differs = filter.differ(reference, cell);
  const difference = differs && reference !== undefined ? differenceOf(reference, cell) : '';
  const verdict = verdictWords(cell);
  return (
    <td class={`${knownClass(cell)}${differs ? ' differs' : ''}`}>
      <div class="said">
        <span class="trace">
          <TraceLinks words={cellWords(cell)} from={MATRIX} codes={matrix.codes} stop={-1} />
        </span>
        {differs && <b class="mark">≠ {difference}</b>}
        {verdict !== '' && (
          <span class="verdict" title={cell.reason}>
            {verdict}
          </span>
        )}
        {!isUnsupported(cell) && (
          <a class="known" href={link(MATRIX, scenarioPath(row.id))} tabIndex={-1} aria-label={`${knownBy(cell)}: ${row.id}, ${platform}`}>
            {knownBy(cell)}
          </a>
        )}
      </div>
    </td>
  );
}

rove(table);
// A click beside the links of a cell goes where most of them would.
table.addEventListener('click', (event) => {
  const target = event.target as HTMLElement;
  if (target.closest('a') === null && getSelection()?.toString() === '') target.closest('td')?.parentElement?.querySelector<HTMLElement>('th a')?.click();
});
onHash(read);
