import { meaningsDiffer } from './meanings-differ.ts';
import { overlappingRows } from './overlapping-rows.ts';
import { recvTableForSend } from './recv-table-for-send.ts';
import { returnRules } from './return-rules.ts';
import type { RowRule, Rule } from './rule.ts';
import { unknownCode } from './unknown-code.ts';
import { unreachableRow } from './unreachable-row.ts';

export const rowRules: readonly RowRule[] = [unknownCode, overlappingRows, unreachableRow];

/** Every rule there is. */
export const rules: readonly Rule[] = [...returnRules, ...rowRules, recvTableForSend, meaningsDiffer];
