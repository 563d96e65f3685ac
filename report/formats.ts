import { serializeRun } from '../results/lines.ts';
import { prettyComparison } from './compare.ts';
import { markdownComparison, markdownRun } from './markdown.ts';
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

/** Several runs: side by side for people, one after the other for programs. */
export function formatRuns(views: readonly View[], format: Format, options: FormatOptions): string {
  const [only, ...others] = views;
  if (only !== undefined && others.length === 0) return formatRun(only, format, options);
  switch (format) {
    case 'pretty':
      return options.verbose ? views.map((view) => formatRun(view, format, options)).join('\n') : prettyComparison(views, options.paint);
    case 'markdown':
      return [markdownComparison(views), ...views.map(markdownRun)].join('\n');
    case 'jsonl':
      return views.map((view) => formatRun(view, format, options)).join('');
    case 'json':
      return `${JSON.stringify(views.map(jsonRun), undefined, 2)}\n`;
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
