import type { Story } from '../../classification/policies/play.ts';
import { plain } from '../../platforms/printable.ts';
import type { Layout } from '../grid.ts';
import { paragraph } from '../text.ts';
import { type Paint, type Row, tableLines } from '../text-table.ts';
import { alike, byTrace, type Played, unique } from './played.ts';
import { NOTHING, summaryEvidence, summaryLegend, summaryOf, summaryResult } from './summary.ts';
import {
  answerText,
  decisionText,
  differenceLines,
  extremeLines,
  leftOutText,
  notPlayedLines,
  notPlayedText,
  outcomeText,
  pollText,
  premiseLines,
  sourceLines,
  titleOf,
} from './words.ts';

export interface PrettyOptions extends Layout {
  /** Everything poll by poll, and every scenario that was not played. */
  readonly verbose: boolean;
}

/** For a terminal: of one scenario every story; of several a summary, then the stories that do not close. */
export function prettyPlayed(played: Played, options: PrettyOptions): string {
  const { stories, notPlayed } = played;
  const { width, verbose } = options;
  const isOne = unique(stories.map(({ trace }) => trace.scenario)).length === 1;
  const shown = isOne || verbose ? stories : stories.filter(({ outcome }) => outcome.end !== 'closes');
  const notPlayedLine = verbose ? undefined : notPlayedText(played, ' -v lists them.');
  const blocks = [
    ...(isOne ? [] : [summaryLines(played, options)]),
    ...alike(shown).map((group) => storyLines(group, played.over, options)),
    ...(isOne ? [extremesBlock(stories, width), ...byTrace(stories).map((group) => differencesBlock(group, width))] : []),
    ...(verbose && notPlayed.length > 0 ? [['Not played:', ...notPlayedLines(notPlayed).map((line) => `  ${paragraph(line, width - 2, '    ')}`)]] : []),
    ...(notPlayedLine === undefined ? [] : [[paragraph(notPlayedLine, width)]]),
    ...(isOne ? [] : [[paragraph(resultLine(played, options), width)]]),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function resultLine(played: Played, { verbose }: PrettyOptions): string {
  const hint = verbose ? '' : ' -v shows everything, poll by poll.';
  return `${summaryResult(played)}${hint}`;
}

function summaryLines(played: Played, { width, paint }: PrettyOptions): string[] {
  const summary = summaryOf(played);
  const rows: Row[] = [[{ text: 'closes after how many polls', style: 'gray' }, ...summary.platforms.map((text) => ({ text, style: 'bold' as const }))]];
  let event = '';
  for (const { scenario, cells } of summary.rows) {
    if (played.over === 'sequence') {
      rows.push([scenario, ...cells.map((text) => ({ text, style: styleOf(text) }))]);
      continue;
    }
    const of = scenario.split('/', 2).join('/');
    if (of !== event) rows.push([{ text: of, style: 'bold' }]);
    event = of;
    rows.push([`  ${scenario.slice(of.length + 1)}`, ...cells.map((text) => ({ text, style: styleOf(text) }))]);
  }
  const [{ policy } = { policy: '' }] = played.stories;
  return [
    paint('bold', plain(policy)),
    '',
    ...fitting(rows, width, paint),
    '',
    paragraph(summaryLegend(summary, played.over), width),
    paragraph(summaryEvidence(played), width),
  ];
}

function styleOf(cell: string): 'red' | 'yellow' | 'gray' | undefined {
  if (cell.includes('never')) return 'red';
  return cell === NOTHING ? 'gray' : cell.includes('?') ? 'yellow' : undefined;
}

function storyLines(stories: ReturnType<typeof alike>[number], over: Played['over'], { width, paint }: PrettyOptions): string[] {
  const [story] = stories;
  const { polls, leftOut, outcome } = story;
  const rows: Row[] = polls.flatMap((poll, i) => {
    const { answer, action } = poll;
    const said = unique(stories.map((one) => one.polls[i]?.readiness?.token ?? '·'));
    const row: Row = [
      pollText(poll),
      said.join(', '),
      answer === undefined ? 'recv not called' : `recv = ${answerText(answer)}`,
      ...(polls.some((one) => one.answer?.class !== undefined) ? [plain(answer?.class ?? '·')] : []),
      { text: decisionText(poll), style: action === 'close' ? 'green' : undefined },
    ];
    return leftOut !== undefined && polls[i + 1]?.n === leftOut.through + 1 ? [row, [leftOutText(leftOut)]] : [row];
  });
  return [
    paint('bold', paragraph(titleOf(stories), width, '  ')),
    ...[...sourceLines(stories, over), ...premiseLines(stories)].map((line) => paint('gray', `  ${paragraph(line, width - 2, '    ')}`)),
    ...fitting(rows, width, paint, '  '),
    paint(STYLES[outcome.end], `  ${paragraph(outcomeText(story), width - 2, '    ')}`),
  ];
}

const STYLES = { closes: 'green', never: 'red', unknown: 'yellow' } as const;

function extremesBlock(stories: readonly Story[], width: number): string[] {
  const lines = extremeLines(stories);
  return lines.length === 0 ? [] : ['Where several traces are possible:', ...lines.map((line) => `  ${paragraph(line, width - 2, '    ')}`)];
}

function differencesBlock(stories: readonly Story[], width: number): string[] {
  const lines = differenceLines(stories);
  return lines.length === 0 ? [] : ['Why they differ:', ...lines.map((line) => `  ${paragraph(line, width - 2, '    ')}`)];
}

/** A table, or where no table fits each row as a paragraph. */
function fitting(rows: readonly Row[], width: number, paint: Paint, indent = ''): string[] {
  return (
    tableLines(rows, { width, paint, indent }) ??
    rows.map((row) => indent + paragraph(row.map((cell) => (typeof cell === 'string' ? cell : cell.text)).join('  '), width - indent.length, '  '))
  );
}
