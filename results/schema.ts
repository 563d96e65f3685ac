import type * as Zod from 'zod';
import { EVIDENCE } from '../language/evidence.ts';
import { PRINTABLE, platformSchema } from '../platforms/platform.ts';
import { z } from '../platforms/zod.ts';
import { MAX_CALLS, MAX_PATTERNS, MAX_SCENARIOS, MAX_SHARDS, MAX_TRACES } from './limits.ts';

/**
 * The run format: JSON Lines. A header, for each scenario a behaviour line and a timing line, a footer. What a platform does and how long it took
 * are apart, so that two runs of the same behaviour differ in no line of type "scenario". Files come from elsewhere: everything is bounded.
 */

export const SCHEMA_VERSION = 2;

/** Worst last: a scenario's verdict is the worst of its trials'. */
export const VERDICTS = [
  'match',
  'unjudged',
  'unsupported',
  'known-deviation',
  'known-race',
  'known-hang',
  'unstable',
  'deviation',
  'blocked',
  'crashed',
] as const;
export type Verdict = (typeof VERDICTS)[number];

const id = z
  .string()
  .max(200)
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+\/[a-z0-9-]+(\?[a-z0-9-]+=[a-z0-9_-]+(&[a-z0-9-]+=[a-z0-9_-]+)*)?$/, 'an id is transport/event/case, parameters as a query')
  .describe('transport/event/case, parameters as a query');
const token = z.string().min(1).max(100).regex(PRINTABLE);
const text = z.string().max(2000).regex(PRINTABLE);
const word = z.string().max(200).regex(PRINTABLE);
const count = z.int().min(0);

export const observationSchema = z.strictObject({
  on: z.enum(['S', 'P']).describe('S: the subject; P: its peer'),
  call: word,
  args: z.record(word, z.union([z.number(), word, z.array(word).max(20).readonly()])),
  ret: z
    .union([z.number(), z.literal('socket'), z.null()])
    .describe('The raw return value. "socket" for a descriptor, whose number has no meaning. null for a call that never returned'),
  code: z
    .int()
    .describe('errno or WSAGetLastError(), read directly after the call. For the calls of OpenSSL, the number from SSL_get_error. 0 if the call did not fail'),
  name: token.optional().describe("The code's name on its platform"),
  out: z.record(word, z.number()).optional().describe('What the call wrote to memory: revents, the value of SO_ERROR, the sets of select as bits r=1 w=2 x=4'),
  token,
});

export const traceSchema = z.strictObject({
  trace: z.array(token).max(MAX_CALLS),
  count: count.describe('The number of trials with this trace'),
  observations: z.array(observationSchema).max(MAX_CALLS).describe('The observations of the first trial with this trace'),
});

const patterns = z.array(word).max(MAX_PATTERNS);

/** A part of the scenarios, from 1 to `count`. */
export const shardSchema = z
  .strictObject({ index: z.int().min(1).max(MAX_SHARDS), count: z.int().min(1).max(MAX_SHARDS) })
  .refine(({ index, count }) => index <= count, { path: ['index'], error: 'there are fewer parts' });

const askedSchema = z.strictObject({
  trials: count.describe('The trials of each scenario'),
  timeout: z.number().min(0).describe('The ms after which a call counts as blocked'),
  patterns: patterns.describe('The scenarios; all of them if there is no pattern'),
  skip: patterns.optional().describe('Those that were left out'),
  shard: shardSchema.optional().describe('The part of them that was run; all of them where absent'),
});

export const headerSchema = z.strictObject({
  type: z.literal('header'),
  schema: z.literal(SCHEMA_VERSION),
  tool: z.strictObject({ name: z.literal('sockatlas'), version: word }),
  platform: platformSchema,
  peer: platformSchema.optional().describe('The platform of the peer sockets, if it is not that of the subjects'),
  ffi: z.strictObject({ backend: word, version: word }),
  started: z.iso.datetime(),
  asked: askedSchema.optional().describe('What was asked for; absent in files of earlier versions'),
});

export const scenarioSchema = z.strictObject({
  type: z.literal('scenario'),
  id,
  trials: count.describe('The number of completed trials'),
  steps: text.optional().describe("The scenario's steps"),
  traces: z.array(traceSchema).max(MAX_TRACES).describe('Every distinct trace, the most frequent first'),
  verdict: z.enum(VERDICTS),
  reason: text.optional().describe('Why it is unsupported, unstable, blocked, crashed, or known'),
  expected: z
    .strictObject({
      patterns: z.array(z.array(token).max(MAX_CALLS)).max(20),
      evidence: z.enum(EVIDENCE).describe('The kind of evidence. Runs are not judged by what is inferred or unknown'),
      file: word,
    })
    .optional(),
});

export const timingSchema = z.strictObject({
  type: z.literal('timing'),
  id,
  ms: z.number().min(0).describe('The wall-clock time of all trials together, in ms'),
  traces: z
    .array(z.array(z.number().min(0)).max(MAX_CALLS))
    .max(MAX_TRACES)
    .describe("µs of each observation, in the order of the scenario's traces"),
});

export const footerSchema = z.strictObject({
  type: z.literal('footer'),
  scenarios: count.max(MAX_SCENARIOS),
  verdicts: z.partialRecord(z.enum(VERDICTS), count),
  interrupted: z.boolean().describe('true if the run was stopped early; scenarios that are missing were not run'),
  notRun: z
    .array(id)
    .max(MAX_SCENARIOS)
    .optional()
    .describe(
      'Scenarios that this version has and that were not run: not asked for, or the run was stopped before. An id without its parameters stands for all that have some',
    ),
  unfinished: z
    .array(id)
    .max(MAX_SCENARIOS)
    .optional()
    .describe('Scenarios that were stopped after fewer trials than were asked for; the trials that they have are complete'),
  unmeasured: z
    .array(z.strictObject({ id, reason: text }))
    .max(MAX_SCENARIOS)
    .optional()
    .describe('Scenarios without a result, because the machine refused what every trial needs: ports, descriptors, memory, a temporary folder'),
  strangers: count.optional().describe('Connections that other processes of the machine made to the listeners of trials; they were dropped'),
  ms: z.number().min(0),
});

export const lineSchema = z.discriminatedUnion('type', [headerSchema, scenarioSchema, timingSchema, footerSchema]);

export type Observation = Zod.infer<typeof observationSchema>;
export type Shard = Zod.infer<typeof shardSchema>;
export type Asked = Zod.infer<typeof askedSchema>;
export type Header = Zod.infer<typeof headerSchema>;
export type ScenarioLine = Zod.infer<typeof scenarioSchema>;
export type TimingLine = Zod.infer<typeof timingSchema>;
export type Footer = Zod.infer<typeof footerSchema>;
export type Line = Zod.infer<typeof lineSchema>;

/** A run in memory: its file, validated. */
export interface Run {
  readonly header: Header;
  readonly scenarios: readonly ScenarioLine[];
  readonly timings: readonly TimingLine[];
  readonly footer: Footer;
}
