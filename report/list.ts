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
      before: z.string().describe('What is done before the recorded calls'),
      calls: z.string().describe('The recorded calls; steps in parentheses are done between them and not recorded'),
    }),
  ),
});

export function listDocument(scenarios: readonly Scenario[]): Zod.infer<typeof listDocumentSchema> {
  return { scenarios: scenarios.map(({ id, about, why, before, recorded }) => ({ id, about, why, before, calls: recorded })) };
}

/** The ids, one a line, ready for `@FILE`; where `verbose`, each with what it is about. */
export function prettyList(scenarios: readonly Scenario[], verbose: boolean, { width, paint }: Layout): string {
  if (!verbose) return scenarios.map(({ id }) => `${id}\n`).join('');
  return scenarios
    .map(({ id, why, recorded }) => `${paint('bold', id)}\n${paragraph(`  ${why}`, width, '  ')}\n${paragraph(`  calls: ${recorded}`, width, '    ')}\n`)
    .join('\n');
}
