import { abortAsWait } from './abort-as-wait.ts';
import { endAsWait } from './end-as-wait.ts';
import { failureAsData } from './failure-as-data.ts';
import { failureAsWait } from './failure-as-wait.ts';
import { meaningsDiffer } from './meanings-differ.ts';
import { overlappingRows } from './overlapping-rows.ts';
import { recvTableForSend } from './recv-table-for-send.ts';
import { resetAsWait } from './reset-as-wait.ts';
import type { AnswerRule, Rule } from './rule.ts';
import { unknownCode } from './unknown-code.ts';
import { unnamedCode } from './unnamed-code.ts';
import { unreachableRow } from './unreachable-row.ts';
import { wouldBlockAsEnd } from './would-block-as-end.ts';
import { zeroAsData } from './zero-as-data.ts';
import { zeroAsError } from './zero-as-error.ts';

/** In the order in which they are asked: for one answer only the first that applies is told. */
export const answerRules: readonly AnswerRule[] = [
  resetAsWait,
  endAsWait,
  abortAsWait,
  wouldBlockAsEnd,
  zeroAsData,
  zeroAsError,
  unnamedCode,
  failureAsData,
  failureAsWait,
];

/** Every rule there is. */
export const rules: readonly Rule[] = [...answerRules, unknownCode, overlappingRows, unreachableRow, recvTableForSend, meaningsDiffer];
