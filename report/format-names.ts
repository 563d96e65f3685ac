/** The formats of runs; apart from what writes them, so that reading the command line loads nothing else. */
export const FORMATS = ['pretty', 'json', 'jsonl', 'markdown', 'junit', 'ctrf', 'badge', 'badge-json', 'github'] as const;
export type Format = (typeof FORMATS)[number];

/** Of what sockatlas check finds. */
export const FINDING_FORMATS = ['pretty', 'json', 'sarif', 'junit', 'markdown'] as const;
export type FindingFormat = (typeof FINDING_FORMATS)[number];
