import { isPair } from '../../language/pairs.ts';
import { differenceWords } from '../difference.ts';
import { eventOf, titleOf } from '../event.ts';
import { type GridRow, gridLines, type Layout } from '../grid.ts';
import { groupPattern, splitPairs } from '../pairs.ts';
import { behaviourWords } from '../side.ts';
import { paragraph } from '../text.ts';
import type { Cell } from '../text-table.ts';
import { type Change, type Diff, type Difference, isChange } from './diff.ts';

export interface DiffOptions extends Layout {
  /** Also what is the same. */
  readonly verbose: boolean;
}

/** Two sides for a terminal: by event, what differs, with the kind of evidence of what was not measured. */
export function prettyDiff(found: Diff, options: DiffOptions): string {
  const { a, b } = found;
  const isShown = ({ change }: Difference) => options.verbose || isChange(change);
  const { single, notes } = withPairNotes(found);
  const shown = single.filter(isShown);
  // Runs were measured: the word is for what was not.
  const tellsEvidence = shown.some((difference) => evidenceWord(difference) !== '');
  const events = [...new Set([...shown.map(({ id }) => eventOf(id)), ...notes.keys()])].map((event) => ({
    event,
    about: titleOf(event),
    rows: shown.filter(({ id }) => eventOf(id) === event).map((difference) => row(difference, event, tellsEvidence, a.name, b.name)),
    notes: notes.get(event) ?? [],
  }));
  return [
    ...gridLines({ headings: [a.heading, b.heading, ...(tellsEvidence ? ['evidence'] : [])], events }, options),
    ...summaryLines(found).map((line) => paragraph(line, options.width, '  ')),
    '',
  ].join('\n');
}

/** Pairs of calls are listed where nothing else was chosen; else each event has a line of each way that a connection ends. */
export function withPairNotes({ a, b, asked, differences }: Diff) {
  const { single, grouped } = splitPairs(differences, differences.every(({ id }) => isPair(id)) ? differences.length : undefined);
  const notes = new Map<string, string[]>();
  for (const [group, own] of grouped) {
    const event = eventOf(group);
    const line = `${group.slice(event.length + 1)}: ${changeCounts(own, a.name, b.name)} (sockatlas diff ${asked} ${groupPattern(group)})`;
    notes.set(event, [...(notes.get(event) ?? []), line]);
  }
  return { single, notes };
}

function row(difference: Difference, event: string, tellsEvidence: boolean, nameA: string, nameB: string): GridRow {
  const { id, change, a, b } = difference;
  const evidence: Cell[] = tellsEvidence ? [{ text: evidenceWord(difference), style: 'gray' }] : [];
  return {
    name: id.slice(event.length + 1),
    cells: [{ text: behaviourWords(a, false) }, { text: behaviourWords(b, false) }, ...evidence],
    mark: { text: markText(difference, nameA, nameB), style: isChange(change) ? 'yellow' : 'gray' },
  };
}

/** The evidence of what was not measured: `asserted`; nothing where both sides were. */
export function evidenceWord({ a, b }: Pick<Difference, 'a' | 'b'>): string {
  return [...new Set([a, b].flatMap((side) => (side === undefined || side.evidence === 'measured' ? [] : [side.evidence])))].join(', ');
}

/** `≠ data lost`, `only windows`. */
export function markText({ change, a, b }: Difference, nameA: string, nameB: string): string {
  switch (change) {
    case 'new':
      return `≠ only ${nameB}`;
    case 'gone':
      return `≠ only ${nameA}`;
    case 'differs': {
      const [here, there] = [a?.traces[0], b?.traces[0]];
      const words = here === undefined || there === undefined ? '' : differenceWords(here, there);
      return words === '' ? '≠' : `≠ ${words}`;
    }
    case 'not-run':
      return `only ${a === undefined ? nameB : nameA} was run`;
    case 'unknown':
      return 'not known';
    case 'same':
      return 'same';
  }
}

/** How many scenarios differ, are on one side alone, are the same. */
export function summaryLines({ a, b, differences }: Diff): string[] {
  return [`${a.name} against ${b.name}: ${changeCounts(differences, a.name, b.name)}.`];
}

function changeCounts(differences: readonly Difference[], nameA: string, nameB: string): string {
  const of = (change: Change) => differences.filter((difference) => difference.change === change);
  const inferred = of('differs').filter((difference) => difference.a?.evidence === 'inferred' || difference.b?.evidence === 'inferred').length;
  const parts = [
    `${of('differs').length} differ${inferred === 0 ? '' : ` (${inferred} by inference only)`}`,
    ...(of('new').length > 0 ? [`${of('new').length} only on ${nameB}`] : []),
    ...(of('gone').length > 0 ? [`${of('gone').length} only on ${nameA}`] : []),
    `${of('same').length} the same`,
    ...(of('not-run').length > 0 ? [`${of('not-run').length} not run on one side`] : []),
    ...(of('unknown').length > 0 ? [`${of('unknown').length} not known on one side`] : []),
  ];
  return parts.join(', ');
}
