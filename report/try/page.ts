import { evidencePhrase } from '../../language/evidence.ts';
import { withoutSpelling } from '../../language/same-trace.ts';
import { isRecorded, printStep, printSteps, type Sequence, stepByStep } from '../../language/steps.ts';
import { BLOCKED } from '../../language/token.ts';
import { type GridRow, gridLines, type Layout } from '../grid.ts';
import { groupBy } from '../group-by.ts';
import { count, paragraph } from '../text.ts';
import { type Cell, columnWidths } from '../text-table.ts';
import { few, traceWords } from '../trace-words.ts';
import { contradictions, hasCrashed, type MeasuredAnswers, type PredictedAnswers, type Tried } from './answers.ts';

/** What a grid is indented by. */
const INDENT = 2;
/** Stands for a space of a step, which is read as one word. */
const GLUE = '\u00a0';

/** Sequences for a terminal: each call of S, with what the platforms answer side by side, and what is to be known of the answers. */
export function tryPage(tried: readonly Tried[], layout: Layout): string {
  const last = summary(tried).map((line) => paragraph(line, layout.width, '  '));
  return [...tried.map((one) => part(one, layout)), ...(last.length > 0 ? [last] : [])].map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n');
}

function part(tried: Tried, { width, paint }: Layout): string[] {
  const title = paragraph(printSteps(tried.sequence), width, '  ').split('\n');
  const whole = rowsOf(tried, columnsOf(tried, false));
  const { headings, rows } = fits(whole, width) ? whole : rowsOf(tried, columnsOf(tried, true));
  const event = { event: '', about: '', rows: headings.length === 0 ? [] : rows, notes: notes(tried) };
  // Without the title that each event of a grid has, and the blank line at its end.
  const grid = gridLines({ headings, events: [event] }, { width, paint }).slice(1, -1);
  return [...title.map((line) => paint('bold', line)), '', ...grid.map((line) => line.replaceAll(GLUE, ' '))];
}

/** One platform, or several with equal answers. */
interface Column {
  readonly heading: string;
  /** For each call, each answer that was measured or is possible, once; none where no call was made. */
  readonly answers: readonly Answers[];
}

interface Answers {
  readonly text: string;
  readonly tokens: readonly string[];
  /** The model says nothing of the call. */
  readonly isUnknown: boolean;
  /** What was measured is not what the platform's own model predicts. */
  readonly contradicts: boolean;
}

function columnsOf({ sequence, measured, predicted }: Tried, shares: boolean): Column[] {
  const calls = callsOf(sequence);
  const columns = [
    ...measured
      .filter(({ measured: { traces } }) => traces.length > 0)
      .map((one): Column & Kind => ({ ...measuredColumn(one, calls.length), kind: 'measured' })),
    ...predicted.filter(({ prediction }) => covers(prediction)).map((one): Column & Kind => ({ ...predictedColumn(one, calls.length), kind: 'predicted' })),
  ];
  const key = ({ answers, kind, heading }: Column & Kind) => (shares ? JSON.stringify([kind, answers]) : heading);
  return [...groupBy(columns, key).values()].map((group) => {
    const [first] = group as [Column & Kind];
    return { answers: first.answers, heading: `${group.map(({ heading }) => heading).join(', ')}, ${first.kind}` };
  });
}

interface Kind {
  readonly kind: 'measured' | 'predicted';
}

function covers({ traces }: PredictedAnswers['prediction']): boolean {
  return traces.some(({ trace }) => trace.length > 0);
}

function measuredColumn(answers: MeasuredAnswers, calls: number): Column {
  const { platform, measured, prediction } = answers;
  const isWrong = contradictions(answers).length > 0;
  return {
    heading: platform,
    answers: Array.from({ length: calls }, (_, i) => {
      const tokens = once(measured.traces.map(({ trace }) => trace[i]));
      const said = prediction?.traces.map(({ trace }) => trace[i]) ?? [];
      const isUncovered = prediction?.traces.some(({ trace, uncovered }) => uncovered !== undefined && i >= trace.length) ?? true;
      const contradicts = isWrong && !isUncovered && tokens.some((token) => !said.includes(token));
      return { tokens, text: tokens.length === 0 ? '–' : few(tokens.map(word), ' / '), isUnknown: false, contradicts };
    }),
  };
}

function predictedColumn({ platform, prediction }: PredictedAnswers, calls: number): Column {
  return {
    heading: platform,
    answers: Array.from({ length: calls }, (_, i) => {
      const tokens = once(prediction.traces.map(({ trace }) => trace[i]));
      const isUnknown = prediction.traces.some(({ trace, uncovered }) => uncovered !== undefined && i >= trace.length);
      const words = [...tokens.map(word), ...(isUnknown ? ['?'] : [])];
      return { tokens, text: words.length === 0 ? '–' : few(words, ' or '), isUnknown, contradicts: false };
    }),
  };
}

function once(tokens: readonly (string | undefined)[]): string[] {
  return [...new Set(tokens.filter((token) => token !== undefined))];
}

function word(token: string): string {
  return token === BLOCKED ? 'never returns' : token;
}

/** What is recorded, as its step is written. */
function callsOf(sequence: Sequence): string[] {
  return stepByStep(sequence).filter(isRecorded).map(printStep);
}

interface Rows {
  readonly headings: readonly string[];
  readonly rows: readonly GridRow[];
}

/** A row for each call; the same call with the same answers is one, with how often. */
function rowsOf({ sequence }: Tried, columns: readonly Column[]): Rows {
  const rows: { readonly call: string; readonly row: GridRow; times: number }[] = [];
  callsOf(sequence).forEach((call, i) => {
    const row = rowOf(columns.map(({ answers }) => answers[i] as Answers));
    const latest = rows.at(-1);
    if (latest?.call === call && JSON.stringify(latest.row) === JSON.stringify(row)) latest.times++;
    else rows.push({ call, row, times: 1 });
  });
  return {
    headings: columns.map(({ heading }) => heading),
    rows: rows.map(({ call, row, times }) => ({ ...row, name: (times === 1 ? call : `${call} ×${times}`).replaceAll(' ', GLUE) })),
  };
}

function rowOf(answers: readonly Answers[]): GridRow {
  const cells = answers.map(({ text, isUnknown, contradicts }): Cell => ({ text, style: contradicts ? 'red' : isUnknown ? 'gray' : undefined }));
  if (answers.some(({ contradicts }) => contradicts)) return { name: '', cells, mark: { text: '≠ its model', style: 'red' } };
  const known = answers.filter(({ isUnknown }) => !isUnknown).map(({ tokens }) => new Set(tokens.map(withoutSpelling)));
  return { name: '', cells, mark: markOf(known) };
}

/** Whether platforms differ in a call, or may: where several answers are possible, and one of them is the other's. */
function markOf(answers: readonly ReadonlySet<string>[]): Cell {
  const pairs = answers.flatMap((a, i) =>
    answers.slice(i + 1).map((b) => ({ larger: Math.max(a.size, b.size), shared: [...a].filter((token) => b.has(token)).length })),
  );
  if (pairs.some(({ larger, shared }) => larger > 0 && shared === 0)) return { text: '≠', style: 'yellow' };
  return { text: pairs.some(({ larger, shared }) => shared < larger) ? '≠?' : '', style: 'yellow' };
}

/** Whether no cell has to wrap: each column is as wide in the layout as in one without end. */
function fits({ headings, rows }: Rows, width: number): boolean {
  const table = [['', ...headings, ''], ...rows.map(({ name, cells, mark }) => [name, ...cells, mark])];
  const natural = columnWidths(table, Number.MAX_SAFE_INTEGER);
  return columnWidths(table, width - INDENT)?.every((column, i) => column === natural?.[i]) ?? false;
}

function notes({ measured, predicted }: Tried): string[] {
  return [...measured.flatMap(measuredNotes), ...predictedNotes(predicted)];
}

function measuredNotes(answers: MeasuredAnswers): string[] {
  const { platform, measured, prediction } = answers;
  const { traces, trials, ended, unmeasured } = measured;
  const wrong = contradictions(answers);
  const varied = few(
    traces.map(({ trace, count: times }) => `${times}× ${words(trace)}`),
    '; ',
  );
  return [
    ...(unmeasured === undefined ? [] : [`${platform}: no result: this machine refused what each trial needs: ${unmeasured}`]),
    ...(ended === undefined ? [] : [`${platform}: ${ended.as}: ${ended.reason}`]),
    ...(traces.length > 1 ? [`${platform}: the ${count(trials, 'trial')} differ: ${varied}`] : []),
    ...(prediction === undefined || ended?.as === 'unsupported' ? [] : uncoveredNote([platform], prediction)),
    ...(traces.length === 1 && ended === undefined && wrong.length === 0 && isWhole(prediction)
      ? [`${platform}: ${count(trials, 'trial')}: as its model predicts`]
      : []),
    ...(wrong.length === 0
      ? []
      : [
          `${platform}: MODEL AND SYSTEM DIFFER: measured ${few(wrong.map(words), ' / ')}; its model predicts ${predictedWords(prediction as NonNullable<typeof prediction>)}`,
        ]),
  ];
}

/** What the models know it by, and where they know nothing. Platforms of which the same is said are said together. */
function predictedNotes(predicted: readonly PredictedAnswers[]): string[] {
  const said = [
    ...groupBy(predicted, ({ prediction }) => JSON.stringify([prediction.traces.map(({ trace, evidence }) => [trace, evidence]), prediction.uncovered])),
  ];
  return said.flatMap(([, group]) => {
    const platforms = group.map(({ platform }) => platform);
    const { prediction } = group[0] as PredictedAnswers;
    const [first, ...others] = prediction.traces;
    const alone = first === undefined || !covers(prediction) ? undefined : `predicted; weakest evidence: ${evidencePhrase(first.evidence)}`;
    const how = others.length > 0 ? `predicted: ${predictedWords(prediction)}` : alone;
    return [...(how === undefined ? [] : [`${platforms.join(', ')}: ${how}`]), ...uncoveredNote(platforms, prediction)];
  });
}

function predictedWords({ traces, isCut }: PredictedAnswers['prediction']): string {
  const possible = traces.map(({ trace, evidence, uncovered }) => `${words(trace)}${uncovered === undefined ? '' : ' …'} (${evidencePhrase(evidence)})`);
  return few([...possible, ...(isCut ? ['others that were not followed'] : [])], ', or ');
}

function isWhole(prediction: PredictedAnswers['prediction'] | undefined): boolean {
  return prediction !== undefined && prediction.uncovered === undefined;
}

function uncoveredNote(platforms: readonly string[], { uncovered }: PredictedAnswers['prediction']): string[] {
  if (uncovered === undefined) return [];
  const { step, text, why } = uncovered;
  return [`${platforms.join(', ')}: ${platforms.length === 1 ? 'its model says' : 'their models say'} nothing from step ${step + 1} on (${text}): ${why}`];
}

function words(trace: readonly string[]): string {
  return trace.length === 0 ? 'no call' : traceWords(trace);
}

/** Where there are several, or a model and its system differ. */
function summary(tried: readonly Tried[]): string[] {
  const wrong = tried.flatMap(({ measured }) => measured.filter((answers) => contradictions(answers).length > 0));
  if (tried.length === 1 && wrong.length === 0) return [];
  const crashed = tried.filter(hasCrashed).length;
  const platforms = [...new Set(wrong.map(({ platform }) => platform))].join(', ');
  const told = wrong.length === 0 ? 'none.' : `${wrong.length} (${platforms}): a mistake in the model, or a system that it does not describe.`;
  return [
    `${count(tried.length, 'sequence')}${crashed === 0 ? '' : `, ${crashed} crashed`}; answers that are not what the platform's own model predicts: ${told}`,
  ];
}
