import type { Checked } from '../classification/checked.ts';
import { expectedSightings, recordedSightings } from '../classification/evidence.ts';
import { findFaults } from '../classification/find.ts';
import type { Sighting } from '../classification/returned.ts';
import type { Level } from '../classification/rules/rule.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { shownPath } from '../platforms/shown-path.ts';
import type { CheckReport, Held } from '../report/findings/check-report.ts';
import { stories } from '../suites/index.ts';
import { UsageError } from './errors.ts';
import { evidenceRuns } from './runs.ts';

/** A return value, and whether it is expected or was recorded. */
export type Evidence = Sighting & { readonly from: Held['from'] };

function sightings(local: boolean): Evidence[] {
  const as = (from: Held['from']) => (sighting: Sighting) => ({ ...sighting, from });
  return [...expectedSightings(stories).map(as('expected')), ...recordedSightings(stories, evidenceRuns({ local }), shownPath).map(as('recorded'))];
}

/** What platforms return, as it is expected and as runs recorded it: of these platforms, or, where none is named, of all. @throws UsageError for one of which nothing is known */
export function evidenceOn(platforms: readonly string[], local = false): readonly Evidence[] {
  const evidence = sightings(local);
  if (platforms.length === 0) return evidence;
  const names = [...new Set(evidence.flatMap((sighting) => [sighting.codes, platformName(sighting)]))].sort();
  for (const platform of platforms) {
    if (names.includes(platform)) continue;
    throw new UsageError(`--on ${platform}: there is no expectation and no run for it; choose from ${names.join(', ')}${didYouMean(names, platform)}`);
  }
  return evidence.filter((sighting) => platforms.includes(sighting.codes) || platforms.includes(platformName(sighting)));
}

/** Holds tables against what of it has their codes. */
export function heldTo(evidence: readonly Evidence[], tables: readonly Checked[], level: Level): CheckReport {
  const asked = new Set(tables.flatMap(({ platforms }) => platforms));
  const used = evidence.filter(({ codes }) => asked.has(codes));
  const unheld = tables.filter(({ platforms, calls }) => !used.some(({ codes, call }) => platforms.includes(codes) && calls.includes(call)));
  return { tables, findings: findFaults(tables, used), level, held: heldAgainst(used), returnValues: used.length, unheld };
}

/** What that is, platform by platform. */
function heldAgainst(evidence: readonly Evidence[]): Held[] {
  const held = evidence.map((sighting): Held => ({ platform: platformName(sighting), from: sighting.from }));
  return [...new Map(held.map((one) => [`${one.platform} ${one.from}`, one])).values()];
}

/** Without the condition of an expectation: `wine <8.21` is of wine. */
function platformName({ platform }: Sighting): string {
  return platform.split(' ')[0] as string;
}
