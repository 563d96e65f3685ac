import type * as Zod from 'zod';
import { z } from '../platforms/zod.ts';
import type { TableCall } from './table-terms.ts';

/** What a user's function is asked, by the process that checks it, in a process of its own. */
export type TableRequest =
  | { readonly type: 'load-module'; readonly file: string }
  | { readonly type: 'load-library'; readonly file: string; readonly name: string }
  | { readonly type: 'ask'; readonly question: Question };

/** `platform` is the platform of the code: linux, darwin or windows. */
export interface Question {
  readonly platform: string;
  readonly call: TableCall;
  readonly ret: number;
  readonly code: number;
}

export const tableAnswerSchema = z.discriminatedUnion('type', [
  /** `exports` has the module's exports classes, calls and api, not validated yet. */
  z.object({ type: z.literal('loaded'), exports: z.unknown() }),
  /** `reason` begins with the file, and its line where it is known. `machine`: the user's file is not at fault. */
  z.object({ type: z.literal('cannot'), reason: z.string(), machine: z.boolean() }),
  /** `kind` is what typeof said. */
  z.object({ type: z.literal('class'), value: z.union([z.string(), z.number(), z.null()]), kind: z.string() }),
  /** `reason`: the same */
  z.object({ type: z.literal('threw'), reason: z.string() }),
]);
export type TableAnswer = Zod.infer<typeof tableAnswerSchema>;
