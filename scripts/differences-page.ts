import { NEWEST } from '../platforms/expectation.ts';
import { diff } from '../report/diff/diff.ts';
import { evidenceWord, markText } from '../report/diff/pretty.ts';
import { eventOf, titleOf } from '../report/event.ts';
import { groupBy } from '../report/group-by.ts';
import { code, text } from '../report/markdown-text.ts';
import { behaviourWords, expectedSide, runSide, type Side } from '../report/side.ts';
import { sameBehaviour } from '../results/behaviour.ts';
import { shippedRuns } from '../results/recorded.ts';

/** docs/differences.md: where Linux, Windows and Wine answer differently, by event. */
export function differencesPage(): string {
  const runs = shippedRuns().map(({ run }) => run);
  const linuxRun = runs.find(({ header }) => header.platform.id === 'linux');
  const linux = linuxRun === undefined ? expectedSide(NEWEST.linux, 'linux') : runSide(linuxRun);
  const windows = expectedSide(NEWEST.windows, 'windows');
  const wines = runs.filter(({ header }) => header.platform.id === 'wine').map((run) => runSide(run));
  const { differences } = diff(linux, windows);
  const differing = differences.filter(({ change }) => change === 'differs');
  const onlyWindows = differences.filter(({ change }) => change === 'new');
  const unknown = differences.filter(({ change }) => change === 'unknown');
  const same = differences.filter(({ change }) => change === 'same');

  return `# What differs between Linux and Windows

<!-- Written by \`npm run docs\` from results/runs/ and platforms/*/expected.json. -->

What socket calls return when the peer goes away: each row is a scenario in which Windows answers differently from Linux. A cell lists the answers, call after call
([tokens](run-format.md#tokens)); \`WSAECONNRESET every time\` means that every recorded call fails with it. A difference in the spelling of a code alone
(ECONNRESET, WSAECONNRESET) is none. The steps and the sources of each row: [scenarios](scenarios.md), or \`sockatlas show ID\`. The same in a terminal:
\`sockatlas diff linux windows\`.

- **Linux** was measured here: ${text(linux.name)}${linuxRun === undefined ? '' : `, ${text(linuxRun.header.platform.os)}`}.
- **Windows** was not measured here. *Evidence* says where a row comes from: **asserted** by a test that runs on Windows, **documented** by Microsoft, **reported** by
  users or maintainers, or **inferred** from other rows. Nothing is judged by what is only inferred.
- **Wine** was measured here: ${wines.map(({ name }) => text(name)).join(', ')}. It says where Wine answers differently from the Windows column.

${[...groupBy(differing, ({ id }) => eventOf(id))].map(([event, rows]) => section(event, rows, windows, wines)).join('\n')}
## Only Winsock has these

Overlapped operations, completion ports, event selection, AcceptEx and ConnectEx: [scenarios](scenarios.md).

| scenario | Windows | evidence | Wine |
| --- | --- | --- | --- |
${onlyWindows.map(({ id, b }) => `| ${[code(id), code(behaviourWords(b, false)), b?.evidence ?? '', wineWords(id, windows, wines)].join(' | ')} |`).join('\n')}

## The same on both, or not known

The same: ${same.map(({ id }) => code(id)).join(', ')}.

Not known on Windows: ${unknown.map(({ id }) => code(id)).join(', ')}.
`;
}

function section(event: string, rows: readonly ReturnType<typeof diff>['differences'][number][], windows: Side, wines: readonly Side[]): string {
  return `## ${event}: ${titleOf(event)}

| case | Linux | Windows | evidence | differs | Wine |
| --- | --- | --- | --- | --- | --- |
${rows
  .map((row) => {
    const cells = [code(row.id.slice(event.length + 1)), code(behaviourWords(row.a, false)), code(behaviourWords(row.b, false)), evidenceWord(row)];
    return `| ${[...cells, markText(row, 'linux', 'windows').replace('≠ ', ''), wineWords(row.id, windows, wines)].join(' | ')} |`;
  })
  .join('\n')}
`;
}

/** `as Windows`, or what each Wine does. */
function wineWords(id: string, windows: Side, wines: readonly Side[]): string {
  const expected = windows.behaviour(id);
  const words = wines.map((wine) => {
    const own = wine.behaviour(id);
    if (own === undefined) return { name: wine.name, says: 'not supported' };
    return { name: wine.name, says: expected !== undefined && sameBehaviour(own, expected) === true ? 'as Windows' : code(behaviourWords(own)) };
  });
  const says = new Set(words.map(({ says }) => says));
  if (says.size === 1) return [...says].join('');
  return words.map(({ name, says }) => `${text(name)}: ${says}`).join('<br>');
}
