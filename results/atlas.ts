import type * as Zod from 'zod';
import { platformSchema } from '../platforms/platform.ts';
import { z } from '../platforms/zod.ts';
import { MAX_CALLS, MAX_SCENARIOS, MAX_SHARDS, MAX_TRACES } from './limits.ts';
import { observationSchema, scenarioSchema, shardSchema, traceSchema } from './schema.ts';

/** The atlas: what the runs of many machines say together, as one JSON document. Each distinct trace is in it once, however many platforms give it. */

export const ATLAS_VERSION = 1;

export const MAX_PLATFORMS = 500;
export const MAX_RUNS = 5000;
const MAX_DISTINCT_TRACES = 500_000;
/** Characters that say why something was left out. */
export const MAX_REASON = 4000;

const { id, steps, reason } = scenarioSchema.shape;
const { index } = shardSchema.shape;
const count = z.int().min(0);
const source = z.string().max(4096).describe('The file, and which of its runs where it has several: runs.jsonl#2');
const key = z
  .string()
  .min(1)
  .max(700)
  .describe('The name of the platform and its arch; where the peers lived elsewhere, that platform too: wine-10.0-x64, peer linux-6.18-x64');

const runSchema = z.strictObject({
  source,
  started: z.iso.datetime(),
  version: z.string().max(200).describe('Of sockatlas'),
  scenarios: count,
  interrupted: z.boolean(),
});

const atlasPlatformSchema = z.strictObject({
  key,
  platform: platformSchema.describe('As the newest of its runs has it'),
  peer: platformSchema.optional().describe('The platform of the peer sockets, if it is not that of the subjects'),
  missing: z
    .strictObject({ parts: z.array(index).min(1).max(MAX_SHARDS), count: index })
    .optional()
    .describe('Where the newest run is a part (run --shard): which of the other parts, from 1 to count, were not given'),
  runs: z.array(runSchema).min(1).max(MAX_RUNS).describe('The newest first'),
});

const cellSchema = z.strictObject({
  trials: count.describe('The completed trials of all runs together'),
  traces: z
    .array(z.tuple([count, count]))
    .max(MAX_TRACES)
    .describe("The index of a trace in the atlas's traces, and in how many trials it came; the most frequent first"),
  ended: z
    .strictObject({ as: z.enum(['unsupported', 'blocked', 'crashed']), reason: reason.unwrap() })
    .optional()
    .describe('How trials ended that did not complete, in the newest run in which they did so'),
  conflict: z.literal(true).optional().describe('Two runs of this platform have no trace in common'),
});

export const atlasSchema = z.strictObject({
  type: z.literal('atlas'),
  atlas: z.literal(ATLAS_VERSION),
  version: z.string().max(200).describe('Of the sockatlas that made it'),
  platforms: z.array(atlasPlatformSchema).max(MAX_PLATFORMS),
  scenarios: z
    .array(
      z.strictObject({
        id,
        steps,
        cells: z.array(cellSchema.nullable()).max(MAX_PLATFORMS).describe('One for each platform, in their order; null where no run has the scenario'),
      }),
    )
    .max(MAX_SCENARIOS),
  traces: z
    .array(z.strictObject({ trace: traceSchema.shape.trace, observations: z.array(observationSchema).max(MAX_CALLS) }))
    .max(MAX_DISTINCT_TRACES)
    .describe('The observations are those of the first trial that gave the trace, anywhere'),
  leftOut: z.array(z.strictObject({ source, reason: z.string().max(MAX_REASON) })).describe('What was given and is not in it'),
});

export type Atlas = Zod.infer<typeof atlasSchema>;
export type AtlasPlatform = Zod.infer<typeof atlasPlatformSchema>;
export type AtlasCell = Zod.infer<typeof cellSchema>;
