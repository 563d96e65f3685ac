import type { CodePlatform, Codes } from '../../language/code.ts';
import { type PollEvent, parseToken } from '../../language/token.ts';
import type { Observation } from '../../results/schema.ts';
import { classifierOf } from '../compile.ts';
import { meaningOfObservation } from '../returned.ts';
import type { Table } from '../table-schema.ts';
import { meaningOf } from '../table-terms.ts';
import { type Io, PolicyError, type Readiness, type RecvAnswer } from './policy.ts';

type Unclassified = Omit<RecvAnswer, 'class' | 'classMeaning'>;

/** What a recv answered, by what was observed or is expected of it; undefined for one that never returned. */
export function recvAnswer(codes: Codes, platform: CodePlatform, observation: Observation): Unclassified | undefined {
  const { ret, code, name, token } = observation;
  if (typeof ret !== 'number') return undefined;
  return { ret, code, ...(name !== undefined && { name }), token, meaning: meaningOfObservation(codes, platform, observation) };
}

/** What `poll:IN|OUT` or `select:rw-` says. @throws PolicyError for a token that is neither */
export function readinessOf(io: Io, token: string): Readiness {
  const parsed = parseToken(token);
  if (parsed?.type === 'select') return { io, token, in: parsed.read, out: parsed.write, err: false, hup: false, except: parsed.except };
  if (parsed?.type !== 'poll') throw new PolicyError(`${JSON.stringify(token)} is not a readiness token; poll:IN|OUT or select:rw- would be`);
  const has = (event: PollEvent) => parsed.events.includes(event);
  return { io, token, in: has('IN'), out: has('OUT'), err: has('ERR'), hup: has('HUP'), except: false };
}

/** Readiness that nothing is known of: the socket is taken to be readable, and to have no error bit. */
export function assumedReadable(io: Io): Readiness {
  return { io, token: 'assumed readable', in: true, out: true, err: false, hup: false, except: false };
}

/** Adds the table's class; without a table the answer stays as it is. */
export function classified(codes: Codes, table: Table | undefined, platform: CodePlatform): (answer: Unclassified) => RecvAnswer {
  if (table === undefined) return (answer) => answer;
  const classify = classifierOf(table, codes, platform);
  return (answer) => {
    const name = classify(answer.ret, answer.code);
    return { ...answer, class: name, classMeaning: meaningOf(table, name) };
  };
}
