import type { Checked } from '../classification/checked.ts';
import { expectedSightings } from '../classification/evidence.ts';
import { findFaults } from '../classification/find.ts';
import type { Finding } from '../classification/finding.ts';
import { rules } from '../classification/rules/index.ts';
import { LEVELS } from '../classification/rules/rule.ts';
import { checkedShipped } from '../classification/shipped.ts';
import { shippedFiles } from '../classification/table.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { describeFinding, lineAt } from '../report/findings/check-report.ts';
import { code, markdownTable, text } from '../report/markdown-text.ts';
import { scenarios } from '../suites/index.ts';

/**
 * The assessment of each finding, made by hand: by rule, then by the table's library, `*` for all others. Findings that came from an error in our own tables are
 * not here: those tables were corrected.
 */
const LOOKED_AT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'zero-as-error': {
    mongoose:
      'Real. On a stream it is harmless: the connection closes in both cases, but with an error in the log. On UDP an empty datagram closes the connection, even a ' +
      'listening one ([#3696](https://github.com/cesanta/mongoose/issues/3696)).',
  },
  'failure-as-wait': {
    openssl:
      'Real, and intended: while a connect is in progress, some systems return ENOTCONN. On a socket that was never connected, SSL_read asks to be called again, forever. ' +
      'On Windows the same row never matches (unreachable-row).',
  },
  'unreachable-row': {
    openssl:
      'Real, and harmless: the names are compiled with the numbers of the C runtime, but the error comes from WSAGetLastError. WSAEINTR, WSAEINPROGRESS and ' +
      'WSAENOTCONN are therefore fatal on Windows. On other systems the same errors are retried.',
  },
  'recv-table-for-send': {
    libevent: 'Real, and harmless: bufferevent_writecb uses the same class for 0, and a comment in it questions this. It never sends 0 bytes.',
  },
  'meanings-differ': {
    mongoose:
      'Real, up to 7.21: when this side has shut down sending, a send is MG_IO_RESET on POSIX and MG_IO_ERR on Windows. 7.22 no longer has the class MG_IO_RESET.',
    mbedtls:
      'Real: on POSIX, EPIPE is classified as a reset. On Windows the corresponding code WSAESHUTDOWN is classified as a plain failure, and so is WSAECONNABORTED.',
    dotnet: 'Real, and intended: .NET treats an error about a closed descriptor as an operation that Dispose aborted.',
    'rust-std': 'Real up to 1.96, and fixed in Rust: since 1.97 WSAESHUTDOWN is BrokenPipe too (rust-lang/rust#156063).',
    '*': 'Real: when this side has shut down receiving, recv returns the end on POSIX and fails on Windows. Rust and Cygwin turn this failure into an end; this library does not.',
  },
};

/** Almost every pair of tables has such a note. It is explained once. */
const PLATFORMS_DIFFER =
  'Some differences come from the platforms, not from the tables. After a reset, Linux reports it once and then the end of the stream; Windows reports it every time. ' +
  'Linux delivers unread data, Windows discards it. A timeout has the same code as would-block, or a separate one. A pair of tables for two platforms then has a note of ' +
  '`meanings-differ`. These notes are left out below. `sockatlas check NAME --level note` shows them.';

/** docs/tables.md: every table that comes with sockatlas, and what `check` finds in it. */
export function tablesPage(): string {
  const tables = shippedFiles().map(checkedShipped);
  const evidence = expectedSightings(scenarios);
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
  const counts = LEVELS.toReversed().map((level) => countOf(own, level));
  const none = table.api === 'posix' || table.api === 'winsock' ? 'none' : 'not checked: no platform here sets its codes';
  return [`[${text(table.id)}](../${shownPath(table.file)})`, text(table.versions), counts.filter(Boolean).join(', ') || none];
}

function findingLines(findings: readonly Finding[], library: string): string[] {
  if (findings.length === 0) return [];
  // Versions of one library, and its two APIs, mostly have the same finding: one line for all of them.
  const byMessage = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.rule.id} ${finding.level} ${finding.rule.id === 'zero-as-error' ? finding.seen[0]?.meaning : describeFinding(finding)}`;
    byMessage.set(key, [...(byMessage.get(key) ?? []), finding]);
  }
  const lines = [...byMessage.values()].map((same) => {
    const [first] = same as [Finding];
    const where = same.map(({ at }) => `[${text(at.checked.id)}](../${shownPath(at.checked.file)}#L${lineAt(at)})`).join(', ');
    return `- **${first.level}** \`${first.rule.id}\` ${text(describeFinding(first))} (${where})`;
  });
  const verdicts = [...new Set(findings.map(({ rule }) => LOOKED_AT[rule.id]?.[library] ?? LOOKED_AT[rule.id]?.['*']))].filter(
    (verdict) => verdict !== undefined,
  );
  return [...lines, '', ...verdicts.flatMap((verdict) => [`Assessment: ${verdict}`, ''])];
}

function isPlatformsOwn({ rule, level, seen, other }: Finding): boolean {
  return rule.kind === 'pair' && level === 'note' && seen[0]?.meaning !== other?.seen?.meaning;
}

function countOf(findings: readonly Finding[], level: (typeof LEVELS)[number]): string {
  const { length } = findings.filter((finding) => finding.level === level);
  return length === 0 ? '' : `${length} ${level}${length === 1 ? '' : 's'}`;
}
