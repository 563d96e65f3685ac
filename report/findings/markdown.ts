import { shownPath } from '../../platforms/shown-path.ts';
import { count } from '../text.ts';
import { describeFinding, describeHeld, type Findings, lineAt } from './findings.ts';

/** For a page or a step summary: every finding, whatever its level. */
export function markdownFindings(report: Findings): string {
  const { tables, findings } = report;
  const header = ['level', 'rule', 'table', 'where', 'what is wrong', 'what happens'];
  const rows = findings.map((finding) => {
    const { rule, level, at } = finding;
    return [level, code(rule.id), text(at.checked.id), code(`${shownPath(at.checked.file)}:${lineAt(at)}`), text(describeFinding(finding)), text(rule.follows)];
  });
  return [
    `## ${count(tables.length, 'table')} against ${text(describeHeld(report))}`,
    '',
    ...(rows.length === 0 ? ['Nothing found.'] : [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)),
    '',
  ].join('\n');
}

/** A code span inside of a table cell: no pipe may end the cell, no backtick the span. */
function code(content: string): string {
  return `\`${content.replaceAll('|', '\\|').replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
}

/** Escapes names from tables, so that they do not become markup. */
export function text(content: string): string {
  return content.replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
