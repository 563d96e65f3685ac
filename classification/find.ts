import type { CodePlatform } from '../language/code.ts';
import { inRange } from '../platforms/version.ts';
import { type Checked, platformsOf, type Reading } from './checked.ts';
import type { Sighting } from './returned.ts';
import { rowRules } from './rules/index.ts';
import { meaningsDiffer, type ReadSighting } from './rules/meanings-differ.ts';
import { recvTableForSend } from './rules/recv-table-for-send.ts';
import { returnRules } from './rules/return-rules.ts';
import { LEVELS, type Level, type Rule } from './rules/rule.ts';
import { oldest } from './table-terms.ts';

/** Where in a table's file. */
export interface Location {
  readonly checked: Checked;
  /** JSON pointer; undefined where the file has no rows to point at. */
  readonly pointer?: string;
}

/** One fault of one table. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Level;
  readonly at: Location;
  /** What a fault of the rows is; absent where the observation says it all. */
  readonly detail?: string;
  /** What was made of what the call returned. */
  readonly reading?: Reading;
  /** The observations that prove it: one a platform, the first that was found. None where the rows show it by themselves. */
  readonly seen: readonly Sighting[];
  /** The other row, or the other table, that has to do with it. */
  readonly other?: Location & { readonly reading?: Reading; readonly seen?: Sighting };
}

/** Every finding, the worst first, then in the order of the tables. `evidence` is what the platforms return. */
export function findFaults(tables: readonly Checked[], evidence: readonly Sighting[]): Finding[] {
  const asked = new Set(evidence.map(({ codes }) => codes));
  const ranked = [...evidence].sort((a, b) => Number(a.evidence === 'inferred') - Number(b.evidence === 'inferred'));
  const findings = [
    ...tables.flatMap((checked) => [...returnFindings(checked, ranked), ...rowFindings(checked), ...probeFindings(checked, asked)]),
    ...pairFindings(tables, ranked),
  ];
  const rank = ({ level }: Finding) => -LEVELS.indexOf(level);
  return findings.sort((a, b) => rank(a) - rank(b) || tables.indexOf(a.at.checked) - tables.indexOf(b.at.checked));
}

/**
 * What is wrong with the classes that a table gives. Equal return values are told once, with one observation for each platform; memory grows only with the
 * distinct ones, however many are given.
 */
export function returnFindings(checked: Checked, sightings: Iterable<Sighting>): Finding[] {
  const platforms = new Set(checked.platforms);
  const found = new Map<string, Finding & { seen: Sighting[] }>();
  for (const sighting of sightings) {
    if (!platforms.has(sighting.codes) || !checked.calls.includes(sighting.call)) continue;
    const fault = faultOf(checked, sighting);
    if (fault === undefined) continue;
    const { rule, level, reading } = fault;
    const keyAt = (at: Level) => [rule.id, at, reading.row ?? reading.className, spelled(sighting), sighting.call].join(' ');
    const key = keyAt(level);
    // What is also inferred adds nothing to what better evidence has shown.
    const known = sighting.evidence === 'inferred' ? LEVELS.map((at) => found.get(keyAt(at))).find((finding) => finding !== undefined) : found.get(key);
    if (known === undefined) found.set(key, { rule, level, at: rowLocation(checked, reading.row), reading, seen: [sighting] });
    else if (!known.seen.some(({ platform }) => platform === sighting.platform)) known.seen.push(sighting);
  }
  return [...found.values()];
}

/** A return value by its name; bytes are bytes, however many. */
function spelled({ ret, observations, index }: Sighting): string | undefined {
  return ret > 0 ? 'data' : observations[index]?.token;
}

/** What is wrong with the class of one return value, or undefined where it is right or has none. */
function faultOf(checked: Checked, sighting: Sighting): { readonly rule: Rule; readonly level: Level; readonly reading: Reading } | undefined {
  const reading = checked.read(sighting.codes, sighting);
  if (reading === undefined) return undefined;
  for (const rule of returnRules) {
    const level = rule.applies(sighting, reading, checked);
    if (level !== undefined) return { rule, level: levelBy(level, sighting), reading };
  }
  return undefined;
}

/** A finding that is proved only by inferred return values is a note. */
function levelBy(level: Level, ...sightings: readonly Sighting[]): Level {
  return sightings.some(({ evidence }) => evidence === 'inferred') ? 'note' : level;
}

function rowFindings(checked: Checked): Finding[] {
  const { rows } = checked;
  if (rows === undefined) return [];
  return rowRules.flatMap((rule) =>
    rule.find(rows, checked.platforms).map(({ level, row, code, detail, other }): Finding => {
      const at = rowLocation(checked, row, code);
      return { rule, level, at, detail, seen: [], ...(other !== undefined && { other: rowLocation(checked, other) }) };
    }),
  );
}

function probeFindings(checked: Checked, asked: ReadonlySet<CodePlatform>): Finding[] {
  const [fault] = checked.platforms.flatMap((codes) => (asked.has(codes) ? (recvTableForSend.applies(checked, codes) ?? []) : []));
  return fault === undefined ? [] : [{ rule: recvTableForSend, ...fault, at: rowLocation(checked, fault.reading.row), seen: [] }];
}

function rowLocation(checked: Checked, row: number | undefined, code?: number): Location {
  if (row === undefined) return { checked };
  return { checked, pointer: code === undefined ? `/rows/${row}` : `/rows/${row}/codes/${code}` };
}

/** The POSIX and the Winsock table of one library, held against each other. A return value that another rule has told of is left out. */
function pairFindings(tables: readonly Checked[], evidence: readonly Sighting[]): Finding[] {
  const pairs = tables.flatMap((posix) => tables.filter((winsock) => arePair(posix, winsock)).map((winsock) => ({ posix, winsock })));
  if (pairs.length === 0) return [];
  const events = byEvent(evidence);
  return pairs.flatMap(({ posix, winsock }) => differences(posix, winsock, events));
}

function differences(posix: Checked, winsock: Checked, events: readonly Event[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const event of events) {
    const others = rightly(winsock, event.winsock);
    for (const a of rightly(posix, event.posix)) {
      for (const b of others) {
        const applied = meaningsDiffer.applies(a, b);
        if (applied === undefined) continue;
        const level = levelBy(applied, a.sighting, b.sighting);
        // If the platforms themselves differ, every pair of tables differs too: this is reported once, with the first event.
        const key = a.sighting.meaning === b.sighting.meaning ? `${a.sighting.meaning} ${a.reading.className} ${b.reading.className}` : 'platforms';
        if (found.has(key)) continue;
        const other = { ...rowLocation(posix, a.reading.row), reading: a.reading, seen: a.sighting };
        found.set(key, { rule: meaningsDiffer, level, at: rowLocation(winsock, b.reading.row), reading: b.reading, seen: [b.sighting], other });
      }
    }
  }
  return [...found.values()];
}

/** How a table reads what calls returned, where no rule finds fault with it. */
function rightly(checked: Checked, sightings: readonly Sighting[]): ReadSighting[] {
  return sightings.flatMap((sighting) => {
    if (!checked.calls.includes(sighting.call) || faultOf(checked, sighting) !== undefined) return [];
    const reading = checked.read(sighting.codes, sighting);
    return reading === undefined ? [] : [{ sighting, reading }];
  });
}

/** One call of one scenario, as the platforms of both kinds return from it. */
interface Event {
  readonly posix: Sighting[];
  readonly winsock: Sighting[];
}

function byEvent(evidence: readonly Sighting[]): Event[] {
  const posix = new Set(platformsOf('posix'));
  const events = new Map<string, Event>();
  for (const sighting of evidence) {
    const key = `${sighting.scenario} ${sighting.index} ${sighting.call}`;
    const event = events.get(key) ?? { posix: [], winsock: [] };
    events.set(key, event);
    event[posix.has(sighting.codes) ? 'posix' : 'winsock'].push(sighting);
  }
  return [...events.values()];
}

/** A function that is asked about both kinds is a pair by itself. */
function arePair(posix: Checked, winsock: Checked): boolean {
  if (posix.api === undefined) return posix === winsock;
  return (
    posix.api === 'posix' &&
    winsock.api === 'winsock' &&
    posix.library === winsock.library &&
    overlap(posix.versions, winsock.versions) &&
    posix.calls.some((call) => winsock.calls.includes(call))
  );
}

function overlap(a: string, b: string): boolean {
  return inRange(oldest(a), b) || inRange(oldest(b), a);
}
