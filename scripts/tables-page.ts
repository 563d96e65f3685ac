import type { Checked } from '../classification/checked.ts';
import { expectedSightings } from '../classification/evidence.ts';
import type { Finding } from '../classification/find.ts';
import { findFaults } from '../classification/find.ts';
import { rules } from '../classification/rules/index.ts';
import { checkedShipped, shippedFiles } from '../classification/table.ts';
import { readData } from '../platforms/package-root.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { describeFinding, levelCounts, lineAt, UNHELD } from '../report/findings/check-report.ts';
import { groupBy } from '../report/group-by.ts';
import { code, markdownTable, text } from '../report/markdown-text.ts';
import { stories } from '../suites/index.ts';

/**
 * The assessment of each finding, made by hand: by rule, then by the table's library, `*` for all others. Findings that came from an error in our own tables are
 * not here: those tables were corrected.
 */
const ASSESSMENTS = readData('scripts', 'assessments.json') as Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Almost every pair of tables has such a note. It is explained once. */
const PLATFORMS_DIFFER =
  'Some differences come from the platforms, not from the tables. After a reset, Linux reports it once and then the end of the stream; Windows reports it every time. ' +
  'Linux delivers unread data, Windows discards it. A timeout has the same code as would-block, or a separate one. A pair of tables for two platforms then has a note of ' +
  '`meanings-differ`. These notes are left out below. `sockatlas check NAME --level note` shows them.';

/** docs/tables.md: every table that comes with sockatlas, and what `check` finds in it. */
export function tablesPage(): string {
  const tables = shippedFiles().map(checkedShipped);
  const evidence = expectedSightings(stories);
  const findings = findFaults(tables, evidence);
  const libraries = [...new Set(tables.map(({ library }) => library))];
  return `${[
    '# Tables',
    '',
    '<!-- Written by `npm run docs` from classification/ and platforms/expected/. -->',
    '',
    'A table is data: it lists how a network library classifies what socket calls return, and the source files in which this was read. This page lists the tables that',
    'come with sockatlas, and what `sockatlas check` finds in each. It compares a table with what Linux, Windows and Wine are expected to return',
    '([scenarios](scenarios.md)). A person has assessed each finding. A library may do more before or after the code that its table describes; its users may then never see',
    'the effect of a finding. To check a table of your own, see [your-own.md](your-own.md).',
    '',
    '## Rules',
    '',
    ...markdownTable(
      ['rule', 'worst level', 'what is wrong', 'what happens then'],
      rules.map(({ id, level, says, follows }) => [code(id), level, text(says), text(follows)]),
    ),
    '',
    PLATFORMS_DIFFER,
    '',
    ...libraries.flatMap((library) => [
      `## ${library}`,
      '',
      ...markdownTable(
        ['table', 'versions', 'findings'],
        tables.filter((table) => table.library === library).map((table) => tableCells(table, findings)),
      ),
      '',
      ...findingLines(
        findings.filter((finding) => finding.at.checked.library === library && !isPlatformsOwn(finding)),
        library,
      ),
    ]),
  ].join('\n')}`;
}

function tableCells(table: Checked, findings: readonly Finding[]): string[] {
  const own = findings.filter((finding) => finding.at.checked === table);
  const none = table.platforms.length === 0 ? `not checked: ${UNHELD}` : 'none';
  return [`[${text(table.id)}](../${shownPath(table.file)})`, text(table.versions), levelCounts(own) || none];
}

function findingLines(findings: readonly Finding[], library: string): string[] {
  if (findings.length === 0) return [];
  // Versions of one library, and its two APIs, mostly have the same finding: one line for all of them.
  const byMessage = groupBy(findings, (finding) => {
    const { rule, level, seen } = finding;
    return `${rule.id} ${level} ${rule.id === 'zero-as-error' ? seen[0]?.meaning : describeFinding(finding)}`;
  });
  const lines = [...byMessage.values()].map((same) => {
    const [first] = same;
    const where = same.map(({ at }) => `[${text(at.checked.id)}](../${shownPath(at.checked.file)}#L${lineAt(at)})`).join(', ');
    return `- **${first.level}** \`${first.rule.id}\` ${text(describeFinding(first))} (${where})`;
  });
  const verdicts = [...new Set(findings.map(({ rule }) => ASSESSMENTS[rule.id]?.[library] ?? ASSESSMENTS[rule.id]?.['*']))].filter(
    (verdict) => verdict !== undefined,
  );
  return [...lines, '', ...verdicts.flatMap((verdict) => [`Assessment: ${verdict}`, ''])];
}

function isPlatformsOwn({ rule, level, seen, other }: Finding): boolean {
  return rule.id === 'meanings-differ' && level === 'note' && seen[0]?.meaning !== other?.seen?.meaning;
}
