import type * as Zod from 'zod';
import { readData } from './package-root.ts';
import type { Platform } from './platform.ts';
import { matchesPattern } from './trace.ts';
import { inRange } from './version.ts';
import { z } from './zod.ts';

const patternSchema = z
  .array(z.string().min(1))
  .min(1)
  .describe('Tokens; the last may end in … (it repeats to the end of the trace); ? stands for any one token');

const expectationSchema = z
  .strictObject({
    id: z.string().describe('The scenario; one with parameters (tcp/reset/idle?family=inet6) inherits from the one without'),
    when: z
      .partialRecord(z.enum(['kernel', 'build', 'wine', 'sandbox']), z.string())
      .optional()
      .describe('Versions or names of this platform for which it holds: {"wine": "<8.21"}. The first entry that holds is the one that counts'),
    trace: patternSchema.optional(),
    anyOf: z.array(patternSchema).min(2).optional().describe('Where the sources leave more than one answer open'),
    confidence: z
      .enum(['A', 'B', 'C', 'D'])
      .describe('A measured, or asserted by a test that passes there; B documented, or several reports; C one report or inference; D unknown, never asserted'),
    measured: z.boolean().describe('true where a recorded run of this platform shows it; else it is documented only'),
    sources: z.array(z.string().min(1)).min(1),
    note: z.string().optional(),
    deviates: z.string().min(1).optional().describe('Why this platform does otherwise than the one it stands for: the verdict is known-deviation'),
  })
  .refine((e) => (e.confidence === 'D') === (e.trace === undefined && e.anyOf === undefined), {
    message: 'an expectation has a trace (or anyOf) exactly when its confidence is A, B or C',
  });

export const expectationsSchema = z.strictObject({
  platform: z.string(),
  mirrors: z.string().optional().describe('The platform whose expectations hold wherever this file has none'),
  expectations: z.array(expectationSchema),
});

export type Expectation = Zod.infer<typeof expectationSchema>;

/** An expectation, and where it stands: failure messages name the file. */
export interface Found {
  readonly expectation: Expectation;
  readonly file: string;
}

const files = new Map<string, Zod.infer<typeof expectationsSchema> | undefined>();

/** The platforms that have expectations; others (darwin) are recorded, not judged. */
export const EXPECTED_PLATFORMS = ['linux', 'windows', 'wine'] as const;

/** What `platform` should give for scenario `id`; undefined where nothing is known. @throws ZodError for an expected.json that is not of the schema */
export function expectationFor(platform: Versions, id: string): Found | undefined {
  return find(platform.id, platform, id);
}

/** All that a platform's own file says of a scenario, whatever the version. */
export function expectationsFor(platform: string, id: string): readonly Expectation[] {
  const all = load(platform)?.expectations ?? [];
  const own = all.filter((e) => e.id === id);
  return own.length > 0 ? own : all.filter((e) => e.id === id.replace(/\?.*$/, ''));
}

type Versions = Pick<Platform, 'id' | 'kernel' | 'build' | 'wine' | 'sandbox'>;

function find(file: string, platform: Versions, id: string): Found | undefined {
  const content = load(file);
  if (content === undefined) return undefined;
  const holds = ({ when = {} }: Expectation) => Object.entries(when).every(([key, range]) => inRange(platform[key as keyof Versions], range));
  const own = (wanted: string) => content.expectations.find((e) => e.id === wanted && holds(e));
  const expectation = own(id) ?? own(id.replace(/\?.*$/, ''));
  if (expectation !== undefined) return { expectation, file: expectedFile(file) };
  return content.mirrors === undefined ? undefined : find(content.mirrors, platform, id);
}

function load(platform: string): Zod.infer<typeof expectationsSchema> | undefined {
  if (!files.has(platform)) {
    const known = (EXPECTED_PLATFORMS as readonly string[]).includes(platform);
    files.set(platform, known ? expectationsSchema.parse(readData('platforms', platform, 'expected.json')) : undefined);
  }
  return files.get(platform);
}

export function expectedFile(platform: string): string {
  return `platforms/${platform}/expected.json`;
}

export function patternsOf(expectation: Expectation): readonly (readonly string[])[] {
  return expectation.anyOf ?? (expectation.trace === undefined ? [] : [expectation.trace]);
}

export function meets(expectation: Expectation, trace: readonly string[]): boolean {
  return patternsOf(expectation).some((pattern) => matchesPattern(pattern, trace));
}
