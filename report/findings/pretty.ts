import type { Finding } from '../../classification/find.ts';
import { plain } from '../../platforms/printable.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import type { Layout } from '../grid.ts';
import { count, paragraph, wrap } from '../text.ts';
import type { Paint } from '../text-table.ts';
import { type CheckReport, describeFinding, describeHeld, describeUnheld, failing, levelCounts, lineAt } from './check-report.ts';

const STYLES = { error: 'red', warning: 'yellow', note: 'cyan' } as const;
const INDENT = '  ';

/** For a terminal of `width` columns: the findings that fail the check, and how many others there are. */
export function prettyFindings(report: CheckReport, { paint, width }: Layout): string {
  const shown = failing(report);
  const below = levelCounts(report.findings.filter((finding) => !shown.includes(finding)));
  const unheld = describeUnheld(report);
  const summary = [
    `${count(report.tables.length, 'table')} against ${describeHeld(report)}.`,
    ...(unheld === undefined ? [] : [unheld]),
    `${levelCounts(shown) || 'Nothing found'}${below === '' ? '' : ` (and ${below}: --level note shows them)`}`,
  ];
  return `${[...shown.map((finding) => block(finding, paint, width)), ...summary.map((line) => paragraph(plain(line), width, INDENT))].join('\n')}\n`;
}

function block(finding: Finding, paint: Paint, width: number): string {
  const { rule, level, at } = finding;
  const [first, ...more] = wrap(plain(`${shownPath(at.checked.file)}:${lineAt(at)}: ${level} ${rule.id}: ${at.checked.id}`), width);
  return [
    first?.replace(`: ${level} `, `: ${paint(STYLES[level], level)} `),
    ...more.map((line) => line.replace(new RegExp(`^${level} `), `${paint(STYLES[level], level)} `)),
    ...indented(describeFinding(finding), width),
    ...indented(`${rule.says} ${rule.follows}`, width).map((line) => paint('gray', line)),
    '',
  ].join('\n');
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - INDENT.length).map((line) => INDENT + line);
}
