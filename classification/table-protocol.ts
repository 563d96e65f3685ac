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

export type TableAnswer =
  /** `exports` has the module's exports classes, calls and api, not validated yet. */
  | { readonly type: 'loaded'; readonly exports: unknown }
  /** `reason` begins with the file, and its line where it is known. `machine`: the user's file is not at fault. */
  | { readonly type: 'cannot'; readonly reason: string; readonly machine: boolean }
  /** `kind` is what typeof said. */
  | { readonly type: 'class'; readonly value: string | number | null; readonly kind: string }
  /** `reason`: the same */
  | { readonly type: 'threw'; readonly reason: string };
