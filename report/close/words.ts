import type { PlatformTrace } from '../../classification/policies/platform-trace.ts';
import type { Outcome, Story } from '../../classification/policies/play.ts';
import type { Answer } from '../../classification/policies/policy.ts';
import type { Poll } from '../../classification/policies/turn.ts';
import { evidencePhrase } from '../../platforms/evidence.ts';
import { count, plain } from '../text.ts';

/** A story's parts as words, for every format. */

/** `mongoose 7.16 with openssl TLS, select, linux-6.18`. */
export function titleOf({ policy, io, trace, bufferedTlsBytes }: Story): string {
  const bytes = bufferedTlsBytes > 0 ? `, ${bufferedTlsBytes} bytes of a TLS record buffered` : '';
  return plain(`${policy}, ${io}, ${trace.platform.name}${bytes}`);
}

/** `measured here: results/runs/linux-6.18-x64.jsonl, …, 5 of 5 trials`. */
export function evidenceText({ evidence, source, count }: Pick<PlatformTrace, 'evidence' | 'source' | 'count'>): string {
  return plain(`${evidencePhrase(evidence)}: ${source}${count === undefined ? '' : `, ${count.of} of ${count.trials} trials, ${count.recvs} recvs each`}`);
}

/** `-1 WSAECONNRESET (10054)`, `0 (end of stream)`, `10 bytes`. */
export function answerText({ ret, code, name }: Pick<Answer, 'ret' | 'code' | 'name'>): string {
  if (ret > 0) return `${ret} bytes`;
  return ret === 0 ? '0 (end of stream)' : plain(`${ret} ${name ?? 'code'} (${code})`);
}

/** `closes after 2 polls`; `never closes: …`. */
export function outcomeText({ outcome, polls }: Pick<Story, 'outcome' | 'polls'>): string {
  if (outcome.end === 'never') return `never closes: ${cycleText(outcome, polls)}`;
  return outcomeWord(outcome);
}

/** The same, without the proof. */
export function outcomeWord(outcome: Outcome): string {
  switch (outcome.end) {
    case 'closes':
      return `closes after ${count(outcome.polls, 'poll')}`;
    case 'never':
      return 'never closes';
    case 'undecided':
      return plain(`not decided: ${outcome.why}`);
  }
}

/** For a cell: `2`, `never`, `?`. */
export function outcomeCell(outcome: Outcome): string {
  return outcome.end === 'closes' ? String(outcome.polls) : outcome.end === 'never' ? 'never' : '?';
}

function cycleText({ from, length }: Extract<Outcome, { end: 'never' }>, polls: readonly Poll[]): string {
  const cycle = polls.slice(-length);
  const answers = [
    ...new Set(cycle.flatMap(({ answer }) => (answer === undefined ? [] : [`${answerText(answer)}${answer.class === undefined ? '' : `, ${answer.class}`}`]))),
  ];
  const returned = answers.length === 0 ? 'recv is not called' : `recv returns ${answers.join(', then ')}`;
  const again = length === 1 ? `poll ${from} comes again and again` : `polls ${from} to ${from + length - 1} come again and again`;
  return plain(`${again} (${returned}), in the same state each time`);
}

/** Why the loops of one policy on one platform end otherwise with another readiness call: the poll in which they part. Empty where they do not. */
export function differenceLines(stories: readonly Story[]): string[] {
  const words = new Set(stories.map(({ outcome }) => outcomeCell(outcome)));
  if (words.size < 2) return [];
  return stories.map((story) => {
    const polls = story.polls.filter(({ n }) => n > 0);
    const told = polls[0]?.readiness?.token.replace(/^\w+:/, '') ?? 'nothing recorded';
    return plain(
      `${story.io} is told ${told}: ${polls.map(({ n, why }) => (polls.length === 1 ? why : `poll ${n}: ${why}`)).join('; ')}; ${outcomeWord(story.outcome)}`,
    );
  });
}
