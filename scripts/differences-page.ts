import { evidencePhrase } from '../language/evidence.ts';
import { isPair } from '../language/pairs.ts';
import { NEWEST } from '../platforms/expectation.ts';
import { diff } from '../report/diff/diff.ts';
import { evidenceWord, markText } from '../report/diff/pretty.ts';
import { eventOf, titleOf } from '../report/event.ts';
import { groupBy } from '../report/group-by.ts';
import { code, markdownTable, text } from '../report/markdown-text.ts';
import { behaviourWords, expectedSide, runSide, type Side } from '../report/side.ts';
import { sameBehaviour } from '../results/behaviour.ts';
import { shippedRuns } from '../results/recorded.ts';

/** The scenarios of "In short", each with the question that it answers. */
const IN_SHORT: Readonly<Record<string, string>> = {
  'tcp/reset/idle': 'What does recv return, call after call, when the peer has reset the connection?',
  'tcp/reset/unread-data': 'The peer sends 10 bytes and then resets the connection. Does recv still deliver the 10 bytes?',
  'tcp/reset/peer-killed': 'The process of the peer is killed while no data is unread. What does recv return?',
  'tcp/fin/send-then-recv': 'The peer has closed the connection, and this side sends 8 bytes. What do the next calls of recv return?',
  'udp/unreachable/unconnected': 'An unconnected UDP socket has sent a datagram to a closed port. Does recv report it?',
};

/** docs/differences.md: in which scenarios Linux, Windows and Wine differ, by event. */
export function differencesPage(): string {
  const runs = shippedRuns().map(({ run }) => run);
  const linuxRun = runs.find(({ header }) => header.platform.id === 'linux');
  const linux = linuxRun === undefined ? expectedSide(NEWEST.linux, 'linux') : runSide(linuxRun);
  const windows = expectedSide(NEWEST.windows, 'windows');
  const wines = runs.filter(({ header }) => header.platform.id === 'wine').map((run) => runSide(run));
  // The pairs of calls have a page of their own.
  const { differences } = diff(linux, windows, (id) => !isPair(id));
  const differing = differences.filter(({ change }) => change === 'differs');
  const onlyWindows = differences.filter(({ change }) => change === 'new');
  const unknown = differences.filter(({ change }) => change === 'unknown');
  const same = differences.filter(({ change }) => change === 'same');

  return `# What differs between Linux and Windows

<!-- Written by \`npm run docs\` from results/runs/ and platforms/expected/. -->

This page shows what socket calls return when the peer goes away. Each row of a table is a scenario in which Windows differs from Linux. A cell lists what the recorded
calls return, one after the other ([tokens](run-format.md#tokens)). \`eof\` is a return value of 0: the end of the stream. \`WSAECONNRESET every time\` means that every recorded
call fails with this code. Two names of the same code (ECONNRESET, WSAECONNRESET) do not count as a difference. The steps and the sources of each row are in
[scenarios](scenarios.md); \`sockatlas show ID\` prints them too. \`sockatlas diff linux windows\` prints this page in a terminal.

- **Linux** was measured here: ${text(linux.name)}${linuxRun === undefined ? '' : `, ${text(linuxRun.header.platform.os)}`}.
- **Windows** was not measured here. *Evidence* is the kind of source for the Windows column: **asserted** by a test that runs on Windows, **documented** by Microsoft,
  **reported** by users or maintainers, or **inferred** from other rows. Runs are not judged by inferred rows.
- **Wine** was measured here: ${wines.map(({ name }) => text(name)).join(', ')}. Its column shows where it differs from the Windows column.

## In short

${inShort(linux, windows)}

${[...groupBy(differing, ({ id }) => eventOf(id))].map(([event, rows]) => section(event, rows, windows, wines)).join('\n')}
## Only on Windows

These scenarios use overlapped operations, completion ports, event selection, AcceptEx, ConnectEx and SIO_UDP_CONNRESET: [scenarios](scenarios.md).

${markdownTable(
  ['scenario', 'Windows', 'evidence', 'Wine'],
  onlyWindows.map(({ id, b }) => [code(id), code(behaviourWords(b, false)), b?.evidence ?? '', wineWords(id, windows, wines)]),
).join('\n')}

## The same on both systems, or not known

The same: ${same.map(({ id }) => code(id)).join(', ')}.

Not known on Windows: ${unknown.map(({ id }) => code(id)).join(', ')}.
`;
}

/** What both systems return in the scenarios of IN_SHORT, with the kind of evidence. */
function inShort(linux: Side, windows: Side): string {
  const sideWords = (name: string, side: Side, id: string) => {
    const behaviour = side.behaviour(id);
    if (behaviour === undefined) throw new Error(`differences-page.ts: nothing is known of ${id} on ${name}`);
    return `${name}: ${code(behaviourWords(behaviour, false))} (${evidencePhrase(behaviour.evidence)})`;
  };
  return Object.entries(IN_SHORT)
    .map(([id, question]) => `- ${question} (${code(id)}) ${sideWords('Linux', linux, id)}. ${sideWords('Windows', windows, id)}.`)
    .join('\n');
}

function section(event: string, rows: readonly ReturnType<typeof diff>['differences'][number][], windows: Side, wines: readonly Side[]): string {
  const cells = rows.map((row) => [
    code(row.id.slice(event.length + 1)),
    code(behaviourWords(row.a, false)),
    code(behaviourWords(row.b, false)),
    evidenceWord(row),
    markText(row, 'linux', 'windows').replace('≠ ', ''),
    wineWords(row.id, windows, wines),
  ]);
  return `## ${event}: ${titleOf(event)}\n\n${markdownTable(['case', 'Linux', 'Windows', 'evidence', 'differs', 'Wine'], cells).join('\n')}\n`;
}

/** `the same as on Windows`, or what each Wine does. */
function wineWords(id: string, windows: Side, wines: readonly Side[]): string {
  const expected = windows.behaviour(id);
  const words = wines.map((wine) => {
    const own = wine.behaviour(id);
    if (own === undefined) return { name: wine.name, says: 'not supported' };
    return { name: wine.name, says: expected !== undefined && sameBehaviour(own, expected) === true ? 'the same as on Windows' : code(behaviourWords(own)) };
  });
  const says = new Set(words.map(({ says }) => says));
  if (says.size === 1) return [...says].join('');
  return words.map(({ name, says }) => `${text(name)}: ${says}`).join('<br>');
}
