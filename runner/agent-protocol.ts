import type * as Zod from 'zod';
import { platformSchema } from '../platforms/platform.ts';
import { z } from '../platforms/zod.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import type { Door } from './channel.ts';
import type { Schema } from './conversation.ts';
import type { Block, Fuzzed } from './fuzz.ts';
import type { Described } from './scenario.ts';

/** What the processes that run scenarios, or know of them, are asked and say. They take only the types from here: zod costs them 70 ms. */

/** What an agent is asked: to run a scenario, and to end the one that it runs after the trials that have begun. */
export type AgentRequest = RunRequest | BatchRequest | FuzzRequest | { readonly type: 'interrupt' };

export interface RunRequest {
  readonly type: 'run';
  readonly id: string;
  /** Of a scenario that the agent does not know. */
  readonly steps?: string;
  readonly trials: number;
  /** ms a call may take before it counts as blocked. */
  readonly timeout: number;
  /** Where the peers live, if not beside the subject. */
  readonly peerHost?: Door;
}

/** Several scenarios of the agent's own, each of which may share it with others: side by side where they spend their time waiting. A `done` for each, as it ends; a message each would cost more than its trials. */
export interface BatchRequest extends Omit<RunRequest, 'type' | 'id' | 'steps'> {
  readonly type: 'batch';
  readonly ids: readonly string[];
}

export interface FuzzRequest {
  readonly type: 'fuzz';
  /** The platform whose model it is. */
  readonly model: string;
  readonly block: Block;
  /** ms a call may take. */
  readonly timeout: number;
}

const observation = z.object({
  on: z.enum(['S', 'P']),
  call: z.string(),
  args: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string()).readonly()])),
  ret: z.union([z.number(), z.literal('socket'), z.null()]),
  code: z.number(),
  token: z.string(),
  us: z.number(),
  name: z.string().optional(),
  out: z.record(z.string(), z.number()).optional(),
}) satisfies Schema<TimedObservation>;

const measured = z.object({
  id: z.string(),
  trials: z.number(),
  traces: z.array(z.object({ trace: z.array(z.string()).readonly(), count: z.number(), observations: z.array(observation).readonly() })).readonly(),
  ms: z.number(),
  ended: z.object({ as: z.enum(['unsupported', 'blocked', 'crashed']), reason: z.string() }).exactOptional(),
  unmeasured: z.string().exactOptional(),
  strangers: z.number().exactOptional(),
}) satisfies Schema<Measured>;

const strings = z.array(z.string()).readonly();
const fuzzed = z.object({
  performed: z.number(),
  uncovered: z.number(),
  differing: z.record(z.string(), z.number()),
  differences: z
    .array(
      z.object({ steps: z.string(), predicted: z.array(strings).readonly(), trace: strings, observations: z.array(observation).readonly(), rule: z.string() }),
    )
    .readonly(),
  unstable: z.number(),
  unstables: z.array(z.object({ steps: z.string(), traces: z.array(z.object({ trace: strings, count: z.number() })).readonly() })).readonly(),
  rules: z.record(z.string(), z.number()),
  follows: z.record(z.string(), strings),
  unmeasured: z.string().exactOptional(),
}) satisfies Schema<Fuzzed>;

const cannot = z.object({ type: z.literal('cannot'), reason: z.string() });

export const agentMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), platform: platformSchema }),
  cannot,
  /** It has heard which scenario to run: whatever happens from here on is the scenario's. */
  z.object({ type: z.literal('begun') }),
  /** It waits for a peer's process. */
  z.object({ type: z.literal('waiting') }),
  z.object({ type: z.literal('observation'), observation }),
  z.object({ type: z.literal('progress'), measured }),
  z.object({ type: z.literal('done'), measured }),
  /** Of a batch, no more is left. */
  z.object({ type: z.literal('batched') }),
  /** It is still at work on a block, or on a batch. */
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('fuzzed'), fuzzed }),
]);
export type AgentMessage = Zod.infer<typeof agentMessageSchema>;

/** What a process that holds peers says: where it listens for agents. */
export const peerHostMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), door: z.object({ port: z.number(), token: z.string() }), platform: platformSchema }),
  cannot,
]);
export type PeerHostMessage = Zod.infer<typeof peerHostMessageSchema>;

/** What is said of the user's modules; `refused`: one is at fault. */
export const describeMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('scenarios'),
    scenarios: z.array(
      z.object({
        id: z.string(),
        about: z.string(),
        why: z.string(),
        steps: z.string(),
        waits: z.boolean(),
        asksFor: z.array(z.string()).readonly().exactOptional(),
      }) satisfies Schema<Described>,
    ),
  }),
  z.object({ type: z.literal('refused'), reason: z.string() }),
]);
export type DescribeMessage = Zod.infer<typeof describeMessageSchema>;
