import { serializeRun } from '../results/lines.ts';
import { markdownRun } from './markdown.ts';
import { type Paint, prettyRun } from './pretty.ts';
import { classPatterns, type View } from './view.ts';

export const FORMATS = ['pretty', 'json', 'jsonl', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatOptions {
  readonly paint: Paint;
  readonly verbose: boolean;
}

export function formatRun(view: View, format: Format, { paint, verbose }: FormatOptions): string {
  switch (format) {
    case 'pretty':
      return prettyRun(view, paint, verbose);
    case 'markdown':
      return markdownRun(view);
    case 'jsonl':
      return serializeRun(view.run);
    case 'json':
      return `${JSON.stringify(jsonRun(view), undefined, 2)}\n`;
  }
}

/** A run as one document, with the classes that the tables make of it. */
function jsonRun({ run, tables, misclassifications }: View) {
  const { platform } = run.header;
  return {
    header: run.header,
    scenarios: run.scenarios.map((line) => ({
      ...line,
      classes: Object.fromEntries(tables.map((table) => [`${table.name}@${table.label}`, classPatterns(table, platform, line)])),
    })),
    timings: run.timings,
    misclassifications,
    footer: run.footer,
  };
}
