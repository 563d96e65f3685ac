/** Compares dotted versions number by number: 8.9 < 8.21, 6.18.44 > 6.18. A part that is not a number counts as 0. */
export function compareVersions(a: string, b: string): number {
  return compareNumbers(numbers(a), numbers(b));
}

function compareNumbers(left: readonly number[], right: readonly number[]): number {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

interface Comparison {
  readonly operator: string;
  readonly bound: string;
  /** Undefined for a bound that is no number: a version is the same word, or is not. */
  readonly numbers: readonly number[] | undefined;
}

/** Ranges are few, and each is asked of every platform in every scenario. */
const comparisons = new Map<string, readonly Comparison[]>();

/**
 * Whether `version` lies in `range`: comparisons with spaces between, all of which must hold (`>=8.21 <10.2`); without an operator, equality.
 * A version that is not known lies in no range.
 */
export function inRange(version: string | undefined, range: string): boolean {
  if (version === undefined) return false;
  const known = comparisons.get(range);
  const parsed = known ?? range.split(/\s+/).map(comparisonOf);
  if (known === undefined) comparisons.set(range, parsed);
  const own = numbers(version);
  return parsed.every(({ operator, bound, numbers }) => {
    if (numbers === undefined) return version === bound;
    const order = compareNumbers(own, numbers);
    switch (operator) {
      case '>=':
        return order >= 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '<':
        return order < 0;
      default:
        return order === 0;
    }
  });
}

function comparisonOf(part: string): Comparison {
  const [, operator = '', bound = ''] = /^(>=|<=|<|>|=)?(.*)$/.exec(part) ?? [];
  return { operator, bound, numbers: /^\d/.test(bound) ? numbers(bound) : undefined };
}

function numbers(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
}
