import { eventOf } from '../event.ts';
import type { Layout } from '../grid.ts';
import { groupBy } from '../group-by.ts';
import { hanging } from '../text.ts';
import type { Explanation } from './explanation.ts';

/** A code on each platform that has it, and where it is seen, by event. */
export function explainPage(explanations: readonly Explanation[], { width, paint }: Layout): string {
  return explanations
    .map(
      (explanation) =>
        `${section(explanation, paint)
          .map((line) => hanging(line, width))
          .join('\n')}\n`,
    )
    .join('\n');
}

function section(
  { name, spelledNumber, platform, domain, aliases, meaning, text, elsewhere, winsock, win32, seen }: Explanation,
  paint: Layout['paint'],
): string[] {
  const also = aliases.length > 0 ? `, also ${aliases.join(', ')}` : '';
  return [
    `${paint('bold', `${name} = ${spelledNumber}`)} on ${platform} (${domain})${also}: ${meaning}`,
    `  ${text}`,
    ...(elsewhere.length === 0 ? [] : [`  elsewhere: ${elsewhere.map((other) => `${other.name} = ${other.number} on ${other.platform}`).join(', ')}`]),
    ...(winsock === null ? [] : [`  ${winsock} from WSAGetOverlappedResult`]),
    ...(win32 === null ? [] : [`  ${win32} from GetOverlappedResult and GetQueuedCompletionStatus`]),
    ...(seen.length === 0 ? ['  no scenario expects it, and no recorded run shows it'] : seen.flatMap((one, i) => seenLines(one, seen[i - 1]))),
  ];
}

function seenLines({ platform, kind, file, scenarios }: Explanation['seen'][number], before: Explanation['seen'][number] | undefined): string[] {
  const head = `  ${kind} on ${platform}${file === undefined ? '' : ` (${file})`}`;
  if (before !== undefined && before.scenarios.join() === scenarios.join()) return [`${head}: in the same scenarios`];
  return [head, ...[...groupBy(scenarios, eventOf)].map(([event, ids]) => `    ${event}: ${ids.map((id) => id.slice(event.length + 1)).join(', ')}`)];
}
