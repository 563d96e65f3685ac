import type * as Zod from 'zod';
import { EVIDENCE, type Evidence } from '../language/evidence.ts';
import { ENDINGS, FIRST_CALLS, PAIR_STATES, type Pair, pairGroup, pairs, stepOf } from '../language/pairs.ts';
import { SUBJECT_VERBS } from '../language/parse-steps.ts';
import { PREPARES, type SubjectVerb, TRANSPORTS } from '../language/steps.ts';
import { expectationFor, type Versions } from '../platforms/expectation.ts';
import { MODELLED_WINES } from '../platforms/predicted.ts';
import { z } from '../platforms/zod.ts';
import { stories } from '../suites/index.ts';
import { eventOf } from './event.ts';
import type { Layout } from './grid.ts';
import { groupBy } from './group-by.ts';
import { count, paragraph } from './text.ts';
import { tableLines } from './text-table.ts';

const PLATFORMS: Readonly<Record<string, Versions>> = {
  linux: { id: 'linux' },
  windows: { id: 'windows' },
  ...Object.fromEntries(MODELLED_WINES.map((version) => [`wine-${version}`, { id: 'wine' as const, wine: version }])),
};

const evidenceCounts = z.partialRecord(z.enum(EVIDENCE), z.int());

/** What `coverage --format json` prints. */
export const coverageDocumentSchema = z.strictObject({
  endings: z
    .array(
      z.strictObject({
        id: z.string().describe('What its ids begin with: tcp/reset/pair?end=close'),
        about: z.string(),
        states: z.array(
          z.strictObject({
            state: z.enum(PAIR_STATES as [string, ...string[]]),
            pairs: z.int().describe('Pairs of calls: 0 where the state is missing'),
            expected: z
              .record(z.string(), evidenceCounts)
              .describe('By platform: how many pairs rest on which kind of evidence. unknown: the model does not cover them'),
          }),
        ),
      }),
    )
    .describe('The ways that a connection ends'),
  calls: z
    .array(z.strictObject({ call: z.string(), first: z.int(), second: z.int() }))
    .describe('How many pairs have a call as the first and as the second; 0 where it is missing'),
  stories: z.array(z.strictObject({ event: z.string(), scenarios: z.int() })).describe('The scenarios that are no pairs, by event'),
  transportsWithoutPairs: z.array(z.string()),
});
type Coverage = Zod.infer<typeof coverageDocumentSchema>;

export function coverageDocument(): Coverage {
  const all = [...pairs().values()];
  const byEnding = groupBy(all, ({ id }) => pairGroup(id));
  return {
    endings: [...byEnding].map(([id, own]) => ({
      id,
      about: own[0].ending.words,
      states: PAIR_STATES.map((state) => {
        const here = own.filter((pair) => pair.state === state);
        return {
          state,
          pairs: here.length,
          expected: Object.fromEntries(Object.entries(PLATFORMS).map(([name, versions]) => [name, countsOf(versions, here)])),
        };
      }),
    })),
    calls: [...FIRST_CALLS, ...otherCalls()].map((call) => ({
      call,
      first: all.filter(({ first }) => first === call).length,
      second: all.filter(({ second }) => second === call).length,
    })),
    stories: [...groupBy(stories, ({ id }) => eventOf(id))].map(([event, own]) => ({ event, scenarios: own.length })),
    transportsWithoutPairs: TRANSPORTS.filter((transport) => !ENDINGS.some(({ event }) => event.startsWith(`${transport}/`))),
  };
}

function countsOf(versions: Versions, some: readonly Pair[]): Partial<Record<Evidence, number>> {
  return Object.fromEntries(
    [...groupBy(some, ({ id }) => expectationFor(versions, id)?.expectation.evidence ?? 'unknown')].map(([evidence, own]) => [evidence, own.length]),
  );
}

/** The calls of the language of steps that are in no pair: a flag, or a call. */
function otherCalls(): string[] {
  const used = new Set<string>(FIRST_CALLS.map((call) => stepOf(call).split(' ')[0] as string));
  const verbs = SUBJECT_VERBS.filter((verb) => !used.has(verb) && !PREPARES.has(verb as SubjectVerb));
  return [...verbs, 'recv MSG_WAITALL', 'recv MSG_OOB', 'blocking calls'];
}

export function prettyCoverage({ endings, calls, stories: events, transportsWithoutPairs }: Coverage, { width, paint }: Layout): string {
  const platforms = Object.keys(PLATFORMS);
  const total = endings.flatMap(({ states }) => states).reduce((sum, { pairs: some }) => sum + some, 0);
  const rows = endings.flatMap(({ id, states }) =>
    states
      .filter((state) => state.pairs > 0)
      .map(({ state, pairs: some, expected }, i) => [i === 0 ? id : '', state, String(some), ...platforms.map((name) => countWords(expected[name] ?? {}))]),
  );
  const table = (some: readonly (readonly string[])[]) => tableLines(some, { width, paint, indent: '  ' }) ?? some.map((row) => `  ${row.join('  ')}`);
  const missingStates = endings.flatMap(({ id, states }) => states.filter((state) => state.pairs === 0).map(({ state }) => `${id} ${state}`));
  const missingCalls = (which: 'first' | 'second') => calls.filter((one) => one[which] === 0).map(({ call }) => call);
  const listed = (what: string, some: readonly string[]) => (some.length === 0 ? [] : [paragraph(`  ${what}: ${some.join(', ')}`, width, '    ')]);
  return [
    paint('bold', `${total} pairs of calls: ways that a connection ends × states × first call × second call`),
    paragraph(
      'What is expected of them is what models say. 14a 35d: of 14 pairs the weakest rule is asserted by a test that runs on Windows, of 35 it is documented; m measured, r reported, i inferred, u not covered by the model.',
      width,
      '',
    ),
    '',
    ...table([['', 'state', 'pairs', ...platforms], ...rows]),
    '',
    paint('bold', 'Calls'),
    ...table([
      ['', 'as the first', 'as the second'],
      ...calls.filter(({ first }) => first > 0).map(({ call, first, second }) => [call, String(first), String(second)]),
    ]),
    '',
    paint('bold', 'Missing'),
    ...listed('states', missingStates),
    ...listed('as the first call', missingCalls('first')),
    ...listed('as the second call', missingCalls('second')),
    ...listed('transports without pairs', transportsWithoutPairs),
    '  what needs a network of its own, or is out of reach: docs/not-covered.md',
    '',
    paint(
      'bold',
      `${count(
        events.reduce((sum, { scenarios }) => sum + scenarios, 0),
        'scenario',
      )} that tell a story each`,
    ),
    paragraph(`  ${events.map(({ event, scenarios }) => `${event} ${scenarios}`).join(', ')}`, width, '    '),
    '',
  ].join('\n');
}

function countWords(counts: Partial<Record<Evidence, number>>): string {
  return EVIDENCE.filter((evidence) => counts[evidence] !== undefined)
    .map((evidence) => `${counts[evidence]}${evidence[0]}`)
    .join(' ');
}
