import type { Finding } from '../../classification/finding.ts';
import { LEVELS, type Level } from '../../classification/rules/rule.ts';
import type { Paint } from '../paint.ts';
import { describeFinding, type Findings, failing, lineAt, shownPath } from './findings.ts';

const STYLES = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** For a terminal: those that fail the check; of the others how many there are. */
export function prettyFindings(report: Findings, paint: Paint): string {
  const shown = failing(report);
  const { tables, platforms, answers, findings } = report;
  const against = platforms.length === 0 ? 'no platform' : `${answers} answers of ${platforms.join(', ')}`;
  const below = counts(findings.filter((finding) => !shown.includes(finding)));
  const summary = `${tables.length} table${tables.length === 1 ? '' : 's'} against ${against}: ${counts(shown) || 'nothing found'}`;
  return `${[...shown.map((finding) => block(finding, paint)), `${summary}${below === '' ? '' : ` (and ${below}: --level note shows them)`}`].join('\n')}\n`;
}

function block({ rule, level, at, ...finding }: Finding, paint: Paint): string {
  return [
    `${shownPath(at.checked.file)}:${lineAt(at)}: ${paint(STYLES[level], level)} ${rule.id}: ${at.checked.id}`,
    `  ${describeFinding({ rule, level, at, ...finding })}`,
    paint('gray', `  ${rule.says} ${rule.follows}`),
    '',
  ].join('\n');
}

function counts(findings: readonly Finding[]): string {
  const of = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return LEVELS.toReversed()
    .filter((level) => of(level) > 0)
    .map((level) => `${of(level)} ${level}${of(level) === 1 ? '' : 's'}`)
    .join(', ');
}
