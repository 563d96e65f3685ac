import type { Change, Expected } from '../results/expect.ts';
import type { Layout } from './grid.ts';
import { count, hanging } from './text.ts';
import { traceWords } from './trace-words.ts';

/** How many pairs of calls are named. */
const MOST_LISTED = 10;

/** What a run changes in the expectations, for a terminal: what was expected and is otherwise first. */
export function prettyExpected(platform: string, { changes, leftOut, pairs }: Expected, { width, paint }: Layout): string {
  const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind);
  const words = (patterns: readonly (readonly string[])[]) =>
    patterns.length === 0 ? 'not known' : patterns.map((pattern) => traceWords(pattern)).join(' or ');
  const lines = [
    ...[...of('changed'), ...of('added')].flatMap(({ kind, id, before, after }) => [
      `${paint('bold', kind)} ${id}`,
      ...(before === undefined ? [] : [`  was ${words(before.patterns)} (${before.evidence})`]),
      `  is  ${words(after)} (measured)`,
      ...(after.length > 1 ? ['  trials differ: a race, or a fault of the scenario'] : []),
    ]),
    ...of('confirmed').map(({ id, before }) => `${paint('bold', 'confirmed')} ${id} (was ${before?.evidence})`),
    ...leftOut.map(({ id, reason }) => `${paint('bold', 'left out')} ${id}: ${reason}`),
    ...(pairs.differ.length === 0
      ? []
      : [
          `${count(pairs.differ.length, 'pair')} of calls differ from the model, which no file of expectations changes (docs/models.md): ${pairs.differ.slice(0, MOST_LISTED).join(', ')}${pairs.differ.length > MOST_LISTED ? ' …' : ''}`,
        ]),
    `${platform}: ${of('changed').length} changed, ${of('added').length} added, ${of('confirmed').length} confirmed, ${of('same').length} as before; ${leftOut.length} left out; ${count(pairs.same, 'pair')} of calls as the model says.`,
  ];
  return `${lines.map((line) => hanging(line, width)).join('\n')}\n`;
}
