import type { CodePlatform } from '../../language/code.ts';
import { didYouMean } from '../../platforms/nearest.ts';
import type { Rows } from '../checked.ts';
import { isInReturn } from '../table-terms.ts';
import type { RowFault, RowRule } from './rule.ts';

/**
 * A name that is no code of the table's api. A C runtime name in a Winsock table is not among them: it compiles there, stands for a number, and is the concern
 * of unreachable-row. (For an api that returns its codes the schema asks for each name's number.)
 */
export const unknownCode: RowRule = {
  id: 'unknown-code',
  level: 'error',
  says: 'A row names a code that does not exist in the table’s API.',
  follows: 'The row never matches for it, and the event that was meant is handled by another row.',
  find(rows, platforms) {
    const { table } = rows;
    if (isInReturn(table.api)) return [];
    return table.rows.flatMap((row, i) =>
      (row.codes ?? []).flatMap((code, j): RowFault[] => {
        if (typeof code === 'number' || isKnown(rows, platforms, code)) return [];
        return [{ level: 'error', row: i, code: j, detail: complaint(rows, platforms, code) }];
      }),
    );
  },
};

function isKnown({ table, codes }: Rows, platforms: readonly CodePlatform[], name: string): boolean {
  return (
    platforms.some((platform) => codes.named(platform, name) !== undefined) ||
    Object.hasOwn(table.codes ?? {}, name) ||
    (table.api === 'winsock' ? codes.crtNumber(name) !== undefined : codes.isOtherErrno(name))
  );
}

function complaint({ table: { api }, codes }: Rows, platforms: readonly CodePlatform[], name: string): string {
  const names = platforms.flatMap((platform) => codes.all(platform).flatMap((code) => [code.name, ...(code.aliases ?? [])]));
  if (api === 'winsock') {
    const isPosix = codes.named('linux', name) !== undefined || codes.named('darwin', name) !== undefined || codes.isOtherErrno(name);
    const wanted = name.startsWith('E') && !name.startsWith('ERROR_') ? `WSA${name}` : name;
    return isPosix ? `${name} is a POSIX code, and this is a winsock table${didYouMean(names, wanted)}` : `unknown code ${name}${didYouMean(names, wanted)}`;
  }
  if (codes.named('windows', name) !== undefined) return `${name} is a Windows code, and this is a posix table${didYouMean(names, name.replace(/^WSA/, ''))}`;
  return `unknown code ${name}${didYouMean(names, name.replace(/^WSA/, ''))}`;
}
