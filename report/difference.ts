import { withoutSpelling } from '../language/same-trace.ts';
import { parseToken, type Token } from '../language/token.ts';
import { bareToken } from '../language/trace.ts';

/** How the second of two traces of the same steps differs from the first, in one or two words: `every time`, `data lost`, `error`. */
export function differenceWords(here: readonly string[], there: readonly string[]): string {
  const [a, b] = [here.map(withoutSpelling), there.map(withoutSpelling)];
  const [lostByB, lostByA] = [bytes(a) - bytes(b), bytes(b) - bytes(a)];
  if (lostByB > 0) return 'data lost';
  if (lostByA > 0) return 'data kept';
  const at = a.findIndex((token, i) => token !== b[i]);
  const before = (trace: readonly string[]) => bareToken(trace[at - 1] as string);
  const [first, second] = [kindOf(a[at]), kindOf(b[at])];
  if (isReadiness(a[at]) || isReadiness(b[at])) return 'readiness';
  if (at > 0 && first === 'end' && second === 'error' && b.slice(at).every((token) => bareToken(token) === before(b))) return 'every time';
  if (at > 0 && first === 'error' && second === 'end' && a.slice(at).every((token) => bareToken(token) === before(a))) return 'once';
  if (first !== second) return second;
  return first === 'error' || first === 'would block' ? 'other code' : '';
}

function bytes(trace: readonly string[]): number {
  return trace.reduce((sum, text) => {
    const token = parseToken(text);
    return token?.type === 'data' ? sum + token.bytes : sum;
  }, 0);
}

function isReadiness(token: string | undefined): boolean {
  const { type } = parseToken(token ?? '') ?? {};
  return type === 'poll' || type === 'select' || type === 'events';
}

const KINDS: Readonly<Partial<Record<Token['type'], string>>> = {
  data: 'success',
  sent: 'success',
  ok: 'success',
  zero: 'success',
  eof: 'end',
  blocked: 'never returns',
};

function kindOf(text: string | undefined): string {
  if (text === undefined) return 'no call';
  const token = parseToken(text);
  if (token === undefined) return 'error';
  if (token.type === 'so_error' && token.name === undefined) return 'no error';
  if (token.type === 'code' && /^E(AGAIN|INPROGRESS)$|WANT_(READ|WRITE)$/.test(token.name)) return 'would block';
  return KINDS[token.type] ?? 'error';
}
