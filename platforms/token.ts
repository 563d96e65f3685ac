import { type CodePlatform, codeNamed, codesOf } from './code.ts';
import { didYouMean } from './nearest.ts';
import { ANY, BLOCKED, REPEATS } from './trace.ts';

/** Tokens that hold no code's name (docs/run-format.md). */
const PLAIN =
  /^(data:\d+|sent:\d+|eof|0|ok|so_error:0|status:0|events:(0|READ|CLOSE|READ\|CLOSE)|poll:(0|(IN|OUT|ERR|HUP)(\|(OUT|ERR|HUP))*)|select:[r-][w-][x-])$/;
/** Tokens that end in a code's name. */
const CODED = /^(?:so_error:|status:|events:(?:READ\|)?CLOSE=)?([A-Z]\w*)$/;
const SSL = ['NONE', 'SSL', 'WANT_READ', 'WANT_WRITE', 'SYSCALL', 'ZERO_RETURN'].map((name) => `SSL_ERROR_${name}`);
const WORDS = ['eof', 'ok', '0', BLOCKED, 'data:10', 'sent:8', 'poll:IN|OUT', 'select:rw-', 'so_error:0', 'status:0', 'events:CLOSE'];

/** What is wrong with a token of an expected trace, or undefined where it is one that `platform` may give. Only the last of a trace may repeat. */
export function complaintAboutToken(platform: CodePlatform, token: string, isLast: boolean): string | undefined {
  const bare = token.endsWith(REPEATS) ? token.slice(0, -REPEATS.length) : token;
  if (bare !== token && !isLast) return `${JSON.stringify(token)}: only the last token of a trace may end in …`;
  if (PLAIN.test(bare) || bare === ANY || bare === BLOCKED || SSL.includes(bare)) return undefined;
  const [, name] = CODED.exec(bare) ?? [];
  if (name === undefined) return `${JSON.stringify(token)} is not a token${didYouMean(WORDS, bare)}`;
  if (codeNamed(platform, name) !== undefined) return undefined;
  const names = [...codesOf(platform).map((code) => code.name), ...SSL];
  return `${JSON.stringify(token)} is not a token of ${platform}${didYouMean(names, name)}`;
}
