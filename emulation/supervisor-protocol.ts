import type { AnsweredBy } from './answerer.ts';
import type { Told } from './answering.ts';
import type { StarterState } from './starter-state.ts';

/** What the command and its supervisor say to each other, over node's own channel between a process and its child: both are ours, and the same build. */

export interface Supervision {
  readonly answeredBy: AnsweredBy;
  readonly program: readonly [string, ...string[]];
  readonly starter: StarterState;
}

export type SupervisorRequest =
  | { readonly type: 'begin'; readonly supervision: Supervision }
  /** For the program. */
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly type: 'tell' };

export type SupervisorMessage =
  | { readonly type: 'started'; readonly process: number }
  | { readonly type: 'told'; readonly told: Told }
  /** A process was killed: its calls are of another architecture. */
  | { readonly type: 'foreign'; readonly process: number }
  /** The answerer threw. */
  | { readonly type: 'fault'; readonly text: string }
  /** The machine does not let it supervise. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'ended'; readonly ended: Ended };

/** The program and all that it started have ended. */
export interface Ended {
  /** Null where a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Undefined where no call was ever answered. */
  readonly told?: Told;
}
