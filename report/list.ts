import type * as Zod from 'zod';
import { isPair, pairs } from '../language/pairs.ts';
import { withoutParameters } from '../platforms/expectation.ts';
import { z } from '../platforms/zod.ts';
import type { Scenario } from '../runner/scenario.ts';
import type { Layout } from './grid.ts';
import { groupBy } from './group-by.ts';
import { paragraph } from './text.ts';

/** What `list --format json` prints. */
export const listDocumentSchema = z.strictObject({
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      about: z.string().describe('What has happened in all scenarios of this event'),
      why: z.string(),
      steps: z.string().describe('What is done and recorded, in the language of steps. Those of a scenario that is a function may have other verbs'),
    }),
  ),
});

export function listDocument(scenarios: readonly Scenario[]): Zod.infer<typeof listDocumentSchema> {
  return { scenarios: scenarios.map(({ id, about, why, steps }) => ({ id, about, why, steps })) };
}

/**
 * The ids, one a line, ready for `@FILE`: of pairs of calls, where all of a kind are among others, the pattern that chooses them. Where `verbose`, each with what it is
 * about.
 */
export function prettyList(scenarios: readonly Scenario[], verbose: boolean, { width, paint }: Layout): string {
  if (!verbose)
    return listLines(scenarios)
      .map((line) => `${line}\n`)
      .join('');
  return scenarios
    .map(({ id, why, steps }) => `${paint('bold', id)}\n${paragraph(`  ${why}`, width, '  ')}\n${paragraph(`  ${steps}`, width, '    ')}\n`)
    .join('\n');
}

function listLines(scenarios: readonly Scenario[]): string[] {
  const ids = scenarios.map(({ id }) => id);
  if (ids.every(isPair)) return ids;
  const all = countsByCase([...pairs().keys()]);
  const chosen = countsByCase(ids);
  const isWhole = (id: string) => isPair(id) && chosen.get(withoutParameters(id)) === all.get(withoutParameters(id));
  return [...new Set(ids.map((id) => (isWhole(id) ? `${withoutParameters(id)} # ${all.get(withoutParameters(id))} pairs of calls` : id)))];
}

/** By `tcp/reset/pair`. */
function countsByCase(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...groupBy(ids, withoutParameters)].map(([name, own]) => [name, own.length]));
}
