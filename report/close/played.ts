import type { Story } from '../../classification/policies/play.ts';

/** A policy, played over scenarios on platforms; and where it was not. */
export interface Played {
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
  const groups = new Map<string, [Story, ...Story[]]>();
  for (const story of stories) {
    const polls = story.polls.map(({ n, through, answer, action, why }) => [n, through, answer, action, why]);
    const key = JSON.stringify([story.policy, story.trace.platform.name, story.bufferedTlsBytes, polls, story.leftOut, story.outcome]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [story]);
    else group.push(story);
  }
  return [...groups.values()];
}

/** Stories over the same trace of the same platform, in order. */
export function byTrace(stories: readonly Story[]): Story[][] {
  const groups = new Map<string, Story[]>();
  for (const story of stories) {
    const { platform, scenario, source, answers } = story.trace;
    const key = JSON.stringify([platform.name, scenario, source, answers]);
    groups.set(key, [...(groups.get(key) ?? []), story]);
  }
  return [...groups.values()];
}

/** Items once each, in order. */
export function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
