import { serializeRun } from '../results/lines.ts';
import { annotations } from './annotations.ts';
import { badgeEndpoint, badgeSvg } from './badge.ts';
import { ctrfRuns } from './ctrf.ts';
import { runDocument } from './document.ts';
import type { Format } from './format-names.ts';
import { jsonText } from './json-text.ts';
import { junitRuns } from './junit.ts';
import { markdownRuns } from './markdown.ts';
import { type PrettyOptions, prettyRuns } from './pretty.ts';
import type { View } from './view.ts';

/** Runs as text. `jsonl` is one run file after the other, which `sockatlas report` reads again. */
export function formatRuns(views: readonly View[], format: Format, options: PrettyOptions): string {
  switch (format) {
    case 'pretty':
      return prettyRuns(views, options);
    case 'markdown':
      return markdownRuns(views);
    case 'jsonl':
      return views.map(({ run }) => serializeRun(run)).join('');
    case 'json':
      return jsonText(runDocument(views));
    case 'junit':
      return junitRuns(views);
    case 'ctrf':
      return jsonText(ctrfRuns(views));
    case 'badge':
      return badgeSvg(views);
    case 'badge-json':
      return jsonText(badgeEndpoint(views));
    case 'github':
      return annotations(views);
  }
}
