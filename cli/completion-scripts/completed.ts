/** What may stand where a value is expected. Of what is of no kind nothing is known: the shell offers files. */
export type Values = { readonly kind: 'words' | 'list'; readonly words: readonly string[] } | { readonly kind: 'ids' | 'files' };

export interface CompletedOption {
  /** `-v`, `--verbose` */
  readonly flags: readonly string[];
  readonly about: string;
  /** Absent where it takes none. */
  readonly values?: Values;
}

export interface CompletedCommand {
  /** `run`; `new table`; empty for sockatlas itself. */
  readonly path: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** Of its first argument, and of those behind it. */
  readonly first: Values;
  readonly others: Values;
  /** The words that name its own commands. */
  readonly commands: readonly string[];
}
