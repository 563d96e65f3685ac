import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Zod from 'zod';
import type { CodePlatform } from '../language/code.ts';
import { EVIDENCE } from '../language/evidence.ts';
import { matchesPattern } from '../language/trace.ts';
import { type Complaint, faulty, parseJson } from './json-file.ts';
import { didYouMean } from './nearest.ts';
import { packageRoot } from './package-root.ts';
import type { Platform } from './platform.ts';
import { complaintAboutToken } from './token.ts';
import { inRange } from './version.ts';
import { z } from './zod.ts';

const patternSchema = z.array(z.string().min(1)).min(1).describe('Tokens. The last may end in …: it repeats to the end of the trace. ? matches any one token');

const expectationSchema = z
  .strictObject({
    id: z.string().describe('The scenario. One with parameters (tcp/reset/idle?family=inet6) uses the expectation of the one without, if it has no entry'),
    when: z
      .partialRecord(z.enum(['kernel', 'build', 'wine', 'sandbox']), z.string())
      .optional()
      .describe('The versions or names of this platform to which the entry applies: {"wine": "<8.21"}. The first entry that applies is used'),
    trace: patternSchema.optional(),
    anyOf: z.array(patternSchema).min(2).optional().describe('Several patterns, if the sources allow more than one trace'),
    evidence: z
      .enum(EVIDENCE)
      .describe(
        'measured: a recorded run shows it. asserted: by a test that runs on Windows. documented: by the vendor. reported: by users or maintainers. inferred: it is shown, and runs are not judged by it. unknown. ' +
          'The evidence of the weakest call in the trace counts',
      ),
    sources: z.array(z.string().min(1)).default([]).describe('Who says so; none only where the evidence is unknown'),
    note: z.string().optional(),
    deviates: z.string().min(1).optional().describe('Why this platform differs from the platform that it mirrors. The verdict is then known-deviation'),
  })
  .refine((e) => (e.evidence === 'unknown') === (e.trace === undefined && e.anyOf === undefined), {
    message: 'an expectation has a trace (or anyOf), unless its evidence is "unknown"',
  })
  .refine((e) => e.evidence === 'unknown' || e.sources.length > 0, { path: ['sources'], message: 'name at least one source' });

export const expectationsSchema = z.strictObject({
  platform: z.string(),
  mirrors: z.string().optional().describe('The platform whose expectations are used for every scenario without an entry in this file'),
  expectations: z.array(expectationSchema),
});

export type Expectation = Zod.infer<typeof expectationSchema>;

/** An expectation, and the file that contains it: failure messages name the file. */
export interface Found {
  readonly expectation: Expectation;
  readonly file: string;
}

type Expectations = Zod.infer<typeof expectationsSchema>;

const files = new Map<string, Expectations | undefined>();

/** The platforms that have expectations; others (darwin) are recorded, not judged. */
export const EXPECTED_PLATFORMS = ['linux', 'windows', 'wine'] as const;

/** The version that is used for a system without a given version: the newest that the expectations cover. */
export const NEWEST: Readonly<Record<(typeof EXPECTED_PLATFORMS)[number], Versions>> = {
  linux: { id: 'linux' },
  // Windows 11 24H2 and Server 2025.
  windows: { id: 'windows', build: '10.0.26100' },
  wine: { id: 'wine', wine: '10.0' },
};

/** What `platform` is expected to return in scenario `id`; undefined if nothing is known. @throws JsonFileError for an expected.json that is wrong */
export function expectationFor(platform: Versions, id: string): Found | undefined {
  return find(platform.id, platform, id);
}

/** All entries for a scenario in a platform's own file, for every version. */
export function expectationsFor(platform: string, id: string): readonly Expectation[] {
  const all = load(platform)?.expectations ?? [];
  const own = all.filter((e) => e.id === id);
  return own.length > 0 ? own : all.filter((e) => e.id === id.replace(/\?.*$/, ''));
}

/** The expectations that apply to a platform. */
export type Versions = Pick<Platform, 'id' | 'kernel' | 'build' | 'wine' | 'sandbox'>;

function find(file: string, platform: Versions, id: string): Found | undefined {
  const content = load(file);
  if (content === undefined) return undefined;
  const holds = ({ when = {} }: Expectation) => Object.entries(when).every(([key, range]) => inRange(platform[key as keyof Versions], range));
  const own = (wanted: string) => content.expectations.find((e) => e.id === wanted && holds(e));
  const expectation = own(id) ?? own(id.replace(/\?.*$/, ''));
  if (expectation !== undefined) return { expectation, file: expectedFile(file) };
  return content.mirrors === undefined ? undefined : find(content.mirrors, platform, id);
}

/**
 * Checks that every entry of every expected.json is about an existing scenario.
 *
 * @throws JsonFileError for an entry about none of them, or an expected.json that is wrong: `FILE:LINE: what, the nearest right one`
 */
export function checkExpectations(ids: readonly string[]): void {
  const known = new Set(ids);
  for (const platform of EXPECTED_PLATFORMS) {
    const complaints = (load(platform)?.expectations ?? []).flatMap(({ id }, i): Complaint[] =>
      known.has(id) ? [] : [{ path: ['expectations', i, 'id'], message: `no scenario is named ${JSON.stringify(id)}${didYouMean(ids, id)}` }],
    );
    if (complaints.length > 0) throw faulty(textOf(platform), expectedFile(platform), complaints);
  }
}

function load(platform: string): Expectations | undefined {
  if (!files.has(platform)) files.set(platform, (EXPECTED_PLATFORMS as readonly string[]).includes(platform) ? parse(platform as CodePlatform) : undefined);
  return files.get(platform);
}

function parse(platform: CodePlatform): Expectations {
  const text = textOf(platform);
  const content = parseJson(text, expectedFile(platform), expectationsSchema);
  const complaints = content.expectations.flatMap(({ trace, anyOf }, i) => [
    ...aboutTokens(platform, trace ?? [], ['expectations', i, 'trace']),
    ...(anyOf ?? []).flatMap((pattern, j) => aboutTokens(platform, pattern, ['expectations', i, 'anyOf', j])),
  ]);
  if (complaints.length > 0) throw faulty(text, expectedFile(platform), complaints);
  return content;
}

function aboutTokens(platform: CodePlatform, pattern: readonly string[], path: readonly PropertyKey[]): Complaint[] {
  return pattern.flatMap((token, i) => {
    const message = complaintAboutToken(platform, token, i === pattern.length - 1);
    return message === undefined ? [] : [{ path: [...path, i], message }];
  });
}

function textOf(platform: string): string {
  return readFileSync(join(packageRoot, expectedFile(platform)), 'utf8');
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
