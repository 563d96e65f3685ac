/**
 * Measures each of `ways` once a round, one after the other. A machine that is slow for a while is slow for all of a round, so that a ratio is the
 * median of the rounds' ratios, not the ratio of two medians.
 * @template {string} Way
 * @param {number} rounds
 * @param {Record<Way, () => number>} ways
 */
export function alternate(rounds, ways) {
  const names = /** @type {Way[]} */ (Object.keys(ways));
  const values = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const name of names) values[name].push(ways[name]());
  return {
    /** @param {Way} name */
    median: (name) => median(values[name]),
    /** How many times `of` the value of `name` is. @param {Way} name @param {Way} of */
    ratio: (name, of) => median(values[name].map((value, round) => value / values[of][round])),
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
