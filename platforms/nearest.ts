import { distance } from 'fastest-levenshtein';

const MOST = 3;

/** The names nearest to what was written, the nearest first. */
export function nearest(names: readonly string[], written: string, most: number = MOST): string[] {
  const ranked = names.map((name) => ({ name, far: distance(name, written) }));
  return ranked
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ name }) => name);
}

/** `; did you mean ECONNRESET?`, or nothing where no name is near. */
export function didYouMean(names: readonly string[], written: string): string {
  const [name] = nearest(names, written, 1);
  if (name === undefined || distance(name, written) > Math.max(2, written.length / 3)) return '';
  return `; did you mean ${name}?`;
}
