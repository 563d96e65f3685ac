/** The shells that there are completions for; apart from the scripts, so that reading the command line loads nothing else. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];
