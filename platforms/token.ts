import type { CodePlatform } from '../language/code.ts';
import { BLOCKED, namesIn, parseToken } from '../language/token.ts';
import { ANY, bareToken, isRepeating } from '../language/trace.ts';
import { codes } from './codes.ts';
import { didYouMean } from './nearest.ts';

const SSL = ['NONE', 'SSL', 'WANT_READ', 'WANT_WRITE', 'SYSCALL', 'ZERO_RETURN'].map((name) => `SSL_ERROR_${name}`);
const WORDS = ['eof', 'ok', '0', BLOCKED, 'data:10', 'sent:8', 'poll:IN|OUT', 'select:rw-', 'so_error:0', 'status:0', 'events:CLOSE'];

/** What is wrong with a token of an expected trace, or undefined where it is one that `platform` may give. Only the last of a trace may repeat. */
export function complaintAboutToken(platform: CodePlatform, token: string, isLast: boolean): string | undefined {
  if (isRepeating(token) && !isLast) return `${JSON.stringify(token)}: only the last token of a trace may end in …`;
  const bare = bareToken(token);
  if (bare === ANY || SSL.includes(bare)) return undefined;
  const parsed = parseToken(bare);
  if (parsed === undefined) return `${JSON.stringify(token)} is not a token${didYouMean(WORDS, bare)}`;
  const unknown = namesIn(parsed).find((name) => codes.named(platform, name) === undefined);
  if (unknown === undefined) return undefined;
  const names = [...codes.all(platform).map((code) => code.name), ...SSL];
  return `${JSON.stringify(token)} is not a token of ${platform}${didYouMean(names, unknown)}`;
}
