import type { Story } from '../../classification/policies/play.ts';
import type { Paint } from '../paint.ts';
import { plain } from '../text.ts';
import { alignColumns } from '../text-table.ts';
import { answerText, differenceLines, evidenceText, outcomeText, titleOf } from './words.ts';

/** Stories for a terminal; those of one platform together, with why they part. */
export function prettyStories(stories: readonly Story[], paint: Paint): string {
  const lines: string[] = [];
  for (const group of byTrace(stories)) {
    for (const story of group) lines.push(...prettyStory(story, paint), '');
    const differences = differenceLines(group);
    if (differences.length > 0) lines.push('Why they differ:', ...differences.map((line) => `  ${line}`), '');
  }
  return lines.join('\n');
}

function prettyStory(story: Story, paint: Paint): string[] {
  const { polls, outcome, trace } = story;
  const rows = polls.map(({ n, readiness, answer, action, why }) => [
    `  ${n === 0 ? 'before' : `poll ${n}`}`,
    readiness?.token ?? '·',
    answer === undefined ? 'recv not called' : `recv = ${answerText(answer)}`,
    answer?.class ?? '·',
    `${action === 'close' ? paint('green', 'closes') : 'goes on'}: ${plain(why)}`,
  ]);
  return [
    paint('bold', titleOf(story)),
    paint('gray', `  ${trace.scenario}, ${evidenceText(trace)}`),
    ...alignColumns(rows),
    `  ${paint(outcome.end === 'closes' ? 'green' : outcome.end === 'never' ? 'red' : 'yellow', outcomeText(story))}`,
  ];
}

/** Stories over the same trace of the same platform, in order. */
export function byTrace(stories: readonly Story[]): Story[][] {
  const groups = new Map<string, Story[]>();
  for (const story of stories) {
    const { platform, source, answers } = story.trace;
    const key = JSON.stringify([platform.name, source, answers]);
    groups.set(key, [...(groups.get(key) ?? []), story]);
  }
  return [...groups.values()];
}
