import { numberOf } from '../compile.ts';
import type { RowFault, RowRule } from './rule.ts';

export const overlappingRows: RowRule = {
  id: 'overlapping-rows',
  level: 'warning',
  says: 'Two rows match the same code.',
  follows: 'The first match wins; the later row never applies to this code.',
  find({ table, codes }, platforms) {
    const faults = new Map<string, RowFault>();
    for (const platform of platforms) {
      const seen = new Map<string, number>();
      const closed = new Set<string>();
      table.rows.forEach((row, i) => {
        if (closed.has(row.ret)) return;
        if (row.codes === undefined) closed.add(row.ret);
        for (const code of row.codes ?? []) {
          const number = numberOf(table, codes, platform, code);
          if (number === undefined) continue;
          const key = `${row.ret} ${number}`;
          const first = seen.get(key);
          if (first === undefined) seen.set(key, i);
          else if (first !== i) {
            const same = table.rows[first]?.class === row.class;
            faults.set(`${i} ${code}`, {
              level: same ? 'note' : 'warning',
              row: i,
              other: first,
              detail: `rows ${first + 1} and ${i + 1} both match ${code}${same ? '' : `. Row ${first + 1} wins: the class is ${table.rows[first]?.class}, never ${row.class}`}`,
            });
          }
        }
      });
    }
    return [...faults.values()];
  },
};
