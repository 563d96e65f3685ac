import type { Story } from '../../classification/policies/play.ts';
import { code, markdownRow, markdownTable, text } from '../markdown-text.ts';
import { alike, byTrace, type Played, unique } from './played.ts';
import { summaryEvidence, summaryLegend, summaryOf, summaryResult } from './summary.ts';
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

/** For a page: of one scenario every story; of several a summary, then the stories that do not close. */
export function markdownPlayed(played: Played, verbose: boolean): string {
  const { over, stories, notPlayed } = played;
  if (unique(stories.map(({ trace }) => trace.scenario)).length === 1) return markdownStories(stories, { over });
  const summary = summaryOf(played);
  const bold = (cell: string) => (cell.includes('never') ? `**${text(cell)}**` : text(cell));
  const notPlayedLine = notPlayedText(played, '');
  return [
    ...markdownTable(
      ['closes after how many polls', ...summary.platforms.map(text)],
      summary.rows.map((row) => [code(row.scenario), ...row.cells.map(bold)]),
    ),
    '',
    text(`${summaryResult(played)} ${summaryLegend(summary, over)} ${summaryEvidence(played)}`),
    '',
    ...(verbose ? [...notPlayedLines(notPlayed).map((line) => `- ${text(line)}`), ''] : notPlayedLine === undefined ? [] : [text(notPlayedLine), '']),
    markdownStories(verbose ? stories : stories.filter(({ outcome }) => outcome.end !== 'closes'), { over }),
  ].join('\n');
}

interface StoriesOptions {
  readonly over?: Played['over'];
  /** What each stands under: `###`. */
  readonly heading?: string;
}

/** Stories for a page. */
export function markdownStories(stories: readonly Story[], { over = 'scenario', heading = '##' }: StoriesOptions = {}): string {
  const isOne = unique(stories.map(({ trace }) => trace.scenario)).length === 1;
  const extremes = isOne ? extremeLines(stories) : [];
  const differences = isOne ? byTrace(stories).flatMap(differenceLines) : [];
  return [
    ...alike(stories).flatMap((group) => [...markdownStory(group, over, heading), '']),
    ...(extremes.length > 0 ? ['Where several traces are possible:', '', ...extremes.map((line) => `- ${text(line)}`), ''] : []),
    ...(differences.length > 0 ? ['Why they differ:', '', ...differences.map((line) => `- ${text(line)}`), ''] : []),
  ].join('\n');
}

function markdownStory(stories: ReturnType<typeof alike>[number], over: Played['over'], heading: string): string[] {
  const [{ polls, leftOut }] = stories;
  return [
    `${heading} ${text(titleOf(stories))}`,
    '',
    ...[...sourceLines(stories, over), ...premiseLines(stories)].flatMap((line) => [text(line), '']),
    ...markdownTable(['poll', 'readiness', 'recv', 'class', 'the loop'], []),
    ...polls.flatMap((poll, i) => {
      const { answer, action } = poll;
      const said = unique(stories.map((one) => one.polls[i]?.readiness?.token));
      const row = markdownRow([
        pollText(poll).replace(/^polls? /, ''),
        said.map((token) => (token === undefined ? '·' : code(token))).join(', '),
        answer === undefined ? 'not called' : code(answerText(answer)),
        answer?.class === undefined ? '·' : code(answer.class),
        action === 'close' ? text(decisionText(poll)).replace(/^closes/, '**closes**') : text(decisionText(poll)),
      ]);
      return leftOut !== undefined && polls[i + 1]?.n === leftOut.through + 1 ? [row, `| ${leftOutText(leftOut)} | | | | |`] : [row];
    }),
    '',
    `**${text(outcomeText(stories[0]))}**`,
  ];
}
