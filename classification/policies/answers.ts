import type { CodePlatform } from '../../language/code.ts';
import { codeNamed, socketCode } from '../../platforms/codes.ts';
import type { Observation } from '../../results/schema.ts';
import { type Classify, classifier, meaningOf, type Table } from '../table.ts';
import { type Answer, type Io, PolicyError, type Readiness } from './policy.ts';

/** Answers and readiness, from what was observed or expected. */

type Unclassified = Omit<Answer, 'class' | 'classMeaning'>;

/** A recorded recv as an answer; undefined for one that never returned. */
export function observedAnswer(platform: CodePlatform, { ret, code, name, token }: Observation): Unclassified | undefined {
  if (typeof ret !== 'number') return undefined;
  const meaning = ret > 0 ? 'data' : ret === 0 ? 'end' : (socketCode(platform, code)?.meaning ?? 'other');
  return { ret, code, ...(name !== undefined && { name }), token, meaning };
}

/** What a token of an expected recv stands for; undefined where it stands for no one answer (`?`, `blocked`). */
export function expectedAnswer(platform: CodePlatform, token: string): Unclassified | undefined {
  if (token === 'eof') return { ret: 0, code: 0, token, meaning: 'end' };
  const [, bytes] = /^data:(\d+)$/.exec(token) ?? [];
  if (bytes !== undefined) return { ret: Number(bytes), code: 0, token, meaning: 'data' };
  const code = codeNamed(platform, token);
  return code === undefined ? undefined : { ret: -1, code: code.number, name: code.name, token, meaning: code.meaning };
}

/** What `poll:IN|OUT` or `select:rw-` says. @throws PolicyError for a token that is neither */
export function readinessOf(io: Io, token: string): Readiness {
  const [call, bits = ''] = token.split(':');
  if (call === 'select' && /^[r-][w-][x-]$/.test(bits)) {
    return { io, token, in: bits.includes('r'), out: bits.includes('w'), err: false, hup: false, except: bits.includes('x') };
  }
  if (call !== 'poll') throw new PolicyError(`${JSON.stringify(token)} is not a readiness token; poll:IN|OUT or select:rw- would be`);
  const set = new Set(bits.split('|'));
  return { io, token, in: set.has('IN'), out: set.has('OUT'), err: set.has('ERR'), hup: set.has('HUP'), except: false };
}

/** Readiness that nothing is known of: the socket is taken to be readable, and to have no error bit. */
export function assumedReadable(io: Io): Readiness {
  return { io, token: ASSUMED, in: true, out: true, err: false, hup: false, except: false };
}

const ASSUMED = 'assumed readable';

/** Adds the table's class; without a table the answer stays as it is. */
export function classified(table: Table | undefined, platform: CodePlatform): (answer: Unclassified) => Answer {
  if (table === undefined) return (answer) => answer;
  const classify: Classify = classifier(table, platform);
  return (answer) => {
    const name = classify(answer.ret, answer.code);
    return { ...answer, class: name, classMeaning: meaningOf(table, name) };
  };
}
