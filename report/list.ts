import type * as Zod from 'zod';
import { z } from '../platforms/zod.ts';
import type { Scenario } from '../runner/scenario.ts';
import type { Layout } from './grid.ts';
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

/** The ids, one a line, ready for `@FILE`; where `verbose`, each with what it is about. */
export function prettyList(scenarios: readonly Scenario[], verbose: boolean, { width, paint }: Layout): string {
  if (!verbose) return scenarios.map(({ id }) => `${id}\n`).join('');
  return scenarios
    .map(({ id, why, steps }) => `${paint('bold', id)}\n${paragraph(`  ${why}`, width, '  ')}\n${paragraph(`  ${steps}`, width, '    ')}\n`)
    .join('\n');
}
