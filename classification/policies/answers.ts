import type { CodePlatform, Codes } from '../../language/code.ts';
import { type PollEvent, parseToken } from '../../language/token.ts';
import type { Observation } from '../../results/schema.ts';
import { classifierOf } from '../compile.ts';
import type { Table } from '../table-schema.ts';
import { meaningOf } from '../table-terms.ts';
import { type Answer, type Io, PolicyError, type Readiness } from './policy.ts';

/** Answers and readiness, from what was observed or expected. */

type Unclassified = Omit<Answer, 'class' | 'classMeaning'>;

/** A recorded recv as an answer; undefined for one that never returned. */
export function observedAnswer(codes: Codes, platform: CodePlatform, { ret, code, name, token }: Observation): Unclassified | undefined {
  if (typeof ret !== 'number') return undefined;
  const meaning = ret > 0 ? 'data' : ret === 0 ? 'end' : (codes.socketCode(platform, code)?.meaning ?? 'other');
  return { ret, code, ...(name !== undefined && { name }), token, meaning };
}

/** What a token of an expected recv stands for; undefined where it stands for no one answer (`?`, `blocked`). */
export function expectedAnswer(codes: Codes, platform: CodePlatform, token: string): Unclassified | undefined {
  const parsed = parseToken(token);
  if (parsed?.type === 'eof') return { ret: 0, code: 0, token, meaning: 'end' };
  if (parsed?.type === 'data') return { ret: parsed.bytes, code: 0, token, meaning: 'data' };
  const code = parsed?.type === 'code' ? codes.named(platform, parsed.name) : undefined;
  return code && { ret: -1, code: code.number, name: code.name, token, meaning: code.meaning };
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
  return { io, token: ASSUMED, in: true, out: true, err: false, hup: false, except: false };
}

const ASSUMED = 'assumed readable';

/** Adds the table's class; without a table the answer stays as it is. */
export function classified(codes: Codes, table: Table | undefined, platform: CodePlatform): (answer: Unclassified) => Answer {
  if (table === undefined) return (answer) => answer;
  const classify = classifierOf(table, codes, platform);
  return (answer) => {
    const name = classify(answer.ret, answer.code);
    return { ...answer, class: name, classMeaning: meaningOf(table, name) };
  };
}
