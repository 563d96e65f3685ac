import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as Zod from 'zod';
import { type CodePlatform, codeNamed, MEANINGS, type Meaning } from '../platforms/code.ts';
import { packageRoot, readData } from '../platforms/package-root.ts';
import { inRange } from '../platforms/version.ts';
import { z } from '../platforms/zod.ts';

const codeName = z.union([z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.int()]);

/** A classification table: which class a library makes of a call's return value and error code. */
export const tableSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .describe('The library, in lower case'),
    versions: z.string().describe('The versions that have it, as comparisons: ">=7.10 <7.22"'),
    label: z.string().describe('The versions, for people: 7.10–7.21'),
    api: z.enum(['posix', 'winsock']).describe('Whose codes its rows name'),
    contexts: z.array(z.enum(['recv', 'send', 'accept', 'connect'])).min(1),
    sources: z.array(z.string()).min(1),
    note: z.string().optional(),
    classes: z.record(
      z.string(),
      z.strictObject({ meaning: z.enum(MEANINGS), value: z.int().optional().describe('Its number in the library'), note: z.string().optional() }),
    ),
    rows: z
      .array(
        z.strictObject({
          ret: z.enum(['positive', 'zero', 'negative']),
          codes: z.array(codeName).min(1).optional().describe('Names (of the api) or numbers; absent: any'),
          class: z.string(),
        }),
      )
      .min(1)
      .describe('The first row that matches counts'),
  })
  .superRefine((table, context) => {
    table.rows.forEach((row, i) => {
      if (!(row.class in table.classes)) {
        context.addIssue({
          code: 'custom',
          path: ['rows', i, 'class'],
          message: `${row.class} is none of the table's classes (${Object.keys(table.classes).join(', ')})`,
        });
      }
    });
    for (const ret of ['positive', 'zero', 'negative'] as const) {
      if (!table.rows.some((row) => row.ret === ret && row.codes === undefined)) {
        context.addIssue({ code: 'custom', path: ['rows'], message: `no row for every other ${ret} return: add one without codes` });
      }
    }
  });

export type Table = Zod.infer<typeof tableSchema>;
export type Context = Table['contexts'][number];

/** What a table says of one answer. */
export type Classify = (ret: number, code: number) => string;

/** The table as a function over a platform's numbers. @throws RangeError for a code name that the platform's list lacks */
export function classifier(table: Table, platform: CodePlatform): Classify {
  const byCode = { positive: new Map<number, string>(), zero: new Map<number, string>(), negative: new Map<number, string>() };
  const otherwise: Partial<Record<Table['rows'][number]['ret'], string>> = {};
  for (const row of table.rows) {
    // What stands behind a row for any code is never reached.
    if (otherwise[row.ret] !== undefined) continue;
    if (row.codes === undefined) otherwise[row.ret] = row.class;
    for (const code of row.codes ?? []) {
      const number = typeof code === 'number' ? code : codeNamed(platform, code)?.number;
      if (number === undefined) throw new RangeError(`${tableId(table)}: ${platform} has no error code ${code}`);
      if (!byCode[row.ret].has(number)) byCode[row.ret].set(number, row.class);
    }
  }
  return (ret, code) => {
    const sign = ret > 0 ? 'positive' : ret === 0 ? 'zero' : 'negative';
    return byCode[sign].get(code) ?? (otherwise[sign] as string);
  };
}

export function meaningOf(table: Table, className: string): Meaning {
  return (table.classes[className] as Table['classes'][string]).meaning;
}

export function tableId(table: Table): string {
  return `${table.name}@${table.label}/${table.api}`;
}

let shipped: readonly Table[] | undefined;

/** The tables that come with sockatlas. @throws ZodError for one that is not of the schema */
export function shippedTables(): readonly Table[] {
  shipped ??= readdirSync(join(packageRoot, 'classification', 'tables'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => tableSchema.parse(readData('classification', 'tables', file)));
  return shipped;
}

/** A library's tables for an api, oldest first; of one version where it is given. */
export function tablesOf(name: string, api: Table['api'], version?: string): readonly Table[] {
  return shippedTables().filter((table) => table.name === name && table.api === api && (version === undefined || inRange(version, table.versions)));
}
