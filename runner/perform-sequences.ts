import { availableParallelism } from 'node:os';
import { printSteps, type Sequence } from '../language/steps.ts';
import type { Measured } from '../results/measured.ts';
import { waitsIn } from './perform-steps.ts';
import { type RunOptions, runScenarios } from './run.ts';

export interface SequencesOptions extends Pick<RunOptions, 'agent' | 'trials' | 'timeout' | 'signal'> {
  readonly sequences: readonly Sequence[];
  /** By the index of the sequence. */
  readonly onStart?: (index: number) => void;
  readonly onMeasured: (index: number, measured: Measured) => void;
}

/** Performs sequences that are no scenarios of the suite. @throws StartFailed where no agent can be started */
export async function performSequences({ sequences, onStart, onMeasured, ...options }: SequencesOptions): Promise<void> {
  const scenarios = sequences.map((sequence, i) => ({ id: `sequence ${i + 1}`, steps: printSteps(sequence), waits: waitsIn(sequence), isAdHoc: true }));
  const indexes = new Map(scenarios.map(({ id }, i) => [id, i]));
  const indexOf = (id: string) => indexes.get(id) as number;
  await runScenarios({
    ...options,
    scenarios,
    jobs: Math.min(2, availableParallelism()),
    onPlatform: () => {},
    onStart: (id) => onStart?.(indexOf(id)),
    onMeasured: (measured) => onMeasured(indexOf(measured.id), measured),
  });
}
