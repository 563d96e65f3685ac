import type { Story } from '../../classification/policies/play.ts';
import { evidencePhrase } from '../../language/evidence.ts';
import { count } from '../text.ts';
import { type Played, unique } from './played.ts';
import { outcomeCell } from './words.ts';

/** Scenario, or sequence of steps, × platform: after how many polls it closes. */
export interface Summary {
  readonly platforms: readonly string[];
  readonly rows: readonly { readonly scenario: string; readonly cells: readonly string[] }[];
}

export const NOTHING = '–';
const ASSUMED = '*';

export function summaryOf({ stories, notPlayed }: Played): Summary {
  const platforms = unique([
    ...stories.map(({ trace }) => trace.platform.name),
    ...notPlayed.flatMap(({ platform }) => (platform === undefined ? [] : [platform])),
  ]);
  const scenarios = unique(stories.map(({ trace }) => trace.scenario));
  return {
    platforms,
    rows: scenarios.map((scenario) => ({
      scenario,
      cells: platforms.map((platform) => cell(stories.filter(({ trace }) => trace.scenario === scenario && trace.platform.name === platform))),
    })),
  };
}

/** `2`; `1 or never` where the platform has several possible traces; `2 (select), 1 (poll, epoll)` where the readiness calls differ. */
function cell(stories: readonly Story[]): string {
  const methods = unique(stories.map(({ io }) => io));
  const ends = methods.map((io) => {
    const own = stories.filter((story) => story.io === io);
    const isAssumed = own.some(({ isReadinessKnown }) => !isReadinessKnown);
    return { io, end: unique(own.map(({ outcome }) => outcomeCell(outcome))).join(' or ') + (isAssumed ? ASSUMED : '') };
  });
  const different = unique(ends.map(({ end }) => end));
  if (different.length < 2) return different[0] ?? NOTHING;
  return different
    .map(
      (end) =>
        `${end} (${ends
          .filter((one) => one.end === end)
          .map(({ io }) => io)
          .join(', ')})`,
    )
    .join(', ');
}

/** What the marks in the cells mean, as far as they are used. */
export function summaryLegend({ rows }: Summary, over: Played['over']): string {
  const text = rows.flatMap(({ cells }) => cells).join(' ');
  return [
    `A number: the poll in which it closes; 1 is ${over === 'scenario' ? 'the first poll after the peer has reset or closed the connection' : "the loop's first"}.`,
    ...(text.includes('?') ? ['?: not known whether it closes.'] : []),
    ...(text.includes(NOTHING) ? [`${NOTHING}: what recv returns there is not known, or the platform has no such calls.`] : []),
    ...(text.includes(ASSUMED) ? [`${ASSUMED}: what select and poll report there is not known; the socket is assumed to be readable, without an error.`] : []),
  ].join(' ');
}

/** `Evidence, with the number of scenarios: linux-6.18: measured here (19); windows: documented (6), inferred (3).` */
export function summaryEvidence({ over, stories }: Played): string {
  const platforms = unique(stories.map(({ trace }) => trace.platform.name)).map((platform) => {
    const own = stories.filter(({ trace }) => trace.platform.name === platform);
    const kinds = unique(own.map(({ trace }) => trace.evidence)).map((evidence) => {
      const scenarios = unique(own.filter(({ trace }) => trace.evidence === evidence).map(({ trace }) => trace.scenario));
      return `${evidencePhrase(evidence)} (${scenarios.length})`;
    });
    return `${platform}: ${kinds.join(', ')}`;
  });
  return `${stories.some(({ trace }) => trace.isPredicted) ? 'Predicted. The weakest evidence' : 'Evidence'}, with the number of ${over}s: ${platforms.join('; ')}.`;
}

/** `Never closes: windows in 14 scenarios and perhaps in 3 more, wine-10.0 in 2 scenarios.` Perhaps: not in each trace that is possible there. */
export function summaryResult({ over, stories }: Played): string {
  const scenarios = (some: readonly Story[]) => unique(some.map(({ trace }) => trace.scenario));
  const sentences = (['never', 'unknown'] as const).flatMap((end) => {
    const own = stories.filter(({ outcome }) => outcome.end === end);
    const counts = unique(own.map(({ trace }) => trace.platform.name)).map((platform) => {
      const on = (some: readonly Story[]) => scenarios(some.filter(({ trace }) => trace.platform.name === platform));
      const [ends, endsOtherwise] = [on(own), on(stories.filter(({ outcome }) => outcome.end !== end))];
      const perhaps = ends.filter((scenario) => endsOtherwise.includes(scenario)).length;
      const surely = ends.length - perhaps;
      if (surely === 0) return `${platform} perhaps in ${count(perhaps, over)}`;
      return `${platform} in ${count(surely, over)}${perhaps === 0 ? '' : ` and perhaps in ${perhaps} more`}`;
    });
    return own.length === 0 ? [] : [`${end === 'never' ? 'Never closes' : 'Not known whether it closes'}: ${counts.join(', ')}.`];
  });
  return sentences.length === 0
    ? `Closes wherever it was played: ${count(scenarios(stories).length, over)} in which the peer resets or closes.`
    : sentences.join(' ');
}
