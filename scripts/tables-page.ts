import { expectedSightings } from '../classification/evidence.ts';
import { findFaults } from '../classification/find.ts';
import type { Finding } from '../classification/finding.ts';
import { rules } from '../classification/rules/index.ts';
import { LEVELS } from '../classification/rules/rule.ts';
import { checkedShipped } from '../classification/shipped.ts';
import { shippedFiles } from '../classification/table.ts';
import { describeFinding, lineAt, shownPath } from '../report/findings/findings.ts';
import { text } from '../report/findings/markdown.ts';
import { scenarios } from '../suites/index.ts';

/**
 * What was found as each finding was looked at by hand: by rule, then by the table's library, `*` for all others. What turned out to be a wrong row of ours is
 * mended, and not here.
 */
const LOOKED_AT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'zero-as-error': {
    mongoose:
      'Real. On a stream it does no harm: the connection closes either way, with an error in the log. On UDP an empty datagram closes the connection, a listener ' +
      'included ([#3696](https://github.com/cesanta/mongoose/issues/3696)).',
  },
  'failure-as-wait': {
    openssl:
      'Real, and meant: while a connection is being made some systems answer ENOTCONN. On a socket that never was connected SSL_read asks to be called again, ' +
      'for ever. On Windows the same row is dead (unreachable-row).',
  },
  'unreachable-row': {
    openssl:
      'Real, and harmless: the names are compiled against the C runtime, while the error comes from WSAGetLastError. WSAEINTR, WSAEINPROGRESS and WSAENOTCONN are ' +
      'therefore fatal on Windows and retried elsewhere.',
  },
  'recv-table-for-send': {
    libevent: 'Real: bufferevent_writecb shares the reading of a 0, and its own comment doubts it. A send of no bytes is not made, so that nobody meets it.',
  },
  'meanings-differ': {
    mongoose: 'Real, up to 7.21: after its own shutdown a writer gets a RESET on POSIX and an ERR on Windows. Gone with the class, from 7.22 on.',
    mbedtls: 'Real: EPIPE counts as a reset on POSIX; WSAESHUTDOWN, its counterpart, is a plain failure. WSAECONNABORTED likewise.',
    dotnet: 'Real, and meant: a descriptor that is closed is taken for an operation that Dispose aborted.',
    'rust-std': 'Real up to 1.96, and mended upstream: 1.97 makes BrokenPipe of WSAESHUTDOWN too (rust-lang/rust#156063).',
    '*': 'Real: after its own shutdown of reading a reader gets an end on POSIX and a failure on Windows. Rust and Cygwin make an end of it; these do not.',
  },
};

/** Of notes on two platforms that differ by themselves there is one for nearly each table: told once. */
const PLATFORMS_DIFFER =
  'Where the platforms themselves answer differently (a reset that is reported once and then as an end, or every time; unread data that is delivered or ' +
  'dropped; a time-out that is a would-block) every table hands the difference on. That is a note of `meanings-differ` for each pair of tables, left out here: ' +
  '`sockatlas check NAME --level note` has it.';

/** docs/tables.md: every table that comes with sockatlas, and what its check finds on what the platforms are expected to answer. */
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
    'How libraries classify what socket calls return, as data, each with its source, and what `sockatlas check` finds in them, held against what Linux, Windows and',
    'Wine are expected to answer ([scenarios](scenarios.md)). Each finding was looked at by hand: real, or a wrong row of ours, which was then mended.',
    'A row is of a table *as this project read it*: where a library does more before or after, its users may never meet the finding.',
    '',
    '## Rules',
    '',
    '| rule | at worst | what is wrong | what would follow |',
    '| --- | --- | --- | --- |',
    ...rules.map(({ id, level, says, follows }) => `| \`${id}\` | ${level} | ${text(says)} | ${text(follows)} |`),
    '',
    PLATFORMS_DIFFER,
    '',
    ...libraries.flatMap((library) => [
      `## ${library}`,
      '',
      '| table | of versions | findings |',
      '| --- | --- | --- |',
      ...tables
        .filter((table) => table.library === library)
        .map((table) => {
          const own = findings.filter((finding) => finding.at.checked === table);
          return `| [${text(table.id)}](../${shownPath(table.file)}) | ${text(table.versions)} | ${
            LEVELS.toReversed()
              .map((level) => countOf(own, level))
              .filter(Boolean)
              .join(', ') || (table.api === 'posix' || table.api === 'winsock' ? 'none' : 'none; no platform here gives its codes')
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
  // Eras of one library, and its two apis, mostly show the same: one line for all of them.
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
  return [...lines, '', ...verdicts.flatMap((verdict) => [`Looked at: ${verdict}`, ''])];
}

function isPlatformsOwn({ rule, level }: Finding): boolean {
  return rule.kind === 'pair' && level === 'note';
}

function countOf(findings: readonly Finding[], level: (typeof LEVELS)[number]): string {
  const { length } = findings.filter((finding) => finding.level === level);
  return length === 0 ? '' : `${length} ${level}${length === 1 ? '' : 's'}`;
}
