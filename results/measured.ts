import type { Observation } from './schema.ts';

/** An observation as it is made, with its duration; a run file keeps the two apart. */
export interface TimedObservation extends Observation {
  readonly us: number;
}

export interface MeasuredTrace {
  readonly trace: readonly string[];
  count: number;
  /** Those of the first trial that gave this trace. */
  readonly observations: readonly TimedObservation[];
}

/** How a trial ended that did not complete. */
export interface Ended {
  readonly as: 'unsupported' | 'blocked' | 'crashed';
  readonly reason: string;
}

/** What an agent reports about a scenario when it has finished it; not judged. */
export interface Measured {
  readonly id: string;
  /** Completed trials. */
  readonly trials: number;
  /** Every distinct trace, the most frequent first. */
  readonly traces: readonly MeasuredTrace[];
  readonly ms: number;
  /** How the last trial ended where it did not complete. */
  readonly ended?: Ended;
  /** What the machine refused, again and again: then nothing is known of the scenario. */
  readonly unmeasured?: string;
  /** How many connections of other processes were dropped; absent where there were none. */
  readonly strangers?: number;
}
