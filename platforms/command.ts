/** How to start a program of sockatlas's own on some platform. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its stderr can be read through a pipe: not under Wine. */
  readonly stderr: 'pipe' | 'ignore';
}
