import { isPair } from '../language/pairs.ts';
import { brief, readBounded } from '../platforms/bounded.ts';
import { withoutParameters } from '../platforms/expectation.ts';
import { nearest } from '../platforms/nearest.ts';
import { MAX_PATTERNS } from '../results/limits.ts';
import type { Scenario } from '../runner/scenario.ts';
import { UsageError } from './errors.ts';
import { glob } from './glob.ts';

/** As long as an id may be. */
const MAX_LENGTH = 200;

/**
 * The ids that the patterns choose, in their own order; all of them where there is no pattern. A pattern is an id, an id that there is only with parameters, or with more of them (all its variants), a folder of ids
 * (`tcp/reset`), a glob (`tcp/*\/idle`, `**\/select`; of whole ids, or of ids without their parameters), or `@file`: a list of patterns, one a line, `#` starts a comment.
 *
 * @throws UsageError for a pattern that matches nothing, with the nearest ids, and for a list that cannot be read
 */
export function select(ids: readonly string[], patterns: readonly string[], skip: readonly string[]): string[] {
  const chosen = patterns.length === 0 ? new Set(ids) : matchingIds(ids, patterns);
  const skipped = matchingIds(ids, skip);
  const selected = ids.filter((id) => chosen.has(id) && !skipped.has(id));
  if (selected.length === 0) throw new UsageError('--skip leaves no scenario to run');
  return selected;
}

/** The same, where a pattern that matches no id is looked for in the words of the scenarios: `unread` finds those about unread data. @throws UsageError */
export function selectOrFind(scenarios: readonly Scenario[], patterns: readonly string[], skip: readonly string[]): Scenario[] {
  const ids = scenarios.map(({ id }) => id);
  const resolved = expand(patterns).flatMap((pattern) => (hitsOf(ids, pattern).length > 0 ? [pattern] : found(scenarios, pattern)));
  const chosen = new Set(select(ids, resolved, skip));
  return scenarios.filter(({ id }) => chosen.has(id));
}

/** Of pairs of calls the words are all alike, and would hide what is found. */
function found(scenarios: readonly Scenario[], words: string): string[] {
  const wanted = words.toLowerCase();
  const hits = scenarios.filter(
    (scenario) => !isPair(scenario.id) && [scenario.id, scenario.about, scenario.why, scenario.steps].join(' ').toLowerCase().includes(wanted),
  );
  // What is found nowhere is told as a pattern that matches nothing.
  return hits.length === 0 ? [words] : hits.map(({ id }) => id);
}

/** The ids that the patterns choose. @throws UsageError for one that matches nothing, with the nearest */
export function matchingIds(ids: readonly string[], patterns: readonly string[]): Set<string> {
  const matched = new Set<string>();
  for (const pattern of expand(patterns)) {
    const hits = hitsOf(ids, pattern);
    if (hits.length === 0) throw new UsageError(`no scenario matches ${quoted(pattern)}; the nearest: ${nearest(ids, pattern).join(', ')}`);
    for (const id of hits) matched.add(id);
  }
  return matched;
}

function hitsOf(ids: readonly string[], pattern: string): string[] {
  if (pattern === '') throw new UsageError('a pattern is empty: name a scenario, or leave it out');
  // An id is itself a pattern, and its `?` is no wildcard.
  if (ids.includes(pattern)) return [pattern];
  if (pattern.length > MAX_LENGTH) throw new UsageError(`the pattern ${quoted(pattern)} has ${pattern.length} characters; an id has at most ${MAX_LENGTH}`);
  const matches = glob(pattern);
  const folder = `${pattern.replace(/\/$/, '')}/`;
  return ids.filter(
    (id) =>
      id.startsWith(`${pattern}?`) ||
      (pattern.includes('?') && id.startsWith(`${pattern}&`)) ||
      id.startsWith(folder) ||
      matches(id) ||
      matches(withoutParameters(id)),
  );
}

function quoted(pattern: string): string {
  return JSON.stringify(brief(pattern, MAX_LENGTH));
}

/** Patterns with the lists that they name, each once. @throws UsageError */
export function expand(patterns: readonly string[]): string[] {
  const all = [...new Set(patterns.flatMap((pattern) => (pattern.startsWith('@') ? readList(pattern.slice(1)) : [pattern])))];
  if (all.length > MAX_PATTERNS) throw new UsageError(`${all.length} patterns; at most ${MAX_PATTERNS} can be given at once`);
  return all;
}

function readList(file: string): string[] {
  const content = readBounded(file, { maxBytes: MAX_PATTERNS * MAX_LENGTH, what: 'a list of patterns', Refused: ListError });
  const patterns = content
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  if (patterns.length === 0) throw new UsageError(`the list @${file} contains no pattern`);
  return patterns;
}

class ListError extends UsageError {
  constructor(message: string) {
    super(`the list @${message}`);
  }
}
