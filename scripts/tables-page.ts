import { expectedSightings } from '../classification/evidence.ts';
import { findFaults } from '../classification/find.ts';
import type { Finding } from '../classification/finding.ts';
import { rules } from '../classification/rules/index.ts';
import { LEVELS } from '../classification/rules/rule.ts';
import { checkedShipped } from '../classification/shipped.ts';
import { shippedFiles } from '../classification/table.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { describeFinding, lineAt } from '../report/findings/findings.ts';
import { text } from '../report/findings/markdown.ts';
import { scenarios } from '../suites/index.ts';

/**
 * What a look at each finding by hand showed: by rule, then by the table's library, `*` for all others. A row of ours that turned out to be wrong was corrected
 * and is not here.
 */
const LOOKED_AT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'zero-as-error': {
    mongoose:
      'Real. On a stream it is harmless: the connection closes either way, with an error in the log. On UDP an empty datagram closes the connection, even a ' +
      'listening one ([#3696](https://github.com/cesanta/mongoose/issues/3696)).',
  },
  'failure-as-wait': {
    openssl:
      'Real, and intended: during a connect some systems return ENOTCONN. On a socket that was never connected SSL_read asks to be called again, forever. ' +
      'On Windows the same row never matches (unreachable-row).',
  },
  'unreachable-row': {
    openssl:
      'Real, and harmless: the names are compiled with the C runtime’s numbers, while the error comes from WSAGetLastError. WSAEINTR, WSAEINPROGRESS and ' +
      'WSAENOTCONN are therefore fatal on Windows and retried elsewhere.',
  },
  'recv-table-for-send': {
    libevent: 'Real, and harmless: bufferevent_writecb uses the same class for 0, and its own comment doubts it. It never sends 0 bytes.',
  },
  'meanings-differ': {
    mongoose: 'Real, up to 7.21: after its own shutdown a writer gets MG_IO_RESET on POSIX and MG_IO_ERR on Windows. 7.22 no longer has the class.',
    mbedtls: 'Real: EPIPE is a reset on POSIX; its counterpart WSAESHUTDOWN is a plain failure, and so is WSAECONNABORTED.',
    dotnet: 'Real, and intended: a closed descriptor is taken for an operation that Dispose aborted.',
    'rust-std': 'Real up to 1.96, and fixed upstream: since 1.97 WSAESHUTDOWN is BrokenPipe too (rust-lang/rust#156063).',
    '*': 'Real: after its own shutdown of reading a reader gets an end on POSIX and a failure on Windows. Rust and Cygwin turn it into an end; these do not.',
  },
};

/** Almost every pair of tables has a note about platforms that differ by themselves: told once. */
const PLATFORMS_DIFFER =
  'Where the platforms themselves return different things, every table passes the difference on: a reset is reported once and then as an end, or every time; ' +
  'unread data is delivered or dropped; a time-out is a would-block or not. Each such pair of tables has a note of `meanings-differ`, which is left out below. ' +
  '`sockatlas check NAME --level note` shows it.';

/** docs/tables.md: every table that comes with sockatlas, and what `check` finds in it. */
export function tablesPage(): string {
  const tables = shippedFiles().map(checkedShipped);
  const evidence = expectedSightings(scenarios);
  const findings = findFaults(tables, evidence);
  const libraries = [...new Set(tables.map(({ library }) => library))];
  return `${[
    '# Tables',
    '',
    '<!-- Written by `npm run docs` from classification/ and platforms/*/expected.json. -->',
    '',
    'How network libraries classify what socket calls return, written down as data with its sources, and what `sockatlas check` finds in each table. The tables',
    'are held against what Linux, Windows and Wine are expected to return ([scenarios](scenarios.md)). Each finding was looked at by hand.',
    'A table is what this project read in the library’s source. Where the library does more before or after, its users may never see the finding.',
    'To check a table of your own: [your-own.md](your-own.md).',
    '',
    '## Rules',
    '',
    '| rule | worst level | what is wrong | what happens then |',
    '| --- | --- | --- | --- |',
    ...rules.map(({ id, level, says, follows }) => `| \`${id}\` | ${level} | ${text(says)} | ${text(follows)} |`),
    '',
    PLATFORMS_DIFFER,
    '',
    ...libraries.flatMap((library) => [
      `## ${library}`,
      '',
      '| table | versions | findings |',
      '| --- | --- | --- |',
      ...tables
        .filter((table) => table.library === library)
        .map((table) => {
          const own = findings.filter((finding) => finding.at.checked === table);
          return `| [${text(table.id)}](../${shownPath(table.file)}) | ${text(table.versions)} | ${
            LEVELS.toReversed()
              .map((level) => countOf(own, level))
              .filter(Boolean)
              .join(', ') || (table.api === 'posix' || table.api === 'winsock' ? 'none' : 'not checked: no platform here sets its codes')
          } |`;
        }),
      '',
      ...findingLines(
        findings.filter((finding) => finding.at.checked.library === library && !isPlatformsOwn(finding)),
        library,
      ),
    ]),
  ].join('\n')}`;
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
