import type * as Zod from 'zod';
import { tableId } from '../classification/table.ts';
import { MEANINGS } from '../language/code.ts';
import { z } from '../platforms/zod.ts';
import { MAX_SCENARIOS } from '../results/limits.ts';
import { footerSchema, headerSchema, observationSchema, scenarioSchema, timingSchema } from '../results/schema.ts';
import { classTraces, type View } from './view.ts';

const table = z.string().describe('mongoose@7.10–7.21/posix');

/** What `run` and `report` print with --format json: runs as the run file has them, and what tables make of them. `sockatlas report` reads it again. */
export const runDocumentSchema = z.strictObject({
  runs: z.array(
    z.strictObject({
      header: headerSchema,
      scenarios: z.array(scenarioSchema).max(MAX_SCENARIOS),
      timings: z.array(timingSchema).max(MAX_SCENARIOS),
      footer: footerSchema,
      classes: z
        .array(
          z.strictObject({
            table,
            scenarios: z
              .record(z.string(), z.array(z.array(z.string())))
              .describe('By scenario: for each trace, the class of each call; · for a call that the table is not for'),
          }),
        )
        .describe('For each table with which the run is compared'),
      misclassifications: z.array(
        z.strictObject({
          id: z.string(),
          table,
          trace: z.int().describe('The index of the trace in the scenario, from 0'),
          index: z.int().describe('The index of the call in the trace, from 0'),
          observation: observationSchema,
          meaning: z.enum(MEANINGS),
          className: z.string(),
        }),
      ),
    }),
  ),
});

export function runDocument(views: readonly View[]): Zod.infer<typeof runDocumentSchema> {
  return {
    runs: views.map(({ run, tables, misclassifications }) => ({
      header: run.header,
      scenarios: [...run.scenarios],
      timings: [...run.timings],
      footer: run.footer,
      classes: tables.map((table) => ({
        table: tableId(table),
        scenarios: Object.fromEntries(run.scenarios.map((line) => [line.id, classTraces(table, run.header.platform, line)])),
      })),
      misclassifications: [...misclassifications],
    })),
  };
}
