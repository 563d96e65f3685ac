import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Sighting } from '../../classification/answer.ts';
import type { Checked } from '../../classification/checked.ts';
import type { Finding, Place } from '../../classification/finding.ts';
import { LEVELS, type Level } from '../../classification/rules/rule.ts';
import { jsonLines, lineOf } from '../../platforms/json-lines.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { describeObservation } from '../deviation.ts';

/** What a check found, in whatever form it is told. */
export interface Findings {
  readonly tables: readonly Checked[];
  readonly findings: readonly Finding[];
  /** From where on a finding fails the check. */
  readonly level: Level;
  /** The platforms whose answers were asked about. */
  readonly platforms: readonly string[];
  /** How many answers those are. */
  readonly answers: number;
}

/** Those that fail the check. */
export function failing({ findings, level }: Pick<Findings, 'findings' | 'level'>): Finding[] {
  return findings.filter((finding) => LEVELS.indexOf(finding.level) >= LEVELS.indexOf(level));
}

/** What is wrong, with the observation that proves it, in one line. */
export function describeFinding({ detail, reading, seen, other }: Finding): string {
  const [first] = seen;
  if (detail !== undefined || first === undefined || reading === undefined) return detail ?? '';
  if (other?.seen !== undefined && other.reading !== undefined) {
    return (
      `${first.scenario}: ${describeSighting(first)} on ${where(first)} means ${first.meaning} and is read as ${reading.className} (${reading.meaning}); ` +
      `${describeSighting(other.seen)} on ${where(other.seen)} means ${other.seen.meaning} and is read as ${other.reading.className} (${other.reading.meaning})`
    );
  }
  const [, ...others] = seen.map(({ platform }) => platform);
  const elsewhere = others.length === 0 ? '' : `; seen on ${others.join(', ')} too`;
  return `${first.scenario}: ${describeSighting(first)} on ${where(first)} means ${first.meaning}, and is read as ${reading.className} (${reading.meaning})${elsewhere}`;
}

export function describeSighting({ observations, index }: Sighting): string {
  return describeObservation(observations, index);
}

/** What nobody has measured says by what right it is said. */
function where({ platform, evidence }: Sighting): string {
  return evidence === 'measured' ? platform : `${platform} (${evidence})`;
}

const lines = new WeakMap<Checked, ReadonlyMap<string, number>>();

/** The line that a finding is about; the first where the file has no rows. */
export function lineAt({ checked, pointer }: Place): number {
  if (checked.rows === undefined || pointer === undefined) return 1;
  let known = lines.get(checked);
  if (known === undefined) {
    known = jsonLines(checked.rows.text);
    lines.set(checked, known);
  }
  return lineOf(known, pointer);
}

/** A file as people, and GitHub, name it: relative to where they are, else to sockatlas's own folder, else as it is. */
export function shownPath(file: string): string {
  for (const base of [process.cwd(), packageRoot]) {
    const path = relative(base, file);
    if (path !== '' && !path.startsWith('..') && !isAbsolute(path)) return path.split(sep).join('/');
  }
  return file;
}

/** The same as a URI reference. */
export function artifactUri(file: string): string {
  const path = shownPath(file);
  return isAbsolute(path) ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/');
}
