import type { Story } from '../../classification/policies/play.ts';
import { byTrace } from './pretty.ts';
import { answerText, differenceLines, evidenceText, outcomeText, titleOf } from './words.ts';

/** Stories for a page. `heading` is what each stands under: `###`. */
export function markdownStories(stories: readonly Story[], heading = '##'): string {
  return byTrace(stories)
    .flatMap((group) => {
      const differences = differenceLines(group);
      return [
        ...group.flatMap((story) => [...markdownStory(story, heading), '']),
        ...(differences.length > 0 ? ['Why they differ:', '', ...differences.map((line) => `- ${text(line)}`), ''] : []),
      ];
    })
    .join('\n');
}

function markdownStory(story: Story, heading: string): string[] {
  return [
    `${heading} ${text(titleOf(story))}`,
    '',
    `${code(story.trace.scenario)}, ${text(evidenceText(story.trace))}.`,
    '',
    '| poll | readiness | recv | class | the loop |',
    '| --- | --- | --- | --- | --- |',
    ...story.polls.map(
      ({ n, readiness, answer, action, why }) =>
        `| ${[
          n === 0 ? 'before' : String(n),
          readiness === undefined ? '·' : code(readiness.token),
          answer === undefined ? 'not called' : code(answerText(answer)),
          answer?.class === undefined ? '·' : code(answer.class),
          `${action === 'close' ? '**closes**' : 'goes on'}: ${text(why)}`,
        ].join(' | ')} |`,
    ),
    '',
    `**${text(outcomeText(story))}**`,
  ];
}

/** A code span in a table's cell: no pipe may end the cell, no backtick the span. */
export function code(content: string): string {
  return `\`${content.replaceAll('|', '\\|').replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
}

/** Reasons and names may come from anywhere: they must not become markup. */
export function text(content: string): string {
  return content.replace(/[\\`*{}[\]<>|#]|_(?=\W|$)|(?<=\W|^)_/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
