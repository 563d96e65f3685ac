/** Compares dotted versions number by number: 8.9 < 8.21, 6.18.44 > 6.18. A part that is not a number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/**
 * Whether `version` lies in `range`: comparisons with spaces between, all of which must hold (`>=8.21 <10.2`); without an operator, equality.
 * A version that is not known lies in no range.
 */
export function inRange(version: string | undefined, range: string): boolean {
  if (version === undefined) return false;
  return range.split(/\s+/).every((part) => {
    const [, operator = '', bound = ''] = /^(>=|<=|<|>|=)?(.*)$/.exec(part) ?? [];
    if (!/^\d/.test(bound)) return version === bound;
    const order = compareVersions(version, bound);
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

function numbers(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
}
