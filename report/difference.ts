import { withoutSpelling } from '../platforms/same-token.ts';
import { REPEATS } from '../platforms/trace.ts';

/** How the second of two traces of the same steps differs from the first, in one or two words: `every time`, `data lost`, `error`. */
export function differenceWords(here: readonly string[], there: readonly string[]): string {
  const [a, b] = [here.map(withoutSpelling), there.map(withoutSpelling)];
  const [lostByB, lostByA] = [bytes(a) - bytes(b), bytes(b) - bytes(a)];
  if (lostByB > 0) return 'data lost';
  if (lostByA > 0) return 'data kept';
  const at = a.findIndex((token, i) => token !== b[i]);
  const [first, second] = [kindOf(a[at]), kindOf(b[at])];
  if (isReadiness(a[at]) || isReadiness(b[at])) return 'readiness';
  if (at > 0 && first === 'end' && second === 'error' && b.slice(at).every((token) => bare(token) === bare(b[at - 1]))) return 'every time';
  if (at > 0 && first === 'error' && second === 'end' && a.slice(at).every((token) => bare(token) === bare(a[at - 1]))) return 'once';
  if (first !== second) return second;
  return first === 'error' || first === 'would block' ? 'other code' : '';
}

function bytes(trace: readonly string[]): number {
  return trace.reduce((sum, token) => sum + Number(/^data:(\d+)$/.exec(token)?.[1] ?? 0), 0);
}

function isReadiness(token: string | undefined): boolean {
  return token !== undefined && /^(poll|select|events):/.test(token);
}

function bare(token: string | undefined): string | undefined {
  return token?.replace(REPEATS, '');
}

function kindOf(token: string | undefined): string {
  if (token === undefined) return 'no call';
  if (/^(data|sent):/.test(token)) return 'success';
  if (token === 'eof') return 'end';
  if (token === 'ok' || token === '0') return 'success';
  if (token === 'blocked') return 'never returns';
  if (/^so_error:/.test(token)) return token === 'so_error:0' ? 'no error' : 'error';
  if (/^E(AGAIN|INPROGRESS)$|WANT_(READ|WRITE)$/.test(token)) return 'would block';
  return 'error';
}
