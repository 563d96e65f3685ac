import type { Checked } from '../../classification/checked.ts';
import { rowRules, rules } from '../../classification/rules/index.ts';
import type { Rule } from '../../classification/rules/rule.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { escapeXml, quoted } from '../xml.ts';
import { type CheckReport, describeFinding, failing, lineAt, UNHELD } from './check-report.ts';

/** JUnit: a suite for each table, a case for each rule, failed by the findings that fail the check, and skipped where nothing was there to hold the table against. */
export function junitFindings(report: CheckReport): string {
  const suites = report.tables.map((table) => suite(table, report));
  const failures = suites.reduce((sum, { failures }) => sum + failures, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sockatlas check" tests="${suites.length * rules.length}" failures="${failures}" errors="0">`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(table: Checked, report: CheckReport): { lines: string[]; failures: number } {
  const failed = failing(report).filter(({ at }) => at.checked === table);
  const isUnheld = report.unheld.includes(table);
  const cases = rules.map((rule) => {
    const own = failed.filter((finding) => finding.rule === rule);
    const head = `    <testcase name=${quoted(rule.id)} classname=${quoted(table.id)} file=${quoted(shownPath(table.file))}`;
    if (isUnheld && !isOfRows(rule)) return { lines: [`${head}>`, `      <skipped message=${quoted(UNHELD)} />`, '    </testcase>'], is: 'skipped' };
    if (own.length === 0) return { lines: [`${head} />`], is: 'passed' };
    const text = own.map((finding) => `${shownPath(table.file)}:${lineAt(finding.at)}: ${finding.level}: ${describeFinding(finding)}`).join('\n');
    return {
      lines: [`${head}>`, `      <failure message=${quoted(rule.says)} type=${quoted(rule.id)}>${escapeXml(text)}</failure>`, '    </testcase>'],
      is: 'failed',
    };
  });
  const of = (what: string) => cases.filter(({ is }) => is === what).length;
  const failures = of('failed');
  return {
    lines: [
      `  <testsuite name=${quoted(table.id)} tests="${rules.length}" failures="${failures}" errors="0" skipped="${of('skipped')}">`,
      ...cases.flatMap((one) => one.lines),
      '  </testsuite>',
    ],
    failures,
  };
}

function isOfRows(rule: Rule): boolean {
  return rowRules.some((one) => one === rule);
}
