import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Checked, Reading } from '../../classification/checked.ts';
import type { Finding, Location } from '../../classification/find.ts';
import type { Sighting } from '../../classification/returned.ts';
import { LEVELS, type Level } from '../../classification/rules/rule.ts';
import { jsonLines, lineOf } from '../../platforms/json-lines.ts';
import { plain } from '../../platforms/printable.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { describeObservation } from '../deviation.ts';
import { count } from '../text.ts';

/** What a check found. */
export interface CheckReport {
  readonly tables: readonly Checked[];
  readonly findings: readonly Finding[];
  /** The lowest level that fails the check. */
  readonly level: Level;
  /** What the tables were held against. */
  readonly held: readonly Held[];
  /** How many return values those are. */
  readonly returnValues: number;
  /** Of whose codes and calls none of them is: only their rows were checked. */
  readonly unheld: readonly Checked[];
}

/** What one platform returns: as it is expected to (platforms/expected/…), or as a run recorded it. */
export interface Held {
  readonly platform: string;
  readonly from: 'expected' | 'recorded';
}

/** `418 return values: linux (expected), linux-6.18 (recorded)` */
export function describeHeld({ held, returnValues }: Pick<CheckReport, 'held' | 'returnValues'>): string {
  if (held.length === 0) return 'no return value';
  return `${count(returnValues, 'return value')}: ${held.map(({ platform, from }) => `${platform} (${from})`).join(', ')}`;
}

/** Why a table was held against nothing. */
export const UNHELD = 'no platform here sets its codes';

/** What was not checked, in a sentence; undefined where all was. */
export function describeUnheld({ unheld }: Pick<CheckReport, 'unheld'>): string | undefined {
  if (unheld.length === 0) return undefined;
  return `Only the rows of these tables were checked, because no platform here sets their codes: ${unheld.map(({ id }) => id).join(', ')}.`;
}

/** Those that fail the check. */
export function failing({ findings, level }: Pick<CheckReport, 'findings' | 'level'>): Finding[] {
  return findings.filter((finding) => LEVELS.indexOf(finding.level) >= LEVELS.indexOf(level));
}

/** `1 error, 2 warnings`; nothing where there is no finding. */
export function levelCounts(findings: readonly Finding[]): string {
  const of = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return LEVELS.toReversed()
    .filter((level) => of(level) > 0)
    .map((level) => count(of(level), level))
    .join(', ');
}

/** What is wrong, with the observation that proves it, in one line. */
export function describeFinding({ detail, reading, seen, other }: Finding): string {
  const [first] = seen;
  if (detail !== undefined || first === undefined || reading === undefined) return plain(detail ?? '');
  if (other?.seen !== undefined && other.reading !== undefined) {
    return plain(`${first.scenario}: ${describeRead(first, reading)}; ${describeRead(other.seen, other.reading)}`);
  }
  const [, ...others] = seen.map(({ platform }) => platform);
  const elsewhere = others.length === 0 ? '' : `. The same on ${others.join(', ')}`;
  return plain(`${first.scenario}: ${describeRead(first, reading)}${elsewhere}`);
}

/** `recv #1 = -1 WSAECONNRESET (10054) on windows (asserted) means reset; classified as MG_IO_WAIT (would-block)` */
function describeRead(sighting: Sighting, { className, meaning }: Reading): string {
  const given = className === meaning ? className : `${className} (${meaning})`;
  return `${describeObservation(sighting.observations, sighting.index)} on ${where(sighting)} means ${sighting.meaning}; classified as ${given}`;
}

/** What was not measured has the kind of its evidence. */
function where({ platform, evidence }: Sighting): string {
  return evidence === 'measured' ? platform : `${platform} (${evidence})`;
}

const lines = new WeakMap<Checked, ReadonlyMap<string, number>>();

/** The line that a finding is about; the first where the file has no rows. */
export function lineAt({ checked, pointer }: Location): number {
  if (checked.rows === undefined || pointer === undefined) return 1;
  let known = lines.get(checked);
  if (known === undefined) {
    known = jsonLines(checked.rows.text);
    lines.set(checked, known);
  }
  return lineOf(known, pointer);
}

/** A file as a URI reference: relative where shownPath is. */
export function artifactUri(file: string): string {
  const path = shownPath(file);
  return isAbsolute(path) ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/');
}
