import type { CodePlatform, Codes, Meaning } from '../language/code.ts';
import type { Evidence } from '../language/evidence.ts';
import { parseToken } from '../language/token.ts';
import type { Observation } from '../results/schema.ts';
import type { TableCall } from './table-terms.ts';

/** What a call returned, and what that means on its platform. The classes of a table are compared with it. */
export interface Returned {
  readonly call: TableCall;
  /** As the call returned it; an accepted socket, whose number means nothing, is 1. */
  readonly ret: number;
  /** errno or WSAGetLastError(); 0 where the call did not fail. */
  readonly code: number;
  readonly meaning: Meaning;
}

/** A return value, and where it was seen or is documented: the proof of a finding. */
export interface Sighting extends Returned {
  /** Whose codes these are. */
  readonly codes: CodePlatform;
  /** The platform, for people: `windows` where it is expected of all of them, `wine-10.0` where one run shows it. */
  readonly platform: string;
  readonly evidence: Evidence;
  /** The file that holds it: a run, or platforms/expected/…. */
  readonly source: string;
  readonly scenario: string;
  readonly observations: readonly Observation[];
  /** Which of the observations, counted from 0. */
  readonly index: number;
}

const CALL_OF: Readonly<Record<string, TableCall>> = { recv: 'recv', send: 'send', sendto: 'send', accept: 'accept', connect: 'connect' };

/** What a call returned that a table can be asked about; undefined where it is none of recv, send, accept or connect, or says nothing. */
export function returnedBy(codes: Codes, platform: CodePlatform, observation: Observation): Returned | undefined {
  const { on, ret, code, args } = observation;
  const call = Object.hasOwn(CALL_OF, observation.call) ? CALL_OF[observation.call] : undefined;
  if (call === undefined || on !== 'S' || ret === null) return undefined;
  // A recv that asked for nothing got it: its zero is neither an end nor data.
  if (ret === 0 && call === 'recv' && args.length === 0) return undefined;
  return { call, ret: ret === 'socket' ? 1 : ret, code, meaning: meaningOfObservation(codes, platform, observation) };
}

/** What an observation means on its platform. */
export function meaningOfObservation(codes: Codes, platform: CodePlatform, observation: Observation): Meaning {
  if (observation.token === 'eof') return 'end';
  if (observation.ret !== null && observation.ret !== -1) return 'data';
  return codes.socketCode(platform, observation.code)?.meaning ?? 'other';
}

/** The observation that a token of an expected trace stands for, or undefined for a token that stands for none (`?`, `blocked`) or for many (a bit mask). */
export function observationOf(codes: Codes, platform: CodePlatform, call: TableCall, empty: boolean, token: string): Observation | undefined {
  const base = { on: 'S', call: call, args: call === 'recv' && empty ? { length: 0 } : {}, token } as const;
  const parsed = parseToken(token);
  if (parsed?.type === 'data' || parsed?.type === 'sent') return { ...base, ret: parsed.bytes, code: 0 };
  if (parsed?.type === 'eof' || parsed?.type === 'zero') return { ...base, ret: 0, code: 0 };
  if (parsed?.type === 'ok') return { ...base, ret: call === 'accept' ? 'socket' : 0, code: 0 };
  const code = parsed?.type === 'code' ? codes.named(platform, parsed.name) : undefined;
  return code && { ...base, ret: -1, code: code.number, name: code.name };
}
