import type * as Zod from 'zod';
import { tableSchema } from '../classification/table.ts';
import { expectationsSchema } from '../platforms/expectation.ts';
import { z } from '../platforms/zod.ts';
import { findingsSchema } from '../report/findings/findings-schema.ts';
import { lineSchema } from '../results/schema.ts';

/** The published JSON Schemas, and where they lie. */
export const SCHEMAS: readonly { path: string; title: string; schema: Zod.ZodType }[] = [
  { path: 'results/run.schema.json', title: 'A line of a run file (JSON Lines)', schema: lineSchema },
  { path: 'classification/table.schema.json', title: 'A classification table', schema: tableSchema },
  { path: 'platforms/expected.schema.json', title: 'What a platform is expected to give', schema: expectationsSchema },
  { path: 'report/schema/check.schema.json', title: 'What sockatlas check --format json prints', schema: findingsSchema },
];

export function schemaText(schema: Zod.ZodType, title: string): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema) }, undefined, 2)}\n`;
}
