/** How to start a program of sockatlas's own on some platform. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside this process's own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether its stderr can be read through a pipe: not under Wine. */
  readonly stderr: 'pipe' | 'ignore';
}
