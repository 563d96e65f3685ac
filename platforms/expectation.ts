import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type * as Zod from 'zod';
import { EVIDENCE } from '../language/evidence.ts';
import { BLOCKED, namesIn, parseToken } from '../language/token.ts';
import { ANY, bareToken, isRepeating } from '../language/trace.ts';
import { codes } from './codes.ts';
import { type Complaint, faulty, parseJson } from './json-file.ts';
import { didYouMean } from './nearest.ts';
import { packageRoot } from './package-root.ts';
import type { Platform } from './platform.ts';
import { MODELLED_WINES, type Predicted, predictedFor } from './predicted.ts';
import { inRange } from './version.ts';
import { z } from './zod.ts';

const FOLDER = 'platforms/expected';

const patternSchema = z.array(z.string().min(1)).min(1).describe('Tokens. The last may end in …: it repeats to the end of the trace. ? matches any one token');

const entrySchema = z
  .strictObject({
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
  .refine((e) => e.evidence === 'unknown' || e.sources.length > 0, { path: ['sources'], message: 'name at least one source' })
  .meta({ id: 'entry' });

const entriesSchema = z.union([entrySchema, z.array(entrySchema).min(2)]).optional();

/** The file of an event: its cases in the order of the suite, the platforms of each side by side. */
export const expectationsSchema = z
  .record(
    z.string(),
    z.strictObject({
      linux: entriesSchema,
      windows: entriesSchema,
      wine: entriesSchema.describe('Where no entry applies, Wine is expected to do what Windows does'),
    }),
  )
  .describe('By case. One with parameters (idle?family=inet6) uses the entries of the one without, where a platform has none of its own');

/** An entry, with its scenario; or what a model says of a pair of calls that has no entry. */
export type Expectation = Zod.infer<typeof entrySchema> & {
  readonly id: string;
  /** The file of the model, where it alone says so. */
  readonly model?: string;
};

/** An expectation, and the file that contains it, or the model's: failure messages name the file. */
export interface Found {
  readonly expectation: Expectation;
  readonly file: string;
}

/** The platforms that have expectations; others (darwin) are recorded, not judged. */
export const EXPECTED_PLATFORMS = ['linux', 'windows', 'wine'] as const;
export type ExpectedPlatform = (typeof EXPECTED_PLATFORMS)[number];

/** The version that is used for a system without a given version: the newest that the expectations cover. */
export const NEWEST: Readonly<Record<ExpectedPlatform, Versions>> = {
  linux: { id: 'linux' },
  // Windows 11 24H2 and Server 2025.
  windows: { id: 'windows', build: '10.0.26100' },
  wine: { id: 'wine', wine: '10.0' },
};

/** The expectations that apply to a platform. */
export type Versions = Pick<Platform, 'id' | 'kernel' | 'build' | 'wine' | 'sandbox'>;

/**
 * What `platform` is expected to return in scenario `id`: by its entries, and, of a pair of calls that has none, by the model of the platform. undefined if nothing is known.
 *
 * @throws JsonFileError for a file that is wrong
 */
export function expectationFor(platform: Versions, id: string): Found | undefined {
  const of = (wanted: ExpectedPlatform) => entriesOf(wanted, id);
  const candidates = [...of(platform.id as ExpectedPlatform), ...(platform.id === 'wine' ? of('windows') : [])];
  const expectation = candidates.find((one) => appliesTo(platform, one));
  if (expectation !== undefined) return { expectation, file: expectedFile(expectation.id) };
  const predicted = predictedFor(platform, id);
  return predicted && { expectation: byModel(id, predicted), file: predicted.file };
}

/** Whether the versions that an entry is for have this one. */
export function appliesTo(platform: Versions, { when = {} }: Pick<Expectation, 'when'>): boolean {
  return Object.entries(when).every(([key, range]) => inRange(platform[key as keyof Versions], range));
}

function entriesOf(platform: ExpectedPlatform, id: string): readonly Expectation[] {
  const { own } = index();
  const exact = own.get(id)?.[platform] ?? [];
  const bare = withoutParameters(id);
  return bare === id ? exact : [...exact, ...(own.get(bare)?.[platform] ?? [])];
}

function byModel(id: string, { traces, evidence, sources, file, deviates }: Predicted): Expectation {
  const [only] = traces;
  return {
    id,
    ...(traces.length === 1 && only !== undefined ? { trace: [...only] } : { anyOf: traces.map((trace) => [...trace]) }),
    evidence,
    sources: [...sources],
    model: file,
    ...(deviates !== undefined && { deviates }),
  };
}

/** A platform's own entries for a scenario, for every version; of a pair of calls that has none, what its models say. @throws JsonFileError for a file that is wrong */
export function expectationsFor(platform: string, id: string): readonly Expectation[] {
  const of = (wanted: string) => index().own.get(wanted)?.[platform as ExpectedPlatform] ?? [];
  const entries = of(id).length > 0 ? of(id) : of(withoutParameters(id));
  return entries.length > 0 ? entries : modelled(platform, id);
}

function modelled(platform: string, id: string): Expectation[] {
  if (platform !== 'wine') return [predictedFor({ id: platform }, id)].flatMap((predicted) => (predicted === undefined ? [] : byModel(id, predicted)));
  return MODELLED_WINES.flatMap((wine) => {
    const predicted = predictedFor({ id: platform, wine }, id);
    return predicted === undefined ? [] : { ...byModel(id, predicted), when: { wine } };
  });
}

/** The file that says so. */
export function fileOf({ id, model }: Pick<Expectation, 'id' | 'model'>): string {
  return model ?? expectedFile(id);
}

/** The file that says what is expected in a scenario. */
export function expectedFile(id: string): string {
  return `${FOLDER}/${id.split('/').slice(0, 2).join('/')}.json`;
}

export function patternsOf(expectation: Pick<Expectation, 'trace' | 'anyOf'>): readonly (readonly string[])[] {
  return expectation.anyOf ?? (expectation.trace === undefined ? [] : [expectation.trace]);
}

/**
 * Checks that every case of every file is an existing scenario.
 *
 * @throws JsonFileError for a case that is none, or a file that is wrong: `FILE:LINE: what, the nearest right one`
 */
export function checkExpectations(ids: readonly string[]): void {
  const known = new Set(ids);
  for (const { file, cases } of index().files) {
    const complaints = cases.flatMap(([id]): Complaint[] =>
      known.has(id) ? [] : [{ path: id.split('/').slice(-1), message: `no scenario is named ${JSON.stringify(id)}${didYouMean(ids, id)}` }],
    );
    if (complaints.length > 0) throw faulty(textOf(file), file, complaints);
  }
}

type ByPlatform = Readonly<Record<ExpectedPlatform, readonly Expectation[]>>;

interface Index {
  readonly files: readonly { readonly file: string; readonly cases: readonly [id: string, ByPlatform][] }[];
  /** By scenario: the entries that each platform has of its own. */
  readonly own: ReadonlyMap<string, ByPlatform>;
}

let loaded: Index | undefined;

function index(): Index {
  if (loaded === undefined) {
    const files = fileNames().map((file) => ({ file, cases: read(file) }));
    loaded = { files, own: new Map(files.flatMap(({ cases }) => cases)) };
  }
  return loaded;
}

/** The cases of a file, by scenario. @throws JsonFileError */
function read(file: string): [string, ByPlatform][] {
  const text = textOf(file);
  const complaints: Complaint[] = [];
  const event = file.slice(FOLDER.length + 1, -'.json'.length);
  const cases = Object.entries(parseJson(text, file, expectationsSchema)).map(([name, platforms]): [string, ByPlatform] => {
    const id = `${event}/${name}`;
    const of = (platform: ExpectedPlatform): Expectation[] => {
      const { [platform]: written = [] } = platforms;
      const isList = Array.isArray(written);
      return [written].flat().map((entry, i) => {
        complaints.push(...aboutTokens(platform, entry, [name, platform, ...(isList ? [i] : [])]));
        return { id, ...entry };
      });
    };
    return [id, { linux: of('linux'), windows: of('windows'), wine: of('wine') }];
  });
  if (complaints.length > 0) throw faulty(text, file, complaints);
  return cases;
}

function aboutTokens(platform: ExpectedPlatform, { trace, anyOf = [] }: Omit<Expectation, 'id'>, path: readonly PropertyKey[]): Complaint[] {
  const patterns = [...(trace === undefined ? [] : [{ at: ['trace'], pattern: trace }]), ...anyOf.map((pattern, i) => ({ at: ['anyOf', i], pattern }))];
  return patterns.flatMap(({ at, pattern }) =>
    pattern.flatMap((token, i) => {
      const message = complaintAboutToken(platform, token, i === pattern.length - 1);
      return message === undefined ? [] : [{ path: [...path, ...at, i], message }];
    }),
  );
}

const SSL = ['NONE', 'SSL', 'WANT_READ', 'WANT_WRITE', 'SYSCALL', 'ZERO_RETURN'].map((name) => `SSL_ERROR_${name}`);
const WORDS = ['eof', 'ok', '0', BLOCKED, 'data:10', 'sent:8', 'poll:IN|OUT', 'select:rw-', 'so_error:0', 'status:0', 'events:CLOSE'];

/** What is wrong with a token of an expected trace, or undefined where it is one that `platform` may give. Only the last of a trace may repeat. */
function complaintAboutToken(platform: ExpectedPlatform, token: string, isLast: boolean): string | undefined {
  if (isRepeating(token) && !isLast) return `${JSON.stringify(token)}: only the last token of a trace may end in …`;
  const bare = bareToken(token);
  if (bare === ANY || SSL.includes(bare)) return undefined;
  const parsed = parseToken(bare);
  if (parsed === undefined) return `${JSON.stringify(token)} is not a token${didYouMean(WORDS, bare)}`;
  const unknown = namesIn(parsed).find((name) => codes.named(platform, name) === undefined);
  if (unknown === undefined) return undefined;
  const names = [...codes.all(platform).map((code) => code.name), ...SSL];
  return `${JSON.stringify(token)} is not a token of ${platform}${didYouMean(names, unknown)}`;
}

function fileNames(): string[] {
  const names = readdirSync(join(packageRoot, FOLDER), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${FOLDER}/${name.replaceAll(sep, '/')}`)
    .sort();
}

function textOf(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8');
}

/** `tcp/reset/idle` of `tcp/reset/idle?family=inet6`. */
export function withoutParameters(id: string): string {
  return id.replace(/\?.*$/, '');
}
