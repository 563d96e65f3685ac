import { isReadinessKnown, type PlatformTrace } from '../../classification/policies/platform-trace.ts';
import type { Story, StoryEnd } from '../../classification/policies/play.ts';
import type { RecvAnswer } from '../../classification/policies/policy.ts';
import { UNPLAYABLE } from '../../classification/policies/recv-loop.ts';
import { evidencePhrase } from '../../language/evidence.ts';
import { plain } from '../../platforms/printable.ts';
import { groupBy } from '../group-by.ts';
import { count } from '../text.ts';
import { type NotPlayed, type Played, unique } from './played.ts';

/** A story's parts as words, for every format. */

type Alike = readonly [Story, ...Story[]];

/** `mongoose 7.16 with openssl TLS, linux-6.18, poll, epoll`. */
export function titleOf(stories: Alike): string {
  const [{ policy, trace, bufferedTlsBytes }] = stories;
  const bytes = bufferedTlsBytes > 0 ? `, ${bufferedTlsBytes} bytes of a TLS record buffered` : '';
  return plain(`${policy}, ${trace.platform.name}, ${unique(stories.map(({ io }) => io)).join(', ')}${bytes}`);
}

/** Which scenarios tell this, and by what evidence: a line for each source. */
export function sourceLines(stories: Alike, over: Played['over']): string[] {
  const scenarios = new Map<string, string[]>();
  const isOne = unique(stories.map(({ trace }) => trace.scenario)).length === 1;
  for (const { trace } of stories) {
    const source = isOne ? evidenceText(trace) : sourceText(trace);
    scenarios.set(source, unique([...(scenarios.get(source) ?? []), trace.scenario]));
  }
  if (over === 'sequence' && !isOne) return [...scenarios].map(([source, texts]) => `${texts.map((text) => `"${text}"`).join(', ')} (${source})`);
  return [...scenarios].map(([source, ids]) => (ids.length === 1 ? `${ids[0]} (${source})` : `${ids.length} scenarios (${source}): ${ids.join(', ')}`));
}

/** `measured here: results/runs/linux-6.18-x64.jsonl, …, 5 of 5 trials`. */
export function evidenceText(trace: Pick<PlatformTrace, 'evidence' | 'source' | 'count' | 'possible' | 'isPredicted'>): string {
  const { count, possible } = trace;
  if (count === undefined) return `${sourceText(trace)}${possible > 1 ? `, one of ${possible} possible traces` : ''}`;
  return `${sourceText(trace)}, ${count.of} of ${count.trials} trials, ${count.recvs} recvs each`;
}

function sourceText({ evidence, source, isPredicted }: Pick<PlatformTrace, 'evidence' | 'source' | 'isPredicted'>): string {
  return plain(isPredicted ? `predicted by ${source}; weakest evidence: ${evidencePhrase(evidence)}` : `${evidencePhrase(evidence)}: ${source}`);
}

/** What came before the loop, in each of the traces. */
export function premiseLines(stories: Alike): string[] {
  if (unique(stories.map(({ trace }) => trace.scenario)).length > 1) return [];
  const histories = unique(stories.map(({ trace }) => trace.history.join(', ')));
  return histories.some((history) => history !== '') ? [`before the loop: ${plain(histories.join('; or '))}`] : [];
}

/** `-1 WSAECONNRESET (10054)`, `0 (end of stream)`, `10 bytes`. */
export function answerText({ ret, code, name }: Pick<RecvAnswer, 'ret' | 'code' | 'name'>): string {
  if (ret > 0) return count(ret, 'byte');
  return ret === 0 ? '0 (end of stream)' : plain(`${ret} ${name ?? 'code'} (${code})`);
}

/** `poll 1`, `polls 3 to 9,998`, `before`. */
export function pollText({ n, through }: Pick<Story['polls'][number], 'n' | 'through'>): string {
  if (n === 0) return 'before';
  return n === through ? `poll ${number(n)}` : `polls ${number(n)} to ${number(through)}`;
}

export function leftOutText({ from, through }: NonNullable<Story['leftOut']>): string {
  return `polls ${number(from)} to ${number(through)} are left out`;
}

function number(n: number): string {
  return n.toLocaleString('en');
}

/** What the policy did, and why: `goes on: no data yet`. Of several polls alike it says so. */
export function decisionText({ n, through, action, why }: Story['polls'][number]): string {
  return `${action === 'close' ? 'closes' : 'goes on'}${through > n ? ' each time' : ''}: ${plain(why)}`;
}

/** `closes after 2 polls`; `never closes: …`. */
export function outcomeText({ outcome, polls }: Pick<Story, 'outcome' | 'polls'>): string {
  if (outcome.end === 'never') return `never closes: ${cycleText(outcome, polls)}`;
  return outcomeWord(outcome);
}

/** The same, without the proof. */
export function outcomeWord(outcome: StoryEnd): string {
  switch (outcome.end) {
    case 'closes':
      return `closes after ${count(outcome.polls, 'poll')}`;
    case 'never':
      return 'never closes';
    case 'unknown':
      return plain(`not known whether it closes: ${outcome.why}`);
  }
}

/** For a cell: `2`, `never`, `?`. */
export function outcomeCell(outcome: StoryEnd): string {
  return outcome.end === 'closes' ? String(outcome.polls) : outcome.end === 'never' ? 'never' : '?';
}

function cycleText({ from, length }: Extract<StoryEnd, { end: 'never' }>, polls: Story['polls']): string {
  const cycle = polls.filter(({ through }) => through >= from);
  const answers = unique(
    cycle.flatMap(({ answer }) => (answer === undefined ? [] : [`${answerText(answer)}${answer.class === undefined ? '' : `, ${answer.class}`}`])),
  );
  const returned = answers.length === 0 ? 'recv is not called' : `recv returns ${answers.join(', then ')}`;
  const again = length === 1 ? `every ${from > 1 ? 'later ' : ''}poll repeats poll ${from}` : `polls ${from} to ${from + length - 1} repeat forever`;
  return plain(`${again} (${returned})`);
}

/** Why the loops of one policy over one trace end differently with another readiness call. Empty where they do not. */
export function differenceLines(stories: readonly Story[]): string[] {
  if (unique(stories.map(({ outcome }) => outcomeCell(outcome))).length < 2) return [];
  return stories.map((story) => {
    const polls = story.polls.filter(({ n }) => n > 0);
    const told = isReadinessKnown(story.trace, story.io) ? polls[0]?.readiness?.token.replace(/^\w+:/, '') : undefined;
    const reasons = polls.map((poll) => (polls.length === 1 ? poll.why : `${pollText(poll)}: ${poll.why}`)).join('; ');
    return plain(
      `${story.io} ${told === undefined ? 'is called, and what it reports is not known' : `reports ${told}`}. ${reasons}. It ${outcomeWord(story.outcome)}.`,
    );
  });
}

/** Where several traces are possible, and the loop ends differently in them: the best end and the worst. `windows, select: at best closes after 1 poll, …`. */
export function extremeLines(stories: readonly Story[]): string[] {
  const groups = groupBy(stories, ({ trace, io }) => JSON.stringify([trace.platform.name, trace.scenario, io]));
  const lines = [...groups.values()].flatMap((own) => {
    const [first] = own;
    const ends = own.map(({ outcome }) => outcome).sort((a, b) => badness(a) - badness(b));
    const [best, worst] = [ends[0], ends.at(-1)] as [StoryEnd, StoryEnd];
    if (first === undefined || outcomeCell(best) === outcomeCell(worst)) return [];
    return [
      {
        where: first.trace.platform.name,
        io: first.io,
        ends: `at best ${outcomeWord(best)}, at worst ${outcomeWord(worst)} (${count(first.trace.possible, 'possible trace')})`,
      },
    ];
  });
  const alike = groupBy(lines, ({ where, ends }) => JSON.stringify([where, ends]));
  return [...alike.values()].map((own) => plain(`${own[0]?.where}, ${own.map(({ io }) => io).join(', ')}: ${own[0]?.ends}.`));
}

function badness(outcome: StoryEnd): number {
  if (outcome.end === 'never') return Number.POSITIVE_INFINITY;
  return outcome.end === 'unknown' ? Number.MAX_SAFE_INTEGER : outcome.polls;
}

/** `Not played: 3 scenarios (not plain TCP: 2; a blocking socket: 1). …`; undefined where all were. */
export function notPlayedText({ over, notPlayed }: Pick<Played, 'over' | 'notPlayed'>, hint: string): string | undefined {
  const whole = notPlayed.filter(({ platform }) => platform === undefined);
  const partly = notPlayed.filter(({ platform }) => platform !== undefined);
  const reasons = Object.values(UNPLAYABLE).flatMap((why) => {
    const found = whole.filter((one) => one.why === why).length;
    return found === 0 ? [] : [`${why}: ${found}`];
  });
  const parts = [
    ...(whole.length === 0 ? [] : [`Not played: ${count(whole.length, over)} (${reasons.join('; ')}).`]),
    ...(partly.length === 0
      ? []
      : [`On some platforms ${count(unique(partly.map(({ scenario }) => scenario)).length, over)} cannot be played, or only in part.`]),
  ];
  return parts.length === 0 ? undefined : `${parts.join(' ')}${hint}`;
}

/** `tcp/accept/after-reset on windows: in 2 of 3 possible traces recv is never called`. */
export function notPlayedLines(notPlayed: readonly NotPlayed[]): string[] {
  return notPlayed.map(({ scenario, platform, why }) => plain(`${scenario}${platform === undefined ? '' : ` on ${platform}`}: ${why}`));
}
