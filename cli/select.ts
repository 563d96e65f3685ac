import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';
import { nearest } from '../platforms/nearest.ts';
import type { Scenario } from '../runner/scenario.ts';
import { UsageError } from './errors.ts';

export { nearest };

/**
 * The ids that the patterns choose, in their own order; all of them where there is no pattern. A pattern is an id, an id that there is only with parameters (all its variants), a folder of ids
 * (`tcp/reset`), a glob (`tcp/*\/idle`, `**\/select`), or `@file`: a list of patterns, one a line, `#` starts a comment.
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

function found(scenarios: readonly Scenario[], words: string): string[] {
  const wanted = words.toLowerCase();
  const hits = scenarios.filter((scenario) =>
    [scenario.id, scenario.about, scenario.why, scenario.before, scenario.recorded].join(' ').toLowerCase().includes(wanted),
  );
  // What is found nowhere is told as a pattern that matches nothing.
  return hits.length === 0 ? [words] : hits.map(({ id }) => id);
}

/** The ids that the patterns choose. @throws UsageError for one that matches nothing, with the nearest */
export function matchingIds(ids: readonly string[], patterns: readonly string[]): Set<string> {
  const matched = new Set<string>();
  for (const pattern of expand(patterns)) {
    const hits = hitsOf(ids, pattern);
    if (hits.length === 0) throw new UsageError(`no scenario matches ${JSON.stringify(pattern)}; the nearest: ${nearest(ids, pattern).join(', ')}`);
    for (const id of hits) matched.add(id);
  }
  return matched;
}

function hitsOf(ids: readonly string[], pattern: string): string[] {
  if (pattern === '') throw new UsageError('a pattern is empty: name a scenario, or leave it out');
  // An id is itself a pattern, and its `?` is no wildcard.
  if (ids.includes(pattern)) return [pattern];
  const glob = picomatch(pattern);
  const folder = `${pattern.replace(/\/$/, '')}/`;
  return ids.filter((id) => id.startsWith(`${pattern}?`) || id.startsWith(folder) || glob(id));
}

function expand(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => (pattern.startsWith('@') ? readList(pattern.slice(1)) : [pattern]));
}

function readList(file: string): string[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the list @${file} cannot be read: ${(error as Error).message}`);
  }
  const patterns = content
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  if (patterns.length === 0) throw new UsageError(`the list @${file} contains no pattern`);
  return patterns;
}
