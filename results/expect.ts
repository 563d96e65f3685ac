import { isPair } from '../language/pairs.ts';
import { asPattern, matchesOne } from '../language/trace.ts';
import {
  appliesTo,
  EXPECTED_PLATFORMS,
  type Expectation,
  type ExpectedPlatform,
  expectationFor,
  expectedFile,
  patternsOf,
  withoutParameters,
} from '../platforms/expectation.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Run, ScenarioLine } from './schema.ts';

/** Expectations from a run: what it measured takes the place of what was read, inferred or unknown. Sources and notes stay, for a person to review. */

/** An entry as a file of expectations has it. */
type Entry = Omit<Expectation, 'id' | 'model'>;
/** A file of expectations, as JSON.parse gives it: cases, and their platforms. */
export type ExpectedFile = Record<string, Partial<Record<ExpectedPlatform, Entry | Entry[]>>>;

type Patterns = readonly (readonly string[])[];

export interface Change {
  readonly id: string;
  readonly file: string;
  /** confirmed: the same, and now measured. changed: something else was expected, and nobody had measured it. added: an entry of its own. */
  readonly kind: 'same' | 'confirmed' | 'changed' | 'added';
  /** What was expected before; nothing for an entry where there was none. */
  readonly before?: { readonly patterns: Patterns; readonly evidence: Expectation['evidence'] };
  readonly after: Patterns;
}

export interface Expected {
  readonly changes: readonly Change[];
  /** Scenarios of which the run has nothing to expect, and why. */
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
  /** Pairs of calls: the model says what is expected of them, and no file. How many are as it says, and which are not. */
  readonly pairs: { readonly same: number; readonly differ: readonly string[] };
  /** The files that changed. */
  readonly files: ReadonlyMap<string, ExpectedFile>;
}

/** Whether there can be expectations of a platform. */
export function isExpected({ id }: Pick<Platform, 'id'>): boolean {
  return EXPECTED_PLATFORMS.some((platform) => platform === id);
}

/** What the files of expectations would be after this run. `read` gives a file; `known` are the ids of the suite. Nothing is written. */
export function expectedFrom({ header: { platform }, scenarios }: Run, known: ReadonlySet<string>, read: (file: string) => ExpectedFile | undefined): Expected {
  const files = new Map<string, ExpectedFile>();
  const changes: Change[] = [];
  const leftOut: { id: string; reason: string }[] = [];
  const pairs = { same: 0, differ: [] as string[] };
  for (const line of scenarios) {
    const { id, traces } = line;
    const reason = refusal(line, known);
    if (reason !== undefined) {
      if (reason !== UNSUPPORTED) leftOut.push({ id, reason });
    } else if (isPair(id)) {
      const found = expectationFor(platform, id);
      const patterns = found === undefined ? [] : patternsOf(found.expectation);
      if (traces.every(({ trace }) => matchesOne(patterns, trace))) pairs.same++;
      else pairs.differ.push(id);
    } else {
      const file = expectedFile(id);
      const content = files.get(file) ?? structuredClone(read(file)) ?? {};
      const change = expectLine(content, platform, line);
      if (change.kind !== 'same') files.set(file, content);
      changes.push({ id, file, ...change });
    }
  }
  return { changes, leftOut, pairs, files };
}

/** Is in the expectations by its absence. */
const UNSUPPORTED = 'unsupported';

function refusal({ id, verdict, traces, reason }: ScenarioLine, known: ReadonlySet<string>): string | undefined {
  if (!known.has(id)) return 'this version has no such scenario';
  if (verdict === UNSUPPORTED) return UNSUPPORTED;
  if (traces.length === 0 || verdict === 'blocked' || verdict === 'crashed') return `${verdict}${reason === undefined ? '' : `: ${reason}`}`;
  return undefined;
}

/** Changes the content of an event's file. */
function expectLine(content: ExpectedFile, platform: Platform, { id, traces }: ScenarioLine): Omit<Change, 'id' | 'file'> {
  const [name, bare] = [id, withoutParameters(id)].map((full) => full.split('/').slice(2).join('/')) as [string, string];
  const own = platform.id as ExpectedPlatform;
  const after = distinct(traces.map(({ trace }) => asPattern(trace)));
  const isMet = (entry: Entry) => traces.every(({ trace }) => matchesOne(patternsOf(entry), trace));

  const found = [name, bare].flatMap((at) => entries(content, at, own).map((entry) => ({ at, entry }))).find(({ entry }) => appliesTo(platform, entry));
  if (found === undefined) {
    const mirrored = own === 'wine' ? [name, bare].flatMap((at) => entries(content, at, 'windows')).find((entry) => appliesTo(platform, entry)) : undefined;
    if (mirrored !== undefined && isMet(mirrored)) return { kind: 'same', after };
    // Where the platform has entries, and none for this version, the new one is for this version alone; and so is what an emulation does otherwise.
    const isNarrow = own === 'wine' || entries(content, name, own).length > 0;
    put(content, name, own, [...entries(content, name, own), newEntry(platform, id, after, isNarrow)]);
    return { kind: 'added', after, ...(mirrored !== undefined && { before: beforeOf(mirrored) }) };
  }
  const { at, entry } = found;
  const before = beforeOf(entry);
  if (isMet(entry)) {
    if (entry.evidence === 'measured') return { kind: 'same', before, after };
    replace(content, at, own, entry, { ...entry, evidence: 'measured', sources: withSource(entry, platform, id) });
    return { kind: 'confirmed', before, after };
  }
  // What was measured on another version is right there; what is said of a scenario without parameters may be right for others.
  if (entry.evidence === 'measured' || at !== name) {
    put(content, name, own, [newEntry(platform, id, after, at === name), ...entries(content, name, own)]);
    return { kind: 'added', before, after };
  }
  replace(content, at, own, entry, withPatterns(entry, after, withSource(entry, platform, id)));
  return { kind: 'changed', before, after };
}

function distinct(patterns: Patterns): Patterns {
  return [...new Map(patterns.map((pattern) => [pattern.join('\n'), pattern])).values()];
}

function beforeOf(entry: Entry): NonNullable<Change['before']> {
  return { patterns: patternsOf(entry), evidence: entry.evidence };
}

function entries(content: ExpectedFile, name: string, platform: ExpectedPlatform): Entry[] {
  return [(Object.hasOwn(content, name) ? content[name]?.[platform] : undefined) ?? []].flat();
}

function put(content: ExpectedFile, name: string, platform: ExpectedPlatform, all: readonly Entry[]): void {
  const [first, ...others] = all;
  content[name] = { ...content[name], [platform]: others.length === 0 ? first : [...all] };
}

function replace(content: ExpectedFile, name: string, platform: ExpectedPlatform, entry: Entry, by: Entry): void {
  put(
    content,
    name,
    platform,
    entries(content, name, platform).map((other) => (other === entry ? by : other)),
  );
}

function newEntry(platform: Platform, id: string, patterns: Patterns, isNarrow: boolean): Entry {
  const when = isNarrow ? versionOf(platform) : undefined;
  return { ...(when && { when }), ...expecting(patterns), evidence: 'measured', sources: [sourceOf(platform, id)] };
}

function expecting(patterns: Patterns): Pick<Entry, 'trace' | 'anyOf'> {
  const [only, ...others] = patterns.map((pattern) => [...pattern]);
  return only !== undefined && others.length === 0 ? { trace: only } : { anyOf: patterns.map((pattern) => [...pattern]) };
}

/** The patterns stand where they stood, so that a reviewer sees them side by side. */
function withPatterns(entry: Entry, patterns: Patterns, sources: string[]): Entry {
  const hasPatterns = 'trace' in entry || 'anyOf' in entry;
  const fields = Object.entries(entry).flatMap(([key, value]) => {
    if (key === 'trace' || key === 'anyOf') return Object.entries(expecting(patterns));
    if (key === 'evidence') return [...(hasPatterns ? [] : Object.entries(expecting(patterns))), ['evidence', 'measured']];
    return [[key, key === 'sources' ? sources : value]];
  });
  return { ...Object.fromEntries(fields), sources } as Entry;
}

function withSource({ sources = [] }: Partial<Entry>, platform: Platform, id: string): string[] {
  const own = sourceOf(platform, id);
  return [own, ...sources.filter((source) => source !== own)];
}

function versionOf({ kernel, build, wine, sandbox, id }: Platform): Entry['when'] {
  if (sandbox !== undefined) return { sandbox };
  if (id === 'wine') return wine === undefined ? undefined : { wine };
  if (id === 'windows') return build === undefined ? undefined : { build };
  return kernel === undefined ? undefined : { kernel };
}

/** `measured: Linux 6.18.44, glibc 2.36, x86-64`; of TLS with the Node that OpenSSL is part of. */
function sourceOf({ id, os, kernel, build, libc, wine, arch, node }: Platform, scenario: string): string {
  const system = id === 'linux' ? [`Linux ${kernel ?? ''}`.trim(), libc] : id === 'wine' ? [`Wine ${wine ?? ''}`.trim()] : [os, build];
  const parts = [...system, arch === 'x64' ? 'x86-64' : arch, ...(scenario.startsWith('tls/') ? [`Node ${node}`] : [])];
  return `measured: ${parts.filter((part) => part !== undefined).join(', ')}`;
}
