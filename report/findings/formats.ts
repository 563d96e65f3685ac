import type { FindingFormat } from '../format-names.ts';
import type { Layout } from '../grid.ts';
import { jsonText } from '../json-text.ts';
import type { CheckReport } from './check-report.ts';
import { findingsDocument } from './json.ts';
import { junitFindings } from './junit.ts';
import { markdownFindings } from './markdown.ts';
import { prettyFindings } from './pretty.ts';
import { sarifFindings } from './sarif.ts';

export function formatFindings(report: CheckReport, format: FindingFormat, layout: Layout): string {
  switch (format) {
    case 'pretty':
      return prettyFindings(report, layout);
    case 'json':
      return jsonText(findingsDocument(report));
    case 'sarif':
      return sarifFindings(report);
    case 'junit':
      return junitFindings(report);
    case 'markdown':
      return markdownFindings(report);
  }
}
