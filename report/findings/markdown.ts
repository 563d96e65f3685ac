import { shownPath } from '../../platforms/shown-path.ts';
import { code, markdownTable, text } from '../markdown-text.ts';
import { count } from '../text.ts';
import { type CheckReport, describeFinding, describeHeld, describeUnheld, lineAt } from './check-report.ts';

/** For a page or a step summary: every finding, whatever its level. */
export function markdownFindings(report: CheckReport): string {
  const { tables, findings } = report;
  const header = ['level', 'rule', 'table', 'where', 'what is wrong', 'what happens'];
  const rows = findings.map((finding) => {
    const { rule, level, at } = finding;
    return [level, code(rule.id), text(at.checked.id), code(`${shownPath(at.checked.file)}:${lineAt(at)}`), text(describeFinding(finding)), text(rule.follows)];
  });
  const unheld = describeUnheld(report);
  return [
    `## ${count(tables.length, 'table')} against ${text(describeHeld(report))}`,
    '',
    ...(unheld === undefined ? [] : [text(unheld), '']),
    ...(rows.length === 0 ? ['Nothing found.'] : markdownTable(header, rows)),
    '',
  ].join('\n');
}
