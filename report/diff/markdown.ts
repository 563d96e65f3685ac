import { eventOf, titleOf } from '../event.ts';
import { groupBy } from '../group-by.ts';
import { code, markdownTable, text } from '../markdown-text.ts';
import { behaviourWords } from '../side.ts';
import { type Diff, isChange } from './diff.ts';
import { evidenceWord, markText, summaryLines, withPairNotes } from './pretty.ts';

/** Two sides for a page or a step summary: what differs, by event. */
export function markdownDiff(diff: Diff): string {
  const { a, b } = diff;
  const { single, notes } = withPairNotes(diff);
  const changed = single.filter(({ change }) => isChange(change));
  return [
    ...summaryLines(diff).map(text),
    '',
    ...[...groupBy(changed, ({ id }) => eventOf(id))].flatMap(([event, own]) => [
      `### ${event}${titleOf(event) === '' ? '' : `: ${text(titleOf(event))}`}`,
      '',
      ...markdownTable(
        ['case', text(a.heading), text(b.heading), 'evidence', 'differs'],
        own.map((difference) => [
          code(difference.id.slice(event.length + 1)),
          code(behaviourWords(difference.a, false)),
          code(behaviourWords(difference.b, false)),
          evidenceWord(difference) || 'measured',
          text(markText(difference, a.name, b.name)),
        ]),
      ),
      '',
    ]),
    ...(notes.size > 0 ? ['### Pairs of calls', '', ...[...notes].flatMap(([event, lines]) => lines.map((line) => `- ${text(`${event}/${line}`)}`)), ''] : []),
  ].join('\n');
}
