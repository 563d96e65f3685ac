import { type CodePlatform, codeNamed, socketCode } from '../../platforms/code.ts';
import { numberOf } from '../compile.ts';
import { crtName, crtNumber } from '../crt.ts';
import { isInReturn, type Row, type Table } from '../table-schema.ts';
import type { RowFault, RowRule } from './rule.ts';

type CodeOfRow = NonNullable<Row['codes']>[number];

/** A row that no answer falls into on any platform of the table's api: for all of its codes a warning, for some of them a note. */
export const unreachableRow: RowRule = {
  kind: 'rows',
  id: 'unreachable-row',
  level: 'warning',
  says: 'A row can never match there.',
  follows: 'What it was written for falls to another row.',
  find(table, platforms) {
    const behind = new Map<Row['ret'], number>();
    return table.rows.flatMap((row, i): RowFault[] => {
      const catchAll = behind.get(row.ret);
      if (catchAll !== undefined) {
        return [{ level: 'warning', row: i, other: catchAll, detail: `row ${i + 1} stands behind row ${catchAll + 1}, which takes every ${row.ret} return` }];
      }
      if (row.codes === undefined) {
        behind.set(row.ret, i);
        return [];
      }
      const dead = row.codes.flatMap((code) => {
        const reason = whyDead(table, platforms, row, code);
        return reason === undefined ? [] : [reason];
      });
      if (dead.length === 0) return [];
      const whole = dead.length === row.codes.length;
      return [
        {
          level: whole ? 'warning' : 'note',
          row: i,
          detail: `row ${i + 1} ${whole ? 'never matches' : 'does not match for all of its codes'}: ${dead.join('; ')}`,
        },
      ];
    });
  },
};

/** Why no call of the api leaves the code, or undefined where one may. */
function whyDead(table: Table, platforms: readonly CodePlatform[], { ret }: Row, code: CodeOfRow): string | undefined {
  if (isInReturn(table.api)) {
    const number = numberOf(table, 'linux', code) ?? 0;
    return ret === 'negative' && number >= 0 ? `${code} is ${number}, and the codes of ${table.api} are negative` : undefined;
  }
  if (ret !== 'negative' && code !== 0) return `a call that returned ${ret === 'zero' ? 'zero' : 'more than zero'} leaves no code, ${code} neither`;
  if (platforms.some((platform) => left(platform, code))) return undefined;
  const where = table.api === 'winsock' ? 'Winsock' : platforms.join(' or ');
  const crt = table.api === 'winsock' ? (typeof code === 'number' ? crtName(code) : crtNumber(code) === undefined ? undefined : code) : undefined;
  if (crt === undefined) return `${where} has no code ${code}`;
  const own = codeNamed('windows', `WSA${crt}`);
  return `${code} is the C runtime's ${crt} (${crtNumber(crt)}), which Winsock does not give${own === undefined ? '' : `: it gives ${own.name} (${own.number})`}`;
}

/** Whether a failed call may leave the code there. */
function left(platform: CodePlatform, code: CodeOfRow): boolean {
  return typeof code === 'number' ? socketCode(platform, code) !== undefined : codeNamed(platform, code) !== undefined;
}
