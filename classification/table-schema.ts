import type * as Zod from 'zod';
import { MEANINGS } from '../language/code.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { z } from '../platforms/zod.ts';
import { APIS, isInReturn, TABLE_CALLS } from './table-terms.ts';

const codeName = z.union([
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .max(60),
  z.int(),
]);
const text = z.string().max(2000);
const MOST = 200;

/** A classification table: which class a library makes of a call's return value and error code. Sizes are bounded: tables come from elsewhere. */
export const tableSchema = z
  .strictObject({
    $schema: text.optional(),
    name: z
      .string()
      .max(60)
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .describe('The library, in lower case'),
    versions: z
      .string()
      .max(100)
      .regex(
        /^(>=|<=|<|>|=)?\d[\w.-]*( +(>=|<=|<|>|=)?\d[\w.-]*)*$/,
        'not read: write comparisons with a space between, all of which must hold (">=7.10 <7.22"), or one version',
      )
      .describe('The versions to which it applies: ">=7.10 <7.22"'),
    label: z.string().min(1).max(60).describe('The versions as shown in reports: 7.10–7.21'),
    superseded: z.literal(true).optional().describe('A table of old versions: used only if one of these versions is named'),
    api: z.enum(APIS).describe('The API whose codes the rows name. With freertos, rl and lwip a call returns the code itself, as a negative number'),
    calls: z.array(z.enum(TABLE_CALLS)).min(1).max(TABLE_CALLS.length),
    sources: z.array(text).min(1).max(50),
    note: text.optional(),
    codes: z
      .record(z.string().max(60), z.int())
      .optional()
      .describe('The numbers of the codes in the rows, if sockatlas has no list of the codes of this API: {"EWOULDBLOCK": -11}'),
    classes: z
      .record(
        z.string().min(1).max(100),
        z.strictObject({ meaning: z.enum(MEANINGS), value: z.int().optional().describe('The number of the class in the library'), note: text.optional() }),
      )
      .refine((classes) => Object.keys(classes).length <= MOST, { message: `at most ${MOST} classes` }),
    rows: z
      .array(
        z.strictObject({
          ret: z.enum(['positive', 'zero', 'negative']),
          codes: z.array(codeName).min(1).max(MOST).optional().describe('Names of codes of the API, or numbers. Absent: all other codes'),
          class: z.string().max(100),
          note: text.optional(),
        }),
      )
      .min(1)
      .max(MOST)
      .describe('The first row that matches is used. Each of positive, zero and negative needs a last row without codes'),
  })
  .superRefine((table, call) => {
    const add = (path: (string | number)[], message: string) => call.addIssue({ code: 'custom', path, message });
    table.rows.forEach((row, i) => {
      if (!Object.hasOwn(table.classes, row.class))
        add(
          ['rows', i, 'class'],
          `${row.class} is not one of the table's classes (${Object.keys(table.classes).join(', ')})${didYouMean(Object.keys(table.classes), row.class)}`,
        );
      if (!isInReturn(table.api)) return;
      row.codes?.forEach((code, j) => {
        if (typeof code === 'string' && !Object.hasOwn(table.codes ?? {}, code))
          add(['rows', i, 'codes', j], `${code} has no number: add it to the table's "codes", because sockatlas has no list of the codes of ${table.api}`);
      });
    });
    for (const ret of ['positive', 'zero', 'negative'] as const) {
      if (!table.rows.some((row) => row.ret === ret && row.codes === undefined)) {
        add(['rows'], `there is no row for all other ${ret} return values: add a row without codes`);
      }
    }
  });

export type Table = Zod.infer<typeof tableSchema>;
export type Row = Table['rows'][number];
