import type { Direction, FlagName } from './call.ts';

/**
 * The language of steps: what a peer P does, and which calls are made on the socket under test, S. One text in a scenario's file, on the command line, in the docs and in a
 * counterexample: `P send 10; P reset; S recv ×3` (docs/steps.md). This is what such a text says, and how it is written back; parse-steps.ts reads it.
 */

export const TRANSPORTS = ['tcp', 'tcp6', 'unix', 'udp', 'udp6'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Sequence {
  readonly transport: Transport;
  readonly steps: readonly Step[];
}

/** A call on S, or what prepares S. */
export type SubjectAct =
  | { readonly verb: 'recv'; readonly length: number; readonly flags: readonly ReceiveWord[] }
  | { readonly verb: 'send'; readonly length: number }
  /** Sends pieces of 64 KiB until one fails; that one is recorded. */
  | { readonly verb: 'fill' }
  | { readonly verb: 'so_error' | 'poll' | 'select' | 'getpeername' | 'getsockname' | 'readable' | 'accept' | 'close' }
  | { readonly verb: 'shutdown'; readonly direction: Direction }
  /** To P; `refused`: to a port that nobody listens on. */
  | { readonly verb: 'connect'; readonly refused: boolean }
  /** S is a socket of its own from here, not what accept returned: a fresh one, or one that listens. */
  | { readonly verb: 'socket' | 'listen' }
  | { readonly verb: 'blocking' }
  /** SO_RCVTIMEO, in ms. */
  | { readonly verb: 'rcvtimeo'; readonly ms: number };

export type PeerAct =
  | { readonly verb: 'send'; readonly length: number }
  /** Takes all there is. `recorded`: into the trace. */
  | { readonly verb: 'recv'; readonly recorded: boolean }
  | { readonly verb: 'shutdown'; readonly direction: Direction }
  | { readonly verb: 'connect' | 'close' | 'reset' | 'kill' };

export type SubjectVerb = SubjectAct['verb'];
export type PeerVerb = PeerAct['verb'];

/** `NULL` is a null pointer for a buffer; `&` a call in a thread, which waits while the next steps are made. */
export type ReceiveWord = FlagName | 'NULL' | '&';

interface How {
  /** How often, one after the other. */
  readonly count: number;
  /** Whether what it causes has arrived before the next step begins: no `~`. */
  readonly settles: boolean;
}
export type SubjectStep = SubjectAct & How & { readonly actor: 'S' /** Not in brackets. */; readonly recorded: boolean };
export type PeerStep = PeerAct & How & { readonly actor: 'P' };
export type Step = SubjectStep | PeerStep;

/** What a scenario says that it does: in this language, and where it is a function, with verbs that the language does not have (`S WSARecv; P reset; S GetOverlappedResult`). */
export interface Described {
  readonly transport: Transport;
  readonly steps: readonly (Step | OtherStep)[];
}
export interface OtherStep extends How {
  readonly actor: 'S' | 'P';
  readonly verb: 'other';
  readonly call: string;
  readonly words: readonly string[];
  readonly recorded: boolean;
}

/** A recv's length, where none is written. */
export const RECV_LENGTH = 4096;
export const PEEK: ReceiveWord = 'MSG_PEEK';

export const DIRECTIONS: readonly Direction[] = ['read', 'write', 'both'];
/** What only prepares S stands in brackets. */
export const PREPARES: ReadonlySet<SubjectVerb> = new Set(['socket', 'listen', 'blocking', 'rcvtimeo']);

/** The text of a sequence on one line, as it is written everywhere. */
export function printSteps({ transport, steps }: Described): string {
  return `${transport === 'tcp' ? '' : `${transport}: `}${steps.map(printStep).join('; ')}`;
}

export function printStep(step: Step | OtherStep): string {
  const words = [step.actor, ...wordsOf(step)].join(' ');
  const text = `${words}${step.settles ? '' : '~'}${step.count === 1 ? '' : ` ×${step.count}`}`;
  return step.actor === 'S' && !step.recorded ? `(${text})` : text;
}

function wordsOf(step: Step | OtherStep): readonly (string | number)[] {
  if (step.verb === 'other') return [step.call, ...step.words];
  return step.actor === 'S' ? subjectWords(step) : peerWords(step);
}

function subjectWords(step: SubjectAct): readonly (string | number)[] {
  switch (step.verb) {
    case 'recv': {
      const peeks = step.flags[0] === PEEK;
      const [verb, flags] = peeks ? ['peek', step.flags.slice(1)] : ['recv', step.flags];
      return [verb, ...(step.length === RECV_LENGTH ? [] : [step.length]), ...flags];
    }
    case 'send':
      return ['send', step.length];
    case 'shutdown':
      return ['shutdown', step.direction];
    case 'connect':
      return step.refused ? ['connect', 'refused'] : ['connect'];
    case 'rcvtimeo':
      return ['rcvtimeo', step.ms];
    default:
      return [step.verb];
  }
}

function peerWords(step: PeerAct): readonly (string | number)[] {
  switch (step.verb) {
    case 'send':
      return ['send', step.length];
    case 'recv':
      return step.recorded ? ['recv', 'recorded'] : ['recv'];
    case 'shutdown':
      return ['shutdown', step.direction];
    default:
      return [step.verb];
  }
}

/** Each step as often as it is made. */
export function stepByStep<S extends Step | OtherStep>({ steps }: { readonly steps: readonly S[] }): readonly S[] {
  return steps.flatMap((step) => (step.count === 1 ? step : Array<S>(step.count).fill({ ...step, count: 1 })));
}

/** Whether its answer is in the trace. */
export function isRecorded(step: Step | OtherStep): boolean {
  return 'recorded' in step && step.recorded;
}
