import type { Story } from '../../classification/policies/play.ts';
import { groupBy } from '../group-by.ts';

/** A policy, played over scenarios or sequences of steps, on platforms; and where it was not. */
export interface Played {
  /** What it was played over: scenarios, or sequences of steps. */
  readonly over: 'scenario' | 'sequence';
  readonly stories: readonly Story[];
  readonly notPlayed: readonly NotPlayed[];
}

export interface NotPlayed {
  readonly scenario: string;
  /** undefined where it is played on no platform. */
  readonly platform?: string;
  readonly why: string;
}

/** Stories that differ at most in scenario and readiness: the same answers, decisions and end on the same platform. */
export function alike(stories: readonly Story[]): (readonly [Story, ...Story[]])[] {
  const groups = groupBy(stories, ({ policy, trace, bufferedTlsBytes, polls, leftOut, outcome }) => {
    const told = polls.map(({ n, through, answer, action, why }) => [n, through, answer, action, why]);
    return JSON.stringify([policy, trace.platform.name, bufferedTlsBytes, told, leftOut, outcome]);
  });
  return [...groups.values()];
}

/** Stories over the same trace of the same platform, in order. */
export function byTrace(stories: readonly Story[]): Story[][] {
  return [...groupBy(stories, ({ trace: { platform, scenario, source, answers } }) => JSON.stringify([platform.name, scenario, source, answers])).values()];
}

/** Items once each, in order. */
export function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
