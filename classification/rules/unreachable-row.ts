import type { CodePlatform, Codes } from '../../language/code.ts';
import type { Rows } from '../checked.ts';
import { numberOf } from '../compile.ts';
import type { Row } from '../table-schema.ts';
import { isInReturn } from '../table-terms.ts';
import type { RowFault, RowRule } from './rule.ts';

type CodeOfRow = NonNullable<Row['codes']>[number];

/** A row that nothing matches on any platform of the table's api: a warning; a note where only some of its codes never match. */
export const unreachableRow: RowRule = {
  id: 'unreachable-row',
  level: 'warning',
  says: 'A row, or one of its codes, can never match.',
  follows: 'The event that it was written for is handled by another row.',
  find(rows, platforms) {
    const { table } = rows;
    const behind = new Map<Row['ret'], number>();
    return table.rows.flatMap((row, i): RowFault[] => {
      const catchAll = behind.get(row.ret);
      if (catchAll !== undefined) {
        return [
          { level: 'warning', row: i, other: catchAll, detail: `row ${i + 1} never matches: row ${catchAll + 1} before it takes every ${row.ret} return` },
        ];
      }
      if (row.codes === undefined) {
        behind.set(row.ret, i);
        return [];
      }
      const dead = row.codes.flatMap((code) => {
        const reason = whyDead(rows, platforms, row, code);
        return reason === undefined ? [] : [{ code, reason }];
      });
      if (dead.length === 0) return [];
      const whole = dead.length === row.codes.length;
      const codes = whole ? '' : ` ${dead.map(({ code }) => code).join(', ')}`;
      return [
        {
          level: whole ? 'warning' : 'note',
          row: i,
          detail: `row ${i + 1} never matches${codes}: ${sentences(
            rows.codes,
            dead.map(({ reason }) => reason),
          )}`,
        },
      ];
    });
  },
};

/** Why a code is never seen: a sentence, or the C runtime's name that was taken for a Winsock code. */
type Reason = string | { readonly crt: string };

function sentences(codes: Codes, reasons: readonly Reason[]): string {
  const crt = reasons.flatMap((reason) => (typeof reason === 'string' ? [] : [reason.crt]));
  const others = reasons.filter((reason) => typeof reason === 'string');
  if (crt.length === 0) return others.join('; ');
  const winsock = crt.flatMap((name) => codes.counterpart('windows', name) ?? []);
  const set = [...new Set(winsock.map(({ name, number }) => `${name} (${number})`))];
  const runtime = crt.map((name) => `${name} (${codes.crtNumber(name)})`).join(', ');
  const are = crt.length === 1 ? `${runtime} is a code` : `${runtime} are codes`;
  return [`${are} of the C runtime, which Winsock never sets${set.length === 0 ? '' : `; Winsock sets ${set.join(', ')}`}`, ...others].join('; ');
}

/** Why no call of the api leaves the code, or undefined where one may, or where the name is none (unknown-code.ts). */
function whyDead({ table, codes }: Rows, platforms: readonly CodePlatform[], { ret }: Row, code: CodeOfRow): Reason | undefined {
  if (isInReturn(table.api)) {
    const number = numberOf(table, codes, 'linux', code) ?? 0;
    return ret === 'negative' && number >= 0 ? `${code} is ${number}, and the codes of ${table.api} are negative` : undefined;
  }
  if (ret !== 'negative' && code !== 0) return `a call that returns ${ret === 'zero' ? '0' : 'more than 0'} sets no error code, so ${code} is not seen there`;
  if (platforms.some((platform) => mayLeave({ table, codes }, platform, code))) return undefined;
  if (table.api !== 'winsock') {
    if (typeof code === 'string' && !codes.isOtherErrno(code) && !Object.hasOwn(table.codes ?? {}, code)) return undefined;
    return `no socket call on ${platforms.join(' or ')} sets ${code}`;
  }
  const crt = typeof code === 'number' ? codes.crtName(code) : codes.crtNumber(code) === undefined ? undefined : code;
  if (crt === undefined) return typeof code === 'number' || Object.hasOwn(table.codes ?? {}, code) ? `no Winsock call sets ${code}` : undefined;
  return { crt };
}

/** Whether a failed call may leave the code there. */
function mayLeave({ table, codes }: Pick<Rows, 'table' | 'codes'>, platform: CodePlatform, code: CodeOfRow): boolean {
  if (typeof code === 'string' && codes.named(platform, code) !== undefined) return true;
  const number = numberOf(table, codes, platform, code);
  // What a name of the C runtime stands for may be the number of another code; a name of the table's own list is its number.
  const isNumber = typeof code === 'number' || Object.hasOwn(table.codes ?? {}, code);
  return isNumber && number !== undefined && codes.socketCode(platform, number) !== undefined;
}
