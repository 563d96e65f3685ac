import type { Atlas, AtlasCell } from './atlas.ts';
import type { ScenarioLine } from './schema.ts';

/** How many trials a line of a run tells of. */
export function trialsIn({ trials, traces }: Pick<ScenarioLine, 'trials' | 'traces'>): number {
  return told(
    trials,
    traces.map(({ count }) => count),
  );
}

/** The same of a cell of an atlas. */
export function trialsOf({ trials, traces }: AtlasCell): number {
  return told(
    trials,
    traces.map(([, count]) => count),
  );
}

/** All of a platform, by its index. */
export function trialsOn(scenarios: Atlas['scenarios'], platform: number): number {
  return scenarios.reduce((sum, { cells }) => sum + (cells[platform] == null ? 0 : trialsOf(cells[platform])), 0);
}

/** A trial in which a call never returned did not complete, and has its trace all the same. */
function told(completed: number, counts: readonly number[]): number {
  return Math.max(
    completed,
    counts.reduce((sum, count) => sum + count, 0),
  );
}
