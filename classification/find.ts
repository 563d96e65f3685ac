import type { CodePlatform } from '../language/code.ts';
import { inRange } from '../platforms/version.ts';
import type { Sighting } from './answer.ts';
import { type Checked, platformsOf, type Reading } from './checked.ts';
import { type Finding, rowPlace } from './finding.ts';
import { answerRules, rules } from './rules/index.ts';
import { type AnswerRule, LEVELS, type Level, type PairRule } from './rules/rule.ts';
import { oldest } from './table-terms.ts';

/** Every finding, the worst first, then in the order of the tables. `evidence` is what the platforms return. */
export function findFaults(tables: readonly Checked[], evidence: readonly Sighting[]): Finding[] {
  const asked = new Set(evidence.map(({ codes }) => codes));
  const ranked = [...evidence].sort((a, b) => Number(a.evidence === 'inferred') - Number(b.evidence === 'inferred'));
  const findings = [
    ...tables.flatMap((checked) => [...answerFindings(checked, ranked), ...rowFindings(checked), ...probeFindings(checked, asked)]),
    ...pairFindings(tables, ranked),
  ];
  const rank = ({ level }: Finding) => -LEVELS.indexOf(level);
  return findings.sort((a, b) => rank(a) - rank(b) || tables.indexOf(a.at.checked) - tables.indexOf(b.at.checked));
}

/**
 * What is wrong with the classes that a table gives. Equal answers are told once, with one observation for each platform; memory grows only with the distinct
 * ones, however many are given.
 */
export function answerFindings(checked: Checked, sightings: Iterable<Sighting>): Finding[] {
  const platforms = new Set(checked.platforms);
  const judge = judgeOf(checked);
  const found = new Map<string, Finding & { seen: Sighting[] }>();
  for (const sighting of sightings) {
    if (!platforms.has(sighting.codes) || !checked.calls.includes(sighting.call)) continue;
    const fault = judge(sighting);
    if (fault === undefined) continue;
    const { rule, level, reading } = fault;
    const keyAt = (at: Level) => [rule.id, at, reading.row ?? reading.className, spelled(sighting), sighting.call].join(' ');
    const key = keyAt(level);
    // What is also inferred adds nothing to what better evidence has shown.
    const known = sighting.evidence === 'inferred' ? LEVELS.map((at) => found.get(keyAt(at))).find((finding) => finding !== undefined) : found.get(key);
    if (known === undefined) found.set(key, { rule, level, at: rowPlace(checked, reading.row), reading, seen: [sighting] });
    else if (!known.seen.some(({ platform }) => platform === sighting.platform)) known.seen.push(sighting);
  }
  return [...found.values()];
}

/** An answer by its name; bytes are bytes, however many. */
function spelled({ ret, observations, index }: Sighting): string | undefined {
  return ret > 0 ? 'data' : observations[index]?.token;
}

type Fault = { readonly rule: AnswerRule; readonly level: Level; readonly reading: Reading };

/** The fault of one answer, or undefined where its class is right or it has none. */
function judgeOf(checked: Checked): (sighting: Sighting) => Fault | undefined {
  return (sighting) => {
    const reading = checked.read(sighting.codes, sighting);
    if (reading === undefined) return undefined;
    for (const rule of answerRules) {
      const level = rule.applies(sighting, reading, checked);
      if (level !== undefined) return { rule, level: levelBy(level, sighting), reading };
    }
    return undefined;
  };
}

/** A finding that is proved only by inferred return values is a note. */
function levelBy(level: Level, ...sightings: readonly Sighting[]): Level {
  return sightings.some(({ evidence }) => evidence === 'inferred') ? 'note' : level;
}

function rowFindings(checked: Checked): Finding[] {
  const { rows } = checked;
  if (rows === undefined) return [];
  return rules.flatMap((rule) => {
    if (rule.kind !== 'rows') return [];
    return rule.find(rows, checked.platforms).map(({ level, row, code, detail, other }): Finding => {
      const place = rowPlace(checked, row, code);
      return { rule, level, at: place, detail, seen: [], ...(other !== undefined && { other: rowPlace(checked, other) }) };
    });
  });
}

function probeFindings(checked: Checked, asked: ReadonlySet<CodePlatform>): Finding[] {
  const own = checked.platforms.filter((platform) => asked.has(platform));
  return rules.flatMap((rule): Finding[] => {
    if (rule.kind !== 'probe') return [];
    const [fault] = own.flatMap((codes) => rule.applies(checked, codes) ?? []);
    return fault === undefined ? [] : [{ rule, ...fault, at: rowPlace(checked, fault.reading.row), seen: [] }];
  });
}

/** The POSIX and the Winsock table of one library, held against each other. An answer that another rule has told of is left out. */
function pairFindings(tables: readonly Checked[], evidence: readonly Sighting[]): Finding[] {
  const pairs = tables.flatMap((posix) => tables.filter((winsock) => arePair(posix, winsock)).map((winsock) => ({ posix, winsock })));
  if (pairs.length === 0) return [];
  const events = byEvent(evidence);
  return pairs.flatMap(({ posix, winsock }) => rules.flatMap((rule) => (rule.kind === 'pair' ? differences(rule, posix, winsock, events) : [])));
}

function differences(rule: PairRule, posix: Checked, winsock: Checked, events: readonly Event[]): Finding[] {
  const found = new Map<string, Finding>();
  const read = { posix: rightly(posix), winsock: rightly(winsock) };
  for (const event of events) {
    for (const a of event.posix.flatMap(read.posix)) {
      for (const b of event.winsock.flatMap(read.winsock)) {
        const applied = rule.applies(a, b);
        if (applied === undefined) continue;
        const level = levelBy(applied, a.answer, b.answer);
        // If the platforms themselves differ, every pair of tables differs too: this is reported once, with the first event.
        const key = a.answer.meaning === b.answer.meaning ? `${a.answer.meaning} ${a.reading.className} ${b.reading.className}` : 'platforms';
        if (found.has(key)) continue;
        const other = { ...rowPlace(posix, a.reading.row), reading: a.reading, seen: a.answer };
        found.set(key, { rule, level, at: rowPlace(winsock, b.reading.row), reading: b.reading, seen: [b.answer], other });
      }
    }
  }
  return [...found.values()];
}

/** How a table reads an answer, where no rule finds fault with it. */
function rightly(checked: Checked): (answer: Sighting) => { answer: Sighting; reading: Reading }[] {
  const judge = judgeOf(checked);
  return (answer) => {
    if (!checked.calls.includes(answer.call) || judge(answer) !== undefined) return [];
    const reading = checked.read(answer.codes, answer);
    return reading === undefined ? [] : [{ answer, reading }];
  };
}

/** One call of one scenario, as the platforms of both kinds answer it. */
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
