import { evidencePhrase } from '../../../language/evidence.ts';
import { differenceWords } from '../../difference.ts';
import { few, traceWords } from '../../trace-words.ts';
import type { MatrixCell } from '../matrix-format.ts';

/** What a cell says: its traces, or how it ended without one. */
export function cellWords({ traces, counts, ended, isExpected, evidence }: MatrixCell): string {
  if (ended !== undefined) return ended === 'unsupported' ? 'not supported' : ended;
  if (traces.length === 0) return evidencePhrase(evidence);
  const words = traces.map((trace, i) => (counts.length > 0 ? `${counts[i]}× ${traceWords(trace)}` : traceWords(trace)));
  return few([...new Set(words)], isExpected ? ' or ' : ' / ');
}

/** How it is known, in a word or two: by this the eye tells what was measured from what was not. */
export function knownBy({ isExpected, isPredicted, evidence, trials }: MatrixCell): string {
  if (!isExpected) return trials === 1 ? 'measured once' : `measured ×${trials}`;
  return isPredicted ? `predicted, ${evidence}` : evidence;
}

/** The same as a class of the style sheet. */
export function knownClass({ isExpected, isPredicted, evidence, ended }: MatrixCell): string {
  if (ended !== undefined) return 'is-none';
  if (!isExpected || (evidence === 'measured' && !isPredicted)) return 'is-measured';
  return isPredicted ? 'is-predicted' : `is-${evidence}`;
}

/** In what a cell differs from another that it is compared with. */
export function differenceOf(reference: MatrixCell, cell: MatrixCell): string {
  const [here, there] = [reference.traces[0], cell.traces[0]];
  return here === undefined || there === undefined ? '' : differenceWords(here, there);
}

/** Verdicts that say no more than that it is so. */
const PLAIN = new Set(['match', 'unjudged', 'unsupported']);

export function verdictWords({ verdict = '' }: MatrixCell): string {
  return PLAIN.has(verdict) ? '' : verdict;
}
