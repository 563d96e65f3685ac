import { parseDescribed } from '../../language/parse-steps.ts';
import { type Described, isRecorded, printStep, stepByStep } from '../../language/steps.ts';
import type { Atlas, AtlasCell } from '../../results/atlas.ts';
import { scenarios } from '../../suites/index.ts';

/** A scenario that has a page: of this version, or of the atlas alone. */
export interface KnownScenario {
  readonly id: string;
  /** Why it matters; nothing for one that this version does not have. */
  readonly why: string;
  /** Nothing where neither this version nor the atlas says. */
  readonly steps: string;
  /** Undefined where the steps, which may be another version's, cannot be read. */
  readonly described: Described | undefined;
  /** What each recorded call is, in order: `S recv 4`. */
  readonly calls: readonly string[];
  /** One for each platform of the atlas; null where no run has it. */
  readonly cells: readonly (AtlasCell | null)[];
}

/** Those of this version in their order, then those that the atlas alone has. */
export function knownScenarios(atlas: Atlas): readonly KnownScenario[] {
  const measured = new Map(atlas.scenarios.map((scenario) => [scenario.id, scenario]));
  const own = new Set(scenarios.map(({ id }) => id));
  return [
    ...scenarios.map(({ id, why, steps }) => known(id, why, steps, measured.get(id)?.cells ?? [])),
    ...atlas.scenarios.filter(({ id }) => !own.has(id)).map(({ id, steps = '', cells }) => known(id, '', steps, cells)),
  ];
}

function known(id: string, why: string, steps: string, cells: KnownScenario['cells']): KnownScenario {
  const described = readSteps(steps);
  const calls = described === undefined ? [] : stepByStep(described).filter(isRecorded).map(printStep);
  return { id, why, steps, described, calls, cells };
}

function readSteps(steps: string): Described | undefined {
  try {
    return steps === '' ? undefined : parseDescribed(steps);
  } catch {
    return undefined;
  }
}
