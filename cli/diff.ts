import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { NEWEST } from '../platforms/expectation.ts';
import { nearest } from '../platforms/nearest.ts';
import { type Diff, diff, hasChanged } from '../report/diff/diff.ts';
import { diffDocument } from '../report/diff/document.ts';
import { markdownDiff } from '../report/diff/markdown.ts';
import { prettyDiff } from '../report/diff/pretty.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { expectedSide, hasExpectations, runSide, runSideOver, type Side } from '../report/side.ts';
import { readRuns } from '../results/read.ts';
import type { Recorded } from '../results/recorded.ts';
import type { Run } from '../results/schema.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';
import { matchingIds } from './select.ts';

export interface DiffArguments extends LocalOption {
  readonly format: 'pretty' | 'json' | 'markdown';
  readonly failOn: 'changed' | 'never';
  readonly verbose?: boolean;
}

/** What stands for the expectations of the other side's platform. */
const EXPECTED = 'expected';

/**
 * `sockatlas diff`: what differs between two platforms, two run files, or a run and what is expected of its platform. `words` are the sides, then patterns.
 * Resolves to 0, or to 1 where --fail-on says so.
 *
 * @throws UsageError for a side that is neither a platform nor a run, RunFileError for a run file that cannot be read
 */
export async function compare(words: readonly string[], { format, failOn, verbose = false, ...options }: DiffArguments): Promise<number> {
  const found = differences(words, evidenceRuns(options));
  switch (format) {
    case 'pretty':
      await print(prettyDiff(found, { ...layoutOf(process.stdout), verbose }));
      break;
    case 'markdown':
      await print(markdownDiff(found));
      break;
    case 'json':
      await print(jsonText(diffDocument(found)));
  }
  return failOn === 'changed' && hasChanged(found) ? EXIT.differs : EXIT.conforms;
}

function differences(words: readonly string[], recorded: readonly Recorded[]): Diff {
  const [a, b, patterns] = sides(words, recorded);
  const chosen = patterns.length === 0 ? undefined : matchingIds([...new Set([...a.ids, ...b.ids])], patterns);
  // A file is not known by the name of its platform.
  const asked = words.slice(0, words.length - patterns.length).map((word) => (/^[\w./\\:-]+$/.test(word) ? word : JSON.stringify(word)));
  return { ...diff(a, b, (id) => chosen?.has(id) ?? true), asked: asked.join(' ') };
}

/** The two sides, and what is left of the words: patterns. */
function sides(words: readonly string[], recorded: readonly Recorded[]): [Side, Side, readonly string[]] {
  const [first, second] = words;
  const isSide = (word: string | undefined): word is string => word !== undefined && (word === EXPECTED || isFile(word) || isPlatform(word, recorded));
  if (!isSide(first)) throw notASide(first, recorded);
  if (!isSide(second)) {
    // A word that is no pattern is a side that was misspelt.
    if (second !== undefined && !/[/*@]/.test(second)) throw notASide(second, recorded);
    const [run, other, ...more] = isFile(first) ? readRuns(first) : [];
    if (run === undefined || more.length > 0) throw new UsageError(`diff ${first}: name a second side: a platform, a run file, or ${EXPECTED}`);
    return other === undefined ? [runSide(run), within(expectedOf(run), run), words.slice(1)] : [...named([run, other], [first, first]), words.slice(1)];
  }
  const patterns = words.slice(2);
  if (first === EXPECTED && second === EXPECTED) throw new UsageError(`diff ${EXPECTED} ${EXPECTED}: one side must be a run or a platform`);
  if (isFile(first) && isFile(second)) return [...named([oneRun(first), oneRun(second)], [first, second]), patterns];
  if (isFile(first)) return besideRun(oneRun(first), second, recorded, patterns);
  if (isFile(second)) {
    const [b, a] = besideRun(oneRun(second), first, recorded, patterns);
    return [a, b, patterns];
  }
  const side = (word: string, other: string) => (word === EXPECTED ? expectedFor(other, recorded) : sideOf(word, recorded));
  return [side(first, second), side(second, first), patterns];
}

/** A run file, and what is known of the other side in the scenarios that were run: what was not asked for is no difference. */
function besideRun(run: Run, other: string, recorded: readonly Recorded[], patterns: readonly string[]): [Side, Side, readonly string[]] {
  return [runSide(run), within(other === EXPECTED ? expectedOf(run) : sideOf(other, recorded), run), patterns];
}

function within(side: Side, { scenarios }: Run): Side {
  const ids = new Set(scenarios.map(({ id }) => id));
  return { ...side, ids: side.ids.filter((id) => ids.has(id)) };
}

/** Two runs of one platform are told apart by their files, and two of one file by when they started. */
function named(runs: readonly [Run, Run], files: readonly [string, string]): [Side, Side] {
  const [platforms, names] = [runs.map(({ header }) => header.platform.name), files.map((file) => basename(file))];
  const started = runs.map(({ header }) => `${header.platform.name} ${header.started}`);
  const [a, b] = [platforms, names, started].find(([one, other]) => one !== other) ?? ['first', 'second'];
  return [runSide(runs[0], a), runSide(runs[1], b)];
}

function isFile(word: string): boolean {
  return word === '-' || /\.jsonl?$/.test(word) || existsSync(word);
}

function oneRun(file: string): Run {
  const [run, ...others] = readRuns(file);
  if (run === undefined || others.length > 0)
    throw new UsageError(`${file} contains ${others.length + 1} runs; sockatlas diff ${file} compares the two runs of one file`);
  return run;
}

function isPlatform(word: string, recorded: readonly Recorded[]): boolean {
  return hasExpectations(word) || runOf(word, recorded) !== undefined;
}

/** The newest recorded run of a platform, or of a system. */
function runOf(word: string, recorded: readonly Recorded[]): Run | undefined {
  return recorded.find(({ run: { header } }) => header.platform.name === word || header.platform.id === word)?.run;
}

function sideOf(word: string, recorded: readonly Recorded[]): Side {
  const run = runOf(word, recorded);
  if (run !== undefined) return hasExpectations(run.header.platform.id) ? runSideOver(run, expectedOf(run)) : runSide(run);
  return expectedSide(NEWEST[word as keyof typeof NEWEST], word);
}

function expectedFor(word: string, recorded: readonly Recorded[]): Side {
  const run = runOf(word, recorded);
  return run === undefined ? expectedSide(NEWEST[word as keyof typeof NEWEST], word) : expectedOf(run);
}

/** @throws UsageError where nothing is expected of the run's platform */
function expectedOf({ header: { platform } }: Run): Side {
  if (hasExpectations(platform.id)) return { ...expectedSide(platform, EXPECTED), heading: `expected on ${platform.name}` };
  throw new UsageError(`there are no expectations for ${platform.name}: name another side`);
}

function notASide(word: string | undefined, recorded: readonly Recorded[]): UsageError {
  const names = [...new Set([...Object.keys(NEWEST), ...recorded.map(({ run }) => run.header.platform.name)])].sort();
  const what = word === undefined ? 'diff: name two sides' : `diff ${JSON.stringify(word)}: no such platform, and no such file`;
  const near = word === undefined ? '' : `; the nearest: ${nearest(names, word).join(', ')}`;
  return new UsageError(`${what}. Platforms: ${names.join(', ')}; or run files (.jsonl, .json, - for stdin)${near}`);
}
