import { render } from 'preact-render-to-string';
import { isPair } from '../../language/pairs.ts';
import { withoutSpelling } from '../../language/same-trace.ts';
import { ANY, expanded } from '../../language/trace.ts';
import {
  EXPECTED_PLATFORMS,
  type Expectation,
  type ExpectedPlatform,
  expectationFor,
  expectationsFor,
  fileOf,
  patternsOf,
} from '../../platforms/expectation.ts';
import type { Atlas, AtlasCell, AtlasPlatform } from '../../results/atlas.ts';
import { type Judgement, judge } from '../../results/judge.ts';
import { trialsOf } from '../../results/trials.ts';
import { differenceWords } from '../difference.ts';
import { eventOf, titleOf } from '../event.ts';
import { groupBy } from '../group-by.ts';
import { count } from '../text.ts';
import { few, traceWords } from '../trace-words.ts';
import { classesBy, type LibraryClasses } from './classes.ts';
import { type Column, columnsOf } from './columns.ts';
import type { KnownScenario } from './known-scenarios.ts';
import { page } from './layout.tsx';
import { eventLink, libraryLink, scenarioPath, sourceUrl, tryLink } from './paths.ts';
import { SequenceDiagram } from './sequence-diagram.tsx';
import { Answer, Heads, Known, knownClass, knownText, Scroll } from './words.tsx';

/** A run of other people may have a thousand traces of a scenario. */
const MOST_COLUMNS = 12;
const MOST_CALLS = 200;

interface Part {
  readonly atlas: Atlas;
  readonly scenario: KnownScenario;
  readonly path: string;
  readonly columns: readonly Column[];
}

/** The page of a scenario: why, the steps, what each platform gave and what is expected of it, what libraries make of it, and the command that shows it again. */
export function scenarioPage(atlas: Atlas, scenario: KnownScenario): string {
  const { id, why, steps, described } = scenario;
  const path = scenarioPath(id);
  const columns = columnsOf(atlas, scenario);
  const part: Part = { atlas, scenario, path, columns: columns.slice(0, MOST_COLUMNS) };
  const measured = columns.find(({ isMeasured }) => isMeasured);
  return page({
    path,
    title: id,
    description: why === '' ? `What each platform gives in ${id}.` : why,
    children: (
      <>
        <p class="about">
          <a href={eventLink(path, eventOf(id))}>{eventOf(id)}</a>
          {titleOf(eventOf(id)) !== '' && `: ${titleOf(eventOf(id))}`}
        </p>
        {why !== '' && <p>{why}</p>}
        {steps !== '' && <pre class="steps">{steps}</pre>}
        <Glance {...part} />
        <CallByCall {...part} left={columns.length - part.columns.length} />
        {described !== undefined && described.steps.length > 0 && (
          <section aria-labelledby="sequence">
            <h2 id="sequence">Step by step</h2>
            <SequenceDiagram described={described} tokens={measured?.tokens ?? []} of={measured?.givers[0]?.name} />
          </section>
        )}
        <Expected {...part} />
        <Commands {...part} />
      </>
    ),
    rendered: libraries(part),
  });
}

/** Each platform in words, with its verdict: those that were measured, then what is expected of those that were not. */
function Glance({ atlas, scenario, columns }: Part) {
  const { id, cells } = scenario;
  const rows = cells.flatMap((cell, i) => {
    const platform = atlas.platforms[i];
    return cell === null || platform === undefined ? [] : [{ key: platform.key, ...measuredRow(atlas, id, platform, cell) }];
  });
  const groups = [...groupBy(rows, ({ words, verdict, reason }) => JSON.stringify([words, verdict, reason])).values()];
  const expected = [
    ...groupBy(
      columns.filter(({ isMeasured }) => !isMeasured),
      ({ system }) => system,
    ).values(),
  ];
  return (
    <section aria-labelledby="glance">
      <h2 id="glance">At a glance</h2>
      <Scroll label="Each platform at a glance">
        <table class="glance">
          <Heads of={['platform', 'known by', 'what the calls returned', 'verdict']} />
          <tbody>
            {groups.map((group) => (
              <tr key={group[0].key} class="of-run">
                <th scope="row">{group.map(({ key }) => key).join(', ')}</th>
                <td>
                  <span class="known measured">measured</span>
                </td>
                <td class="trace">{group[0].words.length === 0 ? '–' : group[0].words.map((words) => <div key={words}>{words}</div>)}</td>
                <td>
                  {group[0].verdict}
                  {group[0].reason !== undefined && <div class="soft reason">{group[0].reason}</div>}
                </td>
              </tr>
            ))}
            {expected.map((own) => (
              <tr key={own[0].system} class="of-expectation">
                <th scope="row">{own[0].system}</th>
                <td>
                  <Known by={own[0]} />
                </td>
                <td class="trace">
                  {few(
                    own.map(({ tokens }) => traceWords(tokens)),
                    ' or ',
                  ) || 'not known'}
                </td>
                <td class="soft">not measured</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function measuredRow({ traces }: Atlas, id: string, { platform }: AtlasPlatform, cell: AtlasCell): Judgement & { readonly words: readonly string[] } {
  const expectation = expectationFor(platform, id)?.expectation;
  const standard = expectation && { patterns: patternsOf(expectation), evidence: expectation.evidence, deviates: expectation.deviates };
  const own = cell.traces.map(([index]) => traces[index]?.trace ?? []);
  const { verdict, reason } = judge(standard, own, cell.ended);
  const said = [...(cell.conflict ? ['runs of this platform contradict each other'] : []), ...(reason === undefined ? [] : [reason])].join('; ');
  const isOne = own.length === 1;
  return {
    verdict,
    ...(said !== '' && { reason: said }),
    words: cell.traces
      .slice(0, MOST_COLUMNS)
      .map(([, times], i) => `${isOne ? '' : `${times} of ${trialsOf(cell)} trials: `}${traceWords(own[i] ?? [])}`)
      .concat(cell.traces.length > MOST_COLUMNS ? [`${cell.traces.length - MOST_COLUMNS} more traces`] : []),
  };
}

/** Each call's return value and code, side by side. What is only expected is marked as that, column by column. */
function CallByCall({ scenario: { calls }, columns, path, left }: Part & { readonly left: number }) {
  const longest = Math.min(MOST_CALLS, Math.max(0, ...columns.map(({ tokens }) => tokens.length)));
  const [first] = columns;
  if (first === undefined || longest === 0) return null;
  return (
    <section aria-labelledby="calls">
      <h2 id="calls">Call by call</h2>
      <Scroll label="Return value and code of each call">
        <table class="calls">
          <thead>
            <tr>
              <th scope="col">call</th>
              {columns.map((column, i) => (
                <th key={i} scope="col" class={column.isMeasured ? 'of-run' : 'of-expectation'}>
                  <Givers column={column} />
                  {column !== first && <Difference here={first} there={column} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: longest }, (_, i) => (
              <tr key={i}>
                <th scope="row" class="call">
                  {calls[i] ?? columns.find(({ answers }) => answers[i] !== undefined)?.answers[i]?.call ?? `call ${i + 1}`}
                </th>
                {columns.map((column, j) => (
                  <td key={j} class={`${column.isMeasured ? 'of-run' : 'of-expectation'}${differsAt(first, column, i) ? ' differs' : ''}`}>
                    {column.tokens[i] === undefined ? (
                      '–'
                    ) : (
                      <Answer from={path} system={column.system} token={column.tokens[i]} answer={column.isMeasured ? column.answers[i] : undefined} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {left > 0 && <p class="soft">{count(left, 'more trace')} in the atlas.</p>}
    </section>
  );
}

function Givers({ column }: { readonly column: Column }) {
  return (
    <>
      {column.givers.map(({ name, trials }) => (
        <div key={name}>
          {name} {trials !== undefined && <span class="soft">{`${trials.of} of ${trials.all} trials`}</span>}
        </div>
      ))}
      <div class={`known ${knownClass(column)}`}>{knownText(column)}</div>
    </>
  );
}

/** In a word or two how a trace differs from the first; colour alone would not say it. */
function Difference({ here, there }: { readonly here: Column; readonly there: Column }) {
  if (!there.tokens.some((_, i) => differsAt(here, there, i))) return null;
  return <div class="difference">≠ {differenceWords(here.tokens, there.tokens)}</div>;
}

function differsAt(first: Column, column: Column, i: number): boolean {
  const [a, b] = [first.tokens[i], column.tokens[i]];
  return a !== undefined && b !== undefined && a !== ANY && b !== ANY && withoutSpelling(a) !== withoutSpelling(b);
}

function Expected({ scenario: { id, calls } }: Part) {
  return (
    <section aria-labelledby="expected">
      <h2 id="expected">What is expected, and who says so</h2>
      {EXPECTED_PLATFORMS.map((platform) => (
        <div key={platform} class="expected">
          <h3>{platform}</h3>
          <Expectations platform={platform} id={id} calls={calls.length} />
        </div>
      ))}
    </section>
  );
}

function Expectations({ platform, id, calls }: { readonly platform: ExpectedPlatform; readonly id: string; readonly calls: number }) {
  const all = expectationsFor(platform, id);
  if (all.length === 0)
    return <p class="soft">{isPair(id) ? 'Its model does not say.' : platform === 'wine' ? 'The same as on windows.' : 'Nothing is expected.'}</p>;
  return all.map((expectation, i) => <OneExpectation key={i} expectation={expectation} calls={calls} />);
}

function OneExpectation({ expectation, calls }: { readonly expectation: Expectation; readonly calls: number }) {
  const { when = {}, evidence, model, note, deviates, sources } = expectation;
  const condition = Object.entries(when).map(([what, range]) => `${what} ${range}`);
  const words = patternsOf(expectation).map((pattern) => traceWords(expanded(pattern, calls === 0 ? undefined : calls)));
  return (
    <div class="expectation">
      <p>
        {condition.length > 0 && `${condition.join(', ')}: `}
        {words.length === 0 ? 'not known: recorded, not judged' : <span class="trace">{words.join(' or ')}</span>}
        {words.length > 0 && (
          <>
            {' '}
            <Known by={{ isPredicted: model !== undefined, evidence }} />
          </>
        )}
      </p>
      {deviates !== undefined && <p>Why it differs from windows: {deviates}</p>}
      {note !== undefined && <p>{note}</p>}
      <ul class="sources">
        {sources.map((source) => (
          <li key={source}>
            <Source text={source} />
          </li>
        ))}
        <li>
          <code>{fileOf(expectation)}</code>
        </li>
      </ul>
    </div>
  );
}

function Source({ text }: { readonly text: string }) {
  const url = sourceUrl(text);
  return url === undefined ? text : <a href={url}>{text}</a>;
}

/** Most pairs of calls have the answers of others, and so the same classes. All scenarios' pages lie in one folder. */
const rendered = new Map<string, string>();

function libraries({ columns, path }: Part): string {
  const rows = classesBy(columns);
  if (rows.length === 0) return '';
  const key = JSON.stringify([columns.map(({ givers, isMeasured }) => [isMeasured, givers.map(({ name }) => name)]), rows]);
  const known = rendered.get(key) ?? render(<Libraries path={path} columns={columns} rows={rows} />);
  rendered.set(key, known);
  return known;
}

function Libraries({ columns, path, rows }: Pick<Part, 'columns' | 'path'> & { readonly rows: readonly LibraryClasses[] }) {
  return (
    <section aria-labelledby="libraries">
      <h2 id="libraries">What libraries make of it</h2>
      <p class="soft">The class that each library’s table gives to each return value. · is a call that its tables are not about.</p>
      <Scroll label="Classes by library">
        <table class="classes">
          <thead>
            <tr>
              <th scope="col">library</th>
              {columns.map((column, i) => (
                <th key={i} scope="col" class={column.isMeasured ? 'of-run' : 'of-expectation'}>
                  {column.givers.map(({ name }) => name).join(', ')}
                  {!column.isMeasured && ' (not measured)'}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ library, words }) => (
              <tr key={library}>
                <th scope="row">
                  <a href={libraryLink(path, library)}>{library}</a>
                </th>
                {words.map((text, i) => (
                  <td key={i} class="trace">
                    {text ?? '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Commands({ scenario: { id, steps, why }, path }: Part) {
  if (why === '') return <p class="soft">This version of sockatlas does not have this scenario.</p>;
  const quoted = id.includes('?') ? `"${id}"` : id;
  return (
    <section aria-labelledby="again">
      <h2 id="again">See it yourself</h2>
      <pre>{`sockatlas run ${quoted}\nsockatlas show ${quoted}`}</pre>
      <p>
        <a href={tryLink(path, steps)}>Change the steps and ask the models</a>
      </p>
    </section>
  );
}
