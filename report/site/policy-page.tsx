import type { ComponentChildren } from 'preact';
import { type Build, buildOf } from '../../classification/policies/build.ts';
import { knownFrom } from '../../classification/policies/known.ts';
import { POLICY_LIBRARIES, type PolicyLibrary, policiesOf } from '../../classification/policies/libraries.ts';
import { closeMatrix, isNever, type Matrix, type MatrixCell } from '../../classification/policies/matrix.ts';
import {
  isReadinessKnown,
  type Known,
  platformTraces,
  readinessWith,
  type TracePlatform,
  tracePlatforms,
} from '../../classification/policies/platform-trace.ts';
import { play, type Story } from '../../classification/policies/play.ts';
import { IO_METHODS, PolicyError, TRANSPORTS, type Transport } from '../../classification/policies/policy.ts';
import { type RecvLoop, recvLoop } from '../../classification/policies/recv-loop.ts';
import { apiOf } from '../../language/code.ts';
import { evidencePhrase } from '../../language/evidence.ts';
import { codes } from '../../platforms/codes.ts';
import type { Recorded } from '../../results/newest.ts';
import { stories as scenarios } from '../../suites/index.ts';
import { cellText, matrixNotes, sectionTitle, versionsText } from '../close/matrix-text.ts';
import { alike, unique } from '../close/played.ts';
import { answerText, decisionText, extremeLines, leftOutText, outcomeText, pollText, premiseLines, sourceLines, titleOf } from '../close/words.ts';
import { groupBy } from '../group-by.ts';
import { page } from './layout.tsx';
import { libraryLink, link, policyPath, scenarioPath } from './paths.ts';
import type { SiteFile } from './site-file.ts';
import { Heads, Scroll } from './words.tsx';

/** What a connection is closed after: the reset of an idle one. */
const RESET = 'tcp/reset/idle';
const PLAYED =
  'No version was run: the loop, as it was read in its source, is played over what recv answers on each platform. Below the name of a platform stands how its answers are known.';
/** With different answers: an atlas of other people may have hundreds. */
const MOST_PLATFORMS = 12;

/** For each library whose way to close is known the table of its versions, and for each version its loop, poll by poll. */
export function* policyPages(runs: readonly Recorded[]): Generator<SiteFile> {
  const scenario = scenarios.find(({ id }) => id === RESET);
  const loop = scenario && recvLoop(scenario);
  if (loop === undefined || typeof loop === 'string') return;
  const stage = stageOf(knownFrom(runs), loop);
  for (const library of POLICY_LIBRARIES) {
    const matrix = closeMatrix(policiesOf(library), stage.known, stage);
    yield { path: policyPath(library), content: versionsPage(library, matrix, stage) };
    for (const version of policiesOf(library).data.versions) {
      yield { path: policyPath(`${library}-${version}`), content: versionPage(library, version, matrix, stage) };
    }
  }
}

/** What every policy is played over. */
interface Stage {
  readonly known: Known;
  readonly loop: RecvLoop;
  /** One of those that answer alike. */
  readonly platforms: readonly TracePlatform[];
  /** Which others each of them stands for, and which cannot be played. */
  readonly notes: readonly string[];
}

function stageOf(known: Known, loop: RecvLoop): Stage {
  const notes: string[] = [];
  const byAnswers = groupBy(
    tracePlatforms(known).flatMap((platform) => {
      const answers = answersOf(known, loop, platform);
      if (answers instanceof PolicyError) notes.push(`${platform.name} cannot be played: ${answers.message}.`);
      return answers instanceof PolicyError ? [] : [{ platform, answers }];
    }),
    ({ answers }) => answers,
  );
  const groups = [...byAnswers.values()];
  for (const [first, ...others] of groups) {
    if (others.length > 0) notes.push(`The same as ${first.platform.name}: ${others.map(({ platform }) => platform.name).join(', ')}.`);
  }
  if (groups.length > MOST_PLATFORMS) notes.push(`${groups.length - MOST_PLATFORMS} more platforms are left out.`);
  return { known, loop, platforms: groups.slice(0, MOST_PLATFORMS).map(([{ platform }]) => platform), notes };
}

/** All that a policy is told, as text: platforms with the same need not be played twice. A run of other people may have answers that no call gives. */
function answersOf(known: Known, loop: RecvLoop, platform: TracePlatform): string | PolicyError {
  try {
    const { traces, missing } = platformTraces(known, platform, loop);
    const told = traces.map((trace) => {
      for (const io of IO_METHODS) for (const isTold of [false, true]) readinessWith(trace, io).at(0, isTold);
      return [trace.evidence, trace.count, trace.history, trace.answers, trace.repeats, trace.readiness];
    });
    return JSON.stringify([platform.id, missing, told]);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

function Notes({ of }: { readonly of: Stage }) {
  return of.notes.map((note) => <p key={note}>{note}</p>);
}

function versionsPage(library: PolicyLibrary, matrix: Matrix, stage: Stage): string {
  const path = policyPath(library);
  return page({
    path,
    title: `${library}: after how many polls it closes, by version`,
    description: `In which poll after a reset each version of ${library} closes the connection, on each platform; or never.`,
    children: (
      <>
        <p>
          The peer has reset an idle connection (<a href={link(path, scenarioPath(RESET))}>{RESET}</a>). {PLAYED} {matrixNotes(matrix)}
        </p>
        <Notes of={stage} />
        {matrix.sections.map((section) => (
          <MatrixSection key={sectionTitle(section)} path={path} library={library} matrix={matrix} section={section} />
        ))}
        <pre>{`sockatlas close ${library}`}</pre>
      </>
    ),
  });
}

interface SectionOptions {
  readonly path: string;
  readonly library: PolicyLibrary;
  readonly matrix: Matrix;
  readonly section: Matrix['sections'][number];
}

function MatrixSection({ path, library, matrix: { columns }, section }: SectionOptions) {
  const id = `matrix-${section.transport}-${section.bufferedTlsBytes}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{sectionTitle(section)}</h2>
      <Polls
        label={`Polls, ${sectionTitle(section)}`}
        of="version"
        columns={columns}
        rows={section.rows.map(({ versions, cells }) => ({
          head: <a href={link(path, policyPath(`${library}-${versions.at(-1)}`))}>{versionsText(versions)}</a>,
          cells,
        }))}
      />
    </section>
  );
}

interface PollsOptions {
  readonly label: string;
  /** What a row is. */
  readonly of: string;
  readonly columns: Matrix['columns'];
  readonly rows: readonly { readonly head: ComponentChildren; readonly cells: readonly MatrixCell[] }[];
}

/** After how many polls the connection is closed, a column for each platform and readiness call. */
function Polls({ label, of, columns, rows }: PollsOptions) {
  return (
    <Scroll label={label}>
      <table class="versions">
        <thead>
          <tr>
            <th scope="col">{of}</th>
            {columns.map(({ platform, io, evidence }) => (
              <th key={`${platform} ${io}`} scope="col" class={evidence === 'measured' ? 'of-run' : 'of-expectation'}>
                {platform} {io}
                <div class={evidence === 'measured' ? 'known measured' : 'known documented'}>{evidencePhrase(evidence)}</div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ head, cells }, n) => (
            <tr key={n}>
              <th scope="row">{head}</th>
              {cells.map((cell, i) => (
                <td key={i} class={isNever(cell) ? 'differs' : undefined}>
                  {cellText(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function versionPage(library: PolicyLibrary, version: string, matrix: Matrix, stage: Stage): string {
  const path = policyPath(`${library}-${version}`);
  const builds = TRANSPORTS.flatMap((transport) => builtWith(library, version, transport));
  const sources = groupBy(
    builds.flatMap(({ data }) => data.sources.map((source) => ({ source, note: data.note }))),
    ({ note }) => note,
  );
  return page({
    path,
    title: `${library} ${version}: does the connection close after a reset?`,
    description: `What the event loop of ${library} ${version} does, poll by poll, after the peer has reset the connection, on each platform.`,
    children: (
      <>
        <p>
          The peer has reset an idle connection (<a href={link(path, scenarioPath(RESET))}>{RESET}</a>). This is what recv returns on each platform, the class
          that the <a href={libraryLink(path, library)}>table</a> gives to it, and what the loop does. {PLAYED} There is a page for{' '}
          <a href={link(path, policyPath(library))}>all versions</a>.
        </p>
        <section aria-labelledby="glance">
          <h2 id="glance">At a glance</h2>
          <p>{matrixNotes(matrix)}</p>
          <Polls
            label="Polls, with and without TLS"
            of="connection"
            columns={matrix.columns}
            rows={matrix.sections.flatMap((section) =>
              section.rows.filter(({ versions }) => versions.includes(version)).map(({ cells }) => ({ head: sectionTitle(section), cells })),
            )}
          />
        </section>
        <Notes of={stage} />
        {builds.map((build) => (
          <BuildStories key={build.transport} build={build} stories={storiesOf(build, stage)} />
        ))}
        <section aria-labelledby="sources">
          <h2 id="sources">Where it was read</h2>
          {[...sources].map(([note, own]) => (
            <div key={note}>
              <p>{note}</p>
              <ul>
                {unique(own.map(({ source }) => source)).map((source) => (
                  <li key={source}>{source}</li>
                ))}
              </ul>
            </div>
          ))}
        </section>
        <pre>{`sockatlas close ${library}@${version} --scenario ${RESET} -v`}</pre>
      </>
    ),
  });
}

function builtWith(library: PolicyLibrary, version: string, transport: Transport): Build[] {
  try {
    return [buildOf(policiesOf(library), version, transport)];
  } catch (error) {
    if (error instanceof PolicyError) return [];
    throw error;
  }
}

function storiesOf(build: Build, { known, loop, platforms }: Stage): Story[] {
  return platforms.flatMap((platform) => {
    const api = apiOf(platform);
    const methods = IO_METHODS.filter((io) => (io !== 'epoll' || platform.id === 'linux') && build.io.includes(io) && build.isKnown(io, api, 0));
    return platformTraces(known, platform, loop).traces.flatMap((trace) => methods.map((io) => play(build.policy, build.table(api), trace, { codes, io })));
  });
}

function BuildStories({ build: { transport }, stories }: { readonly build: Build; readonly stories: readonly Story[] }) {
  const id = `transport-${transport}`;
  const extremes = extremeLines(stories);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{sectionTitle({ transport, bufferedTlsBytes: 0 })}</h2>
      {alike(stories).map((group) => (
        <OneStory key={titleOf(group)} group={group} />
      ))}
      {extremes.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </section>
  );
}

function OneStory({ group }: { readonly group: ReturnType<typeof alike>[number] }) {
  const [story] = group;
  const { polls, leftOut } = story;
  return (
    <article class="story">
      <h3>{titleOf(group)}</h3>
      {[...sourceLines(group, 'scenario'), ...premiseLines(group)].map((line) => (
        <p key={line} class="soft">
          {line}
        </p>
      ))}
      <Scroll label={titleOf(group)}>
        <table>
          <Heads of={['poll', 'readiness', 'recv', 'class', 'the loop']} />
          <tbody>
            {polls.map((poll, i) => (
              <tr key={poll.n}>
                <th scope="row">{pollText(poll).replace(/^polls? /, '')}</th>
                <td>{unique(group.map((one) => saidBefore(one, i))).join(', ')}</td>
                <td>{poll.answer === undefined ? 'not called' : <code>{answerText(poll.answer)}</code>}</td>
                <td>{poll.answer?.class === undefined ? '·' : <code>{poll.answer.class}</code>}</td>
                <td>{decisionText(poll)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {leftOut !== undefined && <p class="soft">{leftOutText(leftOut)}</p>}
      <p class={story.outcome.end === 'never' ? 'outcome differs' : 'outcome'}>{outcomeText(story)}</p>
    </article>
  );
}

function saidBefore({ trace, io, polls }: Story, i: number): string {
  return isReadinessKnown(trace, io) ? (polls[i]?.readiness?.token ?? '·') : 'assumed readable';
}
