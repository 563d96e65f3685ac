import type * as Zod from 'zod';
import type { Address } from '../language/address.ts';
import { z } from '../platforms/zod.ts';
import type { Schema } from './conversation.ts';
import type { Arrival } from './settle.ts';

/** What a peer is asked and answers, in whichever process it lives: one request at a time, each answered before the next. */

const address = z.union([
  z.object({ family: z.enum(['inet', 'inet6']), host: z.string(), port: z.number() }),
  z.object({ family: z.literal('unix'), path: z.string() }),
]) satisfies Schema<Address>;

const arrival = z.union([
  z.enum(['reset', 'fin', 'end', 'datagram', 'unobservable']),
  z.object({ received: z.number() }),
  z.object({ bytes: z.number() }),
  z.object({ connections: z.number() }),
]) satisfies Schema<Arrival>;

const requests = [
  /** `from`: the address that it has itself. */
  z.object({ do: z.literal('connect'), to: address, from: address.exactOptional() }),
  /** Listens at this address; of port 0 the system gives one. */
  z.object({ do: z.literal('listen'), at: address }),
  /** Takes the connection that comes from there, and no other. */
  z.object({ do: z.literal('accept'), from: address }),
  z.object({ do: z.literal('send'), length: z.number() }),
  z.object({ do: z.literal('shutdown'), direction: z.enum(['read', 'write', 'both']) }),
  /** A plain close: sends a FIN where all was read, an RST where something was not. */
  z.object({ do: z.literal('close') }),
  /** Resets the connection: SO_LINGER {1, 0}, then close. */
  z.object({ do: z.literal('reset') }),
  /** Waits until what S did has arrived at P, by calls that consume nothing of it. */
  z.object({ do: z.literal('settle'), arrival }),
  /** Receives all there is, once `length` bytes of what S sent are there, and tells how much that was, or what recv gave instead. */
  z.object({ do: z.literal('receive'), length: z.number() }),
  /** Receives all there is. */
  z.object({ do: z.literal('take') }),
  /** How many bytes it has not read. */
  z.object({ do: z.literal('unread') }),
] as const;
export type PeerRequest = Zod.infer<(typeof requests)[number]>;

/** What an agent asks the process that holds its peers: for a peer first, perhaps in a process of its own, and for its end last. */
export const hostRequestSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('begin'), ownProcess: z.boolean() }),
  ...requests,
  z.object({ do: z.literal('end') }),
]);
export type HostRequest = Zod.infer<typeof hostRequestSchema>;

export const peerReplySchema = z.union([
  z.object({ done: z.literal(true) }),
  /** A connect or a listen, and the address that the peer has. */
  z.object({ address }),
  /** An accept, and how many connections of other processes it dropped. */
  z.object({ strangers: z.number() }),
  z.object({ received: z.object({ ret: z.number(), code: z.number(), us: z.number() }) }),
  z.object({ sent: z.number() }),
  z.object({ unread: z.number() }),
  /** A settle: TCP's state then, where the platform tells. */
  z.object({ settled: z.string().nullable() }),
  /** The system refused a call that depends on what has happened to the connection. */
  z.object({ refused: z.string() }),
  /** From another process. `environment`: the machine refused it, as every trial's (setup.ts). */
  z.object({ failed: z.string(), environment: z.boolean() }),
]);
export type PeerReply = Zod.infer<typeof peerReplySchema>;
