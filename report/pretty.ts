import { apiOf } from '../language/code.ts';
import { type Behaviour, notRunIn, recordedBehaviour, sameBehaviour } from '../results/behaviour.ts';
import type { ScenarioLine, Verdict } from '../results/schema.ts';
import { describeHeader, endLines, problemLines } from './describe.ts';
import { differenceWords } from './difference.ts';
import { eventOf, titleOf } from './event.ts';
import { type GridEvent, type GridRow, gridLines, type Layout } from './grid.ts';
import { groupBy } from './group-by.ts';
import { STYLES } from './paint.ts';
import { splitPairs, verdictCounts } from './pairs.ts';
import { behaviourWords, counterpartOf, type Side } from './side.ts';
import { count, paragraph } from './text.ts';
import type { Cell } from './text-table.ts';
import { verboseRun } from './verbose.ts';
import { classWords, tableName, type View } from './view.ts';

export interface PrettyOptions extends Layout {
  /** Every scenario, with each call. */
  readonly verbose: boolean;
}

/** Runs for a terminal: by event, beside each other and beside what Windows does, only what differs; or, where `verbose`, each by itself with every call. */
export function prettyRuns(views: readonly View[], options: PrettyOptions): string {
  if (options.verbose) return views.map((view) => verboseRun(view, options)).join('\n');
  const { width, paint } = options;
  const single = views.length === 1;
  const table = tableOf(views);
  const problems = views.flatMap((view) => problemLines(view).map((line) => (single ? line : `${view.run.header.platform.name}: ${line}`)));
  return [
    ...views.map(({ run }) => paragraph(describeHeader(run.header), width, '  ')),
    '',
    ...gridLines({ headings: table.headings, events: table.events }, options),
    ...table.pairs.map((line) => paragraph(line, width, '    ')),
    ...(table.pairs.length > 0 ? [''] : []),
    ...table.notes.map((note) => paragraph(note, width, '  ')),
    ...(table.notes.length > 0 ? [''] : []),
    ...problems.map((line) => paragraph(line, width, '  ')),
    ...(problems.length > 0 ? [''] : []),
    ...views.flatMap((view) => endLines(view, single, paint).map((line) => paragraph(line, width, '  '))),
    ...table.next.map((line) => paragraph(line, width, '  ')),
    '',
  ].join('\n');
}

interface Table {
  readonly headings: readonly string[];
  readonly events: readonly GridEvent[];
  /** A line for each way that a connection ends: how the pairs of calls after it came out. */
  readonly pairs: readonly string[];
  /** What stands below all events. */
  readonly notes: readonly string[];
  /** How many scenarios differ, and what to try next. */
  readonly next: readonly string[];
}

/** One scenario on all sides. */
interface Line {
  readonly id: string;
  readonly lines: readonly (ScenarioLine | undefined)[];
  /** Where there is no line because the run was not asked for one, or did not get so far. */
  readonly notRun: readonly boolean[];
  readonly behaviours: readonly (Behaviour | undefined)[];
  readonly differs: boolean;
  /** It differs from what is only inferred of a side, and from nothing else. */
  readonly differsFromInferred: boolean;
  readonly isKnown: boolean;
}

/** Runs of one platform are told apart by when they started. */
function headingOf({ run: { header } }: View, views: readonly View[]): string {
  const same = views.filter((view) => view.run.header.platform.name === header.platform.name).length > 1;
  return `${header.platform.name}${same ? ` ${header.started}` : ''}, measured`;
}

function tableOf(views: readonly View[]): Table {
  const beside = counterpart(views);
  const lines = linesOf(views, beside);
  const { single, grouped } = splitPairs(lines);
  const parts = [...groupBy(single, ({ id }) => eventOf(id))].map(([event, own]) => partOf(event, own, views, beside));
  const unseen = parts.filter(({ shown }) => shown.length === 0);
  return {
    headings: [...views.map((view) => headingOf(view, views)), ...(beside === undefined ? [] : [beside.heading])],
    events: parts.filter(({ shown }) => shown.length > 0).map((part) => gridEvent(part, views, beside)),
    pairs: pairLines(grouped, views, beside),
    notes: [
      ...eventsNote(`The same on ${sides(views, beside)}`, unseen, ({ same }) => same),
      ...eventsNote('Different by inference only', unseen, ({ inferred }) => inferred),
      ...unsupportedNotes(views),
      ...legend(views),
    ],
    next: nextLines(views, beside, single.length > 0 ? single : lines, single.length > 0 && grouped.size > 0),
  };
}

/** Every scenario that a run has, beside what the other system does. */
function linesOf(views: readonly View[], beside: Side | undefined): Line[] {
  const ids = [...new Set(views.flatMap(({ run }) => run.scenarios.map(({ id }) => id)))];
  const byId = views.map(({ run }) => new Map(run.scenarios.map((line) => [line.id, line])));
  const notRun = views.map(({ run }) => notRunIn(run));
  return ids.map((id) => {
    const lines = byId.map((map) => map.get(id));
    const own = lines.map((line) => line && recordedBehaviour(line));
    const behaviours = beside === undefined ? own : [...own, beside.behaviour(id)];
    const known = behaviours.filter((behaviour) => behaviour !== undefined && (behaviour.traces.length > 0 || behaviour.ended !== undefined)) as Behaviour[];
    const differs = differ(known.filter(({ evidence }) => evidence !== 'inferred'));
    const isKnown = own.some((behaviour) => behaviour !== undefined) && known.length > 1;
    return {
      id,
      lines,
      notRun: notRun.map((isNotRun, i) => lines[i] === undefined && isNotRun(id)),
      behaviours,
      isKnown,
      differs,
      differsFromInferred: !differs && differ(known),
    };
  });
}

function pairLines(groups: ReadonlyMap<string, readonly Line[]>, views: readonly View[], beside: Side | undefined): string[] {
  if (groups.size === 0) return [];
  const widest = Math.max(...[...groups.keys()].map((group) => group.length));
  return [
    'Pairs of calls, by the way that the connection ended (each, call by call: add -v):',
    ...[...groups].map(
      ([group, lines]) =>
        `  ${group.padEnd(widest)}  ${[...views.map((view, i) => pairWords(view, lines, i, views.length === 1)), ...besideWords(lines, beside)].join('; ')}`,
    ),
  ];
}

function pairWords({ run }: View, lines: readonly Line[], i: number, single: boolean): string {
  const own = lines.flatMap((line) => line.lines[i] ?? []);
  const words = own.length === 0 ? 'not run' : verdictCounts(own);
  return single ? words : `${run.header.platform.name}: ${words}`;
}

/** In how many of them the other system does something else. */
function besideWords(lines: readonly Line[], beside: Side | undefined): string[] {
  const inferred = lines.filter(({ differsFromInferred }) => differsFromInferred).length;
  const differing = lines.filter(({ differs }) => differs).length + inferred;
  if (beside === undefined || differing === 0) return [];
  return [`${differing} differ from the model of ${beside.name}${inferred === 0 ? '' : `, ${inferred} of them by inference only`}`];
}

/** The scenarios of one event: those that are shown, and how many others there are of each kind. */
interface Part {
  readonly event: string;
  readonly shown: readonly Line[];
  readonly same: number;
  readonly inferred: number;
  readonly unknown: number;
}

function partOf(event: string, lines: readonly Line[], views: readonly View[], beside: Side | undefined): Part {
  const shown = lines.filter((line) => isShown(line, views, beside));
  const rest = lines.filter((line) => !shown.includes(line) && line.behaviours.slice(0, views.length).some((behaviour) => behaviour !== undefined));
  const inferred = rest.filter(({ differsFromInferred }) => differsFromInferred).length;
  const same = rest.filter(({ isKnown }) => isKnown).length - inferred;
  return { event, shown, same, inferred, unknown: rest.length - same - inferred };
}

function isShown(line: Line, views: readonly View[], beside: Side | undefined): boolean {
  if (line.differs || line.lines.some(isOdd) || isNews(line, beside)) return true;
  return views.some(({ showsClasses }) => showsClasses) && line.behaviours.some((behaviour) => behaviour !== undefined);
}

function gridEvent({ event, shown, same, inferred, unknown }: Part, views: readonly View[], beside: Side | undefined): GridEvent {
  const words = [
    same > 0 && `${same} the same on ${sides(views, beside)}`,
    inferred > 0 && `${inferred} that ${inferred === 1 ? 'differs' : 'differ'} by inference only`,
    unknown > 0 && `${unknown} not known on ${beside?.name ?? 'the others'}`,
  ].filter(Boolean);
  const notes = words.length === 0 ? [] : [`not shown: ${words.join(', ')} (sockatlas run -v ${event})`];
  return { event, about: titleOf(event), rows: shown.map((line) => gridRow(line, views)), notes };
}

/** `The same on both, not shown: tcp/idle (1).` */
function eventsNote(what: string, parts: readonly Part[], countIn: (part: Part) => number): string[] {
  const events = parts.filter((part) => countIn(part) > 0).map((part) => `${part.event} (${countIn(part)})`);
  return events.length === 0 ? [] : [`${what}, not shown: ${events.join(', ')}.`];
}

/** Windows as documented, or on Windows Linux; nothing where a run of that system is there already. */
function counterpart(views: readonly View[]): Side | undefined {
  const [first] = views;
  if (first === undefined) return undefined;
  const side = counterpartOf(views.length === 1 ? first.run.header.platform : { id: 'linux' });
  return views.length > 1 && views.some(({ run }) => run.header.platform.id === side.name) ? undefined : side;
}

function sides(views: readonly View[], beside: Side | undefined): string {
  return views.length + (beside === undefined ? 0 : 1) === 2 ? 'both' : 'all';
}

/** Nothing is said of it anywhere, so that there is nothing to be the same as. */
function isNews({ id, lines }: Line, beside: Side | undefined): boolean {
  return lines.some((line) => line?.verdict === 'unjudged' && line.expected === undefined) && beside?.behaviour(id) === undefined;
}

function differ([first, ...others]: readonly Behaviour[]): boolean {
  return first !== undefined && others.some((other) => sameBehaviour(first, other) === false);
}

/** What wants to be seen whether it differs or not. */
function isOdd(line: ScenarioLine | undefined): boolean {
  return line !== undefined && ['deviation', 'unstable', 'known-race', 'blocked', 'known-hang', 'crashed'].includes(line.verdict);
}

function gridRow({ id, lines, notRun, behaviours, differs }: Line, views: readonly View[]): GridRow {
  const single = views.length === 1;
  return {
    name: id.slice(eventOf(id).length + 1),
    cells: behaviours.map((behaviour, i) => (notRun[i] ? { text: 'not run', style: 'gray' } : cellOf(behaviour, lines[i], single))),
    mark: markOf(lines, behaviours, differs, single),
    details: views.flatMap((view, i) => classDetails(view, lines[i])),
  };
}

const MARKS: Readonly<Partial<Record<Verdict, string>>> = {
  'known-deviation': ' *',
  'known-race': ' *',
  'known-hang': ' *',
  unstable: ' ~',
  deviation: ' !',
  blocked: ' !',
  crashed: ' !',
};

function cellOf(behaviour: Behaviour | undefined, line: ScenarioLine | undefined, single: boolean): Cell {
  if (line?.verdict === 'unsupported') return { text: 'unsupported', style: 'gray' };
  const text = behaviourWords(behaviour);
  if (line === undefined) return { text };
  return { text: single ? text : `${text}${MARKS[line.verdict] ?? ''}`, style: line.verdict === 'match' ? undefined : STYLES[line.verdict] };
}

function markOf(lines: Line['lines'], behaviours: Line['behaviours'], differs: boolean, single: boolean): Cell {
  const [line] = lines;
  if (single && line !== undefined && (isOdd(line) || line.verdict === 'known-deviation')) return { text: line.verdict, style: STYLES[line.verdict] };
  if (!differs) return { text: '' };
  const [here, there] = [behaviours[0]?.traces[0], behaviours[1]?.traces[0]];
  const words = behaviours.length === 2 && here !== undefined && there !== undefined ? differenceWords(here, there) : '';
  return { text: words === '' ? '≠' : `≠ ${words}`, style: 'yellow' };
}

function classDetails({ run, tables, showsClasses }: View, line: ScenarioLine | undefined): string[] {
  if (!showsClasses || line === undefined) return [];
  return tables.flatMap((table) => classWords(table, run.header.platform, line).map((words) => `${tableName(table)}: ${words}`));
}

/** What the platforms lack, by reason: only the events, not each scenario. */
function unsupportedNotes(views: readonly View[]): string[] {
  return views.flatMap(({ run }) => {
    const lacking = run.scenarios.filter(({ verdict }) => verdict === 'unsupported');
    return [...groupBy(lacking, ({ reason = '' }) => reason)].map(([reason, lines]) => {
      const events = [...new Set(lines.map(({ id }) => eventOf(id)))];
      return `Unsupported on ${run.header.platform.name} (${reason}): ${count(lines.length, 'scenario')} of ${events.join(', ')}.`;
    });
  });
}

function legend(views: readonly View[]): string[] {
  if (views.length < 2) return [];
  const verdicts = new Set(views.flatMap(({ run }) => run.scenarios.map(({ verdict }) => verdict)));
  const words = [
    (['known-deviation', 'known-race', 'known-hang'] as const).some((verdict) => verdicts.has(verdict)) && '* known deviation from Windows',
    verdicts.has('unstable') && '~ trials differ',
    (['deviation', 'blocked', 'crashed'] as const).some((verdict) => verdicts.has(verdict)) && '! deviation, blocked or crashed',
  ].filter(Boolean);
  return words.length === 0 ? [] : [words.join('   ')];
}

/** `lines`: those that are counted; `leavesPairs`: without the pairs of calls, which have lines of their own above. */
function nextLines(views: readonly View[], beside: Side | undefined, lines: readonly Line[], leavesPairs: boolean): string[] {
  const inferred = lines.filter(({ differsFromInferred }) => differsFromInferred).length;
  const differing = lines.filter(({ differs }) => differs).length + inferred;
  const [only] = views;
  if (only === undefined) return [];
  const besides = leavesPairs ? ', besides the pairs of calls' : '';
  if (views.length > 1) return [`${count(differing, 'scenario')} differ${differing === 1 ? 's' : ''}${besides}. All of them, with every call: add -v.`];
  if (beside === undefined || differing === 0) return [];
  const name = only.run.header.platform.id;
  const [a, b] = apiOf(only.run.header.platform) === 'posix' || name === 'wine' ? [name, beside.name] : [beside.name, name];
  const few = inferred === 0 ? '' : `, ${inferred} of them by inference only`;
  return [`${differing} differ${differing === 1 ? 's' : ''} from ${beside.name === 'windows' ? 'Windows' : 'Linux'}${few}${besides}: sockatlas diff ${a} ${b}`];
}
