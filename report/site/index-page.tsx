import { isPair, pairGroup } from '../../language/pairs.ts';
import type { Atlas } from '../../results/atlas.ts';
import { type Behaviour, sameBehaviour } from '../../results/behaviour.ts';
import { trialsOn } from '../../results/trials.ts';
import { eventOf, titleOf } from '../event.ts';
import { groupBy } from '../group-by.ts';
import { count } from '../text.ts';
import { type Column, columnsOf } from './columns.ts';
import type { KnownScenario } from './known-scenarios.ts';
import { page } from './layout.tsx';
import { CALLS, CODES, eventId, INDEX, MATRIX, policyPath, scenarioPath, TABLES, TRY } from './paths.ts';
import { Heads, Scroll } from './words.tsx';

/** The questions that people come with, and where each is answered. */
const QUESTIONS: readonly (readonly [question: string, id: string])[] = [
  ['What does recv return when the peer resets while data is unread?', 'tcp/reset/unread-data'],
  ['Is a reset reported once, or every time?', 'tcp/reset/idle'],
  ['Which code does send give after a reset?', 'tcp/reset/send'],
  ['The peer has ended its stream, then resets: an end or a reset?', 'tcp/reset/after-half-close'],
  ['The peer has closed, and a send draws its reset: what then?', 'tcp/fin/send-then-recv'],
  ['What does poll say after a reset?', 'tcp/reset/poll'],
  ['What does select say after a reset?', 'tcp/reset/select'],
  ['Does reading SO_ERROR take the reset away from recv?', 'tcp/reset/so-error'],
];

export function indexPage(atlas: Atlas, scenarios: readonly KnownScenario[]): string {
  const known = new Set(scenarios.map(({ id }) => id));
  return page({
    path: INDEX,
    title: 'What do socket calls return when the peer goes away?',
    description: 'An atlas of what recv, send and their kin return after a reset or the end of a connection, on Linux, Windows and Wine.',
    children: (
      <>
        <p>
          It depends on the operating system. This is what recv, send, poll and their kin return on each, as raw numbers: measured by sockatlas, which calls
          them directly, or, where no machine of that system was measured, what tests, documentation, reports or a model say, each marked as that.
        </p>
        <section aria-labelledby="questions">
          <h2 id="questions">What people ask</h2>
          <ul class="questions">
            {QUESTIONS.filter(([, id]) => known.has(id)).map(([question, id]) => (
              <li key={id}>
                <a href={scenarioPath(id)}>{question}</a>
              </li>
            ))}
            <li>
              <a href={CALLS}>Which call takes the error away from which other?</a>
            </li>
            <li>
              <a href={CODES}>What is 10054, 104 or 64?</a>
            </li>
            <li>
              <a href={policyPath('mongoose')}>Which versions of Mongoose never close a connection that was reset?</a>
            </li>
          </ul>
          <p>
            Everything: <a href={MATRIX}>the matrix</a>. Steps of your own: <a href={TRY}>try it</a>. What libraries make of it:{' '}
            <a href={TABLES}>their tables</a>.
          </p>
        </section>
        <section aria-labelledby="commands">
          <h2 id="commands">On your own machine</h2>
          <pre>{`sockatlas                                      # everything here, beside what Windows does\nsockatlas try "P send 10; P reset; S recv x3"  # steps of your own`}</pre>
        </section>
        <Platforms atlas={atlas} />
        <Events atlas={atlas} scenarios={scenarios} />
      </>
    ),
  });
}

function Platforms({ atlas: { platforms, scenarios } }: { readonly atlas: Atlas }) {
  return (
    <section aria-labelledby="platforms">
      <h2 id="platforms">What was measured</h2>
      <Scroll label="Measured platforms">
        <table>
          <Heads of={['platform', 'system', 'scenarios', 'trials', 'newest run']} />
          <tbody>
            {platforms.map(({ key, platform, runs }, i) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>{platform.os}</td>
                <td>{number(scenarios.filter(({ cells }) => cells[i] != null && cells[i]?.ended?.as !== 'unsupported').length)}</td>
                <td>{number(trialsOn(scenarios, i))}</td>
                <td>{runs[0]?.started.slice(0, 10)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {platforms.every(({ platform }) => platform.id !== 'windows') && (
        <p>No run of this atlas is from Windows: what stands in its columns is what is expected of it, by the evidence that is named there.</p>
      )}
    </section>
  );
}

interface OfEvent {
  readonly event: string;
  readonly own: readonly KnownScenario[];
  readonly differ: ReadonlySet<KnownScenario>;
  /** Those of which both are known. */
  readonly compared: number;
  /** Linux has no such calls. */
  readonly isOnlyOnWindows: boolean;
}

function Events({ atlas, scenarios }: { readonly atlas: Atlas; readonly scenarios: readonly KnownScenario[] }) {
  const events = [...groupBy(scenarios, ({ id }) => eventOf(id))].map(([event, own]): OfEvent => {
    const verdicts = own.map((scenario) => [scenario, sameOnWindows(columnsOf(atlas, scenario))] as const);
    return {
      event,
      own,
      differ: new Set(verdicts.flatMap(([scenario, same]) => (same === false ? [scenario] : []))),
      compared: verdicts.filter(([, same]) => same !== undefined).length,
      isOnlyOnWindows: own.every(({ cells }) => cells.some((cell, i) => atlas.platforms[i]?.platform.id === 'linux' && cell?.ended?.as === 'unsupported')),
    };
  });
  return (
    <section aria-labelledby="events">
      <h2 id="events">What happens to the connection</h2>
      <Scroll label="Scenarios by event">
        <table>
          <Heads of={['event', 'scenarios', 'Windows differs from Linux']} />
          <tbody>
            {events.map(({ event, own, differ, compared, isOnlyOnWindows }) => (
              <tr key={event}>
                <th scope="row">
                  <a href={`#${eventId(event)}`}>{event}</a>
                  {titleOf(event) !== '' && <div class="soft">{titleOf(event)}</div>}
                </th>
                <td>{number(own.length)}</td>
                <td>{compared === 0 ? (isOnlyOnWindows ? 'only on Windows' : 'not known') : `${number(differ.size)} of ${number(compared)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {events.map((event) => (
        <EventScenarios key={event.event} {...event} />
      ))}
    </section>
  );
}

function EventScenarios({ event, own, differ }: OfEvent) {
  const stories = own.filter(({ id }) => !isPair(id));
  const groups = groupBy(
    own.filter(({ id }) => isPair(id)),
    ({ id }) => pairGroup(id),
  );
  return (
    <section aria-labelledby={eventId(event)}>
      <h3 id={eventId(event)}>{event}</h3>
      <ul class="scenarios">
        {stories.map((scenario) => (
          <li key={scenario.id}>
            <a href={scenarioPath(scenario.id)}>{scenario.id}</a> {differ.has(scenario) && <span class="differs">≠</span>}{' '}
            <span class="soft">{scenario.why}</span>
          </li>
        ))}
      </ul>
      {[...groups].map(([group, pairs]) => (
        <details key={group}>
          <summary>
            {group}: {count(pairs.length, 'pair')} of calls
          </summary>
          <ul class="ids">
            {pairs.map((scenario) => (
              <li key={scenario.id}>
                <a href={scenarioPath(scenario.id)}>{scenario.id.slice(scenario.id.indexOf('?') + 1)}</a>{' '}
                {differ.has(scenario) && <span class="differs">≠</span>}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

/** Whether Windows, as it was measured or is expected, does what Linux does; undefined where one of both is not known. */
function sameOnWindows(columns: readonly Column[]): boolean | undefined {
  const [linux, windows] = [behaviourOf(columns, 'linux'), behaviourOf(columns, 'windows')];
  return linux === undefined || windows === undefined ? undefined : sameBehaviour(linux, windows);
}

function behaviourOf(columns: readonly Column[], system: Column['system']): Behaviour | undefined {
  const own = columns.filter((column) => column.system === system);
  const [first] = own;
  return first && { traces: own.map(({ tokens }) => tokens), isExpected: !first.isMeasured, evidence: first.evidence };
}

function number(n: number): string {
  return n.toLocaleString('en');
}
