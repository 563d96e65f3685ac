/** The formats of runs; apart from what writes them, so that reading the command line loads nothing else. */
export const FORMATS = ['pretty', 'json', 'jsonl', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];
