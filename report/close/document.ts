import type * as Zod from 'zod';
import { IO_METHODS, TRANSPORTS } from '../../classification/policies/policy.ts';
import { PLATFORMS } from '../../language/code.ts';
import { EVIDENCE } from '../../language/evidence.ts';
import { z } from '../../platforms/zod.ts';
import type { Played } from './played.ts';

/** What `sockatlas close --format json` prints: `closeSchema` for a policy, `matrixSchema` for all versions of a library. */

const closes = z.strictObject({ end: z.literal('closes'), polls: z.int().nonnegative().describe('The number of the poll in which it closes') });
const never = z.strictObject({
  end: z.literal('never'),
  from: z.int().nonnegative().describe('The first of the polls that repeat forever'),
  length: z.int().positive().describe('How many polls repeat'),
});
const unknown = z.strictObject({ end: z.literal('unknown'), why: z.string() });
const endSchema = z.discriminatedUnion('end', [closes, never, unknown]);

const io = z.enum(IO_METHODS).describe('The call with which the loop waits for readiness');
const readiness = z
  .enum(['known', 'assumed'])
  .describe('assumed: it is not known what this call reports on this platform; the socket is assumed to be readable, without an error');
const bufferedTlsBytes = z.int().nonnegative().describe('Bytes of an incomplete TLS record that are buffered when the peer resets or closes the connection');

const answerSchema = z.strictObject({
  ret: z.number().describe('What recv returned'),
  code: z.number().describe('errno or WSAGetLastError(); 0 where recv did not fail'),
  name: z.string().optional(),
  token: z.string().describe('The token, as in a trace'),
  meaning: z.string().describe('What the return value means on its platform'),
  class: z.string().optional().describe('The class that the table gives to the return value'),
  classMeaning: z.string().optional(),
});

const storySchema = z.strictObject({
  policy: z.string(),
  table: z.string().nullable().describe('The table that classifies the return values'),
  platform: z.strictObject({ id: z.enum(PLATFORMS), name: z.string() }),
  scenario: z.string().describe('The id of a scenario; with --steps the sequence'),
  predicted: z.boolean().describe('A model says what recv returns (--steps); its evidence is that of its weakest rule'),
  evidence: z.enum(EVIDENCE),
  source: z.string().describe('The file that the trace is from, or the model'),
  possibleTraces: z.int().positive().describe('How many traces are possible on this platform; this story uses one of them'),
  io,
  readiness,
  bufferedTlsBytes,
  before: z.array(z.string()).describe('The calls before the loop of recv, as tokens; the policy does not see them'),
  polls: z.array(
    z.strictObject({
      n: z.int().nonnegative().describe('1 is the first poll after the peer has reset or closed the connection; 0 is a poll before that'),
      through: z.int().nonnegative().describe('Polls n to through (inclusive) are the same'),
      readiness: z.string().nullable(),
      recv: answerSchema.nullable().describe('null: recv was not called'),
      action: z.enum(['close', 'keep']),
      why: z.string(),
    }),
  ),
  leftOut: z.strictObject({ from: z.int(), through: z.int() }).nullable().describe('Polls that are left out of the list because there are very many'),
  outcome: endSchema,
});

export const closeSchema = z.strictObject({
  stories: z.array(storySchema),
  notPlayed: z.array(
    z
      .strictObject({ scenario: z.string(), platform: z.string().nullable().describe('null: on no platform'), why: z.string() })
      .describe('Scenarios that were not played, and why'),
  ),
});

const cellSchema = z.discriminatedUnion('end', [
  closes,
  never,
  unknown,
  z.strictObject({ end: z.literal('no-build'), why: z.string() }),
  z.strictObject({ end: z.literal('several'), ends: z.array(endSchema).min(2) }).describe('The platform has several possible traces, and they end differently'),
]);

export const matrixSchema = z.strictObject({
  library: z.string(),
  scenario: z.string(),
  columns: z.array(z.strictObject({ platform: z.string(), evidence: z.enum(EVIDENCE), io, readiness })),
  sections: z.array(
    z.strictObject({
      transport: z.enum(TRANSPORTS),
      bufferedTlsBytes,
      rows: z.array(
        z.strictObject({
          versions: z.array(z.string()).min(1).describe('Releases whose cells are the same'),
          cells: z.array(cellSchema).describe('One for each column'),
        }),
      ),
    }),
  ),
});

export type MatrixDocument = Zod.infer<typeof matrixSchema>;

/** Stories for programs. */
export function closeDocument({ stories, notPlayed }: Played): Zod.infer<typeof closeSchema> {
  return {
    stories: stories.map(({ policy, table, trace, io, isReadinessKnown, bufferedTlsBytes, polls, leftOut, outcome }) => ({
      policy,
      table: table ?? null,
      platform: trace.platform,
      scenario: trace.scenario,
      predicted: trace.isPredicted ?? false,
      evidence: trace.evidence,
      source: trace.source,
      possibleTraces: trace.possible,
      io,
      readiness: isReadinessKnown ? 'known' : 'assumed',
      bufferedTlsBytes,
      before: [...trace.history],
      polls: polls.map(({ n, through, readiness, answer, action, why }) => ({
        n,
        through,
        readiness: readiness?.token ?? null,
        recv: answer ?? null,
        action,
        why,
      })),
      leftOut: leftOut ?? null,
      outcome,
    })),
    notPlayed: notPlayed.map(({ scenario, platform, why }) => ({ scenario, platform: platform ?? null, why })),
  };
}
