import { classified } from '../classification/policies/answers.ts';
import { mongooseBuild } from '../classification/policies/mongoose.ts';
import { apiOf, type PlatformTrace, platformTraces, type TracePlatform, tracePlatforms } from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import type { Answer, Io, Policy } from '../classification/policies/policy.ts';
import type { Transport } from '../classification/policies/rules.ts';
import { tablesOf } from '../classification/table.ts';
import { REPEATS } from '../platforms/trace.ts';
import { code, markdownStories, text } from '../report/close/markdown.ts';
import { evidenceLine, MATRIX_LEGEND, markdownMatrix, mongooseMatrix } from '../report/close/matrix.ts';
import { evidenceText, outcomeWord } from '../report/close/words.ts';
import { type Recorded, shippedRuns } from '../results/recorded.ts';

const SCENARIO = 'tcp/reset/idle';

/** docs/mongoose-3031.md: the bug that this suite grew from, told by the tool, from the recorded runs that come with it. @throws PolicyError */
export function storyPage(): string {
  const runs = shippedRuns();
  const platforms = tracePlatforms(runs);
  const traces = platforms.flatMap((platform) => platformTraces(runs, platform, SCENARIO));
  const traceOf = (id: TracePlatform['id']) => traces.find(({ platform }) => platform.id === id) as PlatformTrace;
  const linux = traceOf('linux');
  const windows = traceOf('windows');
  const matrix = mongooseMatrix(runs);
  const [slow, quick, stuck] = [storyOf('7.16', linux, 'select'), storyOf('7.16', linux, 'epoll'), storyOf('7.16', windows, 'select')];
  const [before, mended, later] = (['7.12', '7.17', '7.22'] as const).map((version) => storyOf(version, windows, 'select'));
  const partial = storyOf('7.22', windows, 'select', 'builtin', 3);

  return `# Mongoose #3031: a connection that is over, and never closes

<!-- Written by \`npm run docs\` from results/runs/, platforms/*/expected.json and classification/. -->

With Mongoose 7.12 a TLS connection whose peer resets it is closed. With 7.13 to 7.16, built with OpenSSL on Windows, it stays open for ever: that is
[cesanta/mongoose#3031](https://github.com/cesanta/mongoose/issues/3031). The same releases on Linux close it, at most one poll late. All of this page
comes from one command, over the traces that come with sockatlas:

\`\`\`sh
npx sockatlas close mongoose@7.16 --tls openssl
\`\`\`

\`--live\` turns the same loop on real sockets of the machine that it runs on (its TLS layer stands in as one that has nothing to read), and
\`npx sockatlas close mongoose\` prints every version.

## What the systems say

\`recv\`, call after call, on a socket whose peer has sent an RST (\`${SCENARIO}\`); and what poll and select say of it, before recv has told of the
reset and after. A token that ends in ${REPEATS} goes on to the end of the trace.

| platform | evidence | recv | poll | select |
| --- | --- | --- | --- | --- |
${traces.map(traceRow).join('\n')}

${noteOnEvidence(runs, traces)}

## What one release makes of it

${markdownStories([slow, quick, stuck], '###')}
## Why one is a poll late, and the other never

recv's reset is classified as \`MG_IO_RESET\`, on both systems, rightly. What reads the class in these releases closes a TLS connection on
\`MG_IO_ERR\` alone. After anything else the TLS layer is asked, which has no new bytes, and its \`MG_IO_WAIT\` takes the place of the reset.

- Linux tells of a reset once. The next recv returns ${answerWord(linux, 1)}, and that is \`MG_IO_ERR\`: the loop **${outcomeWord(slow.outcome)}**, not after 1.
- Windows tells of it at every call. There is no second answer to close on: the loop **${outcomeWord(stuck.outcome)}**. The log in #3031, taken on Windows, shows
  recv failing with 10054 at one poll after another.
- On Linux few have seen even the lost poll: builds for Linux ask with epoll, which reports the reset as EPOLLERR, and since 7.8 that closes
  before recv is called (**${outcomeWord(quick.outcome)}**). select has no such bit: a reset is in none of its exceptional sets, and a build for Windows asks with select.

${others(traces, [linux, windows])}A write does not close it either: OpenSSL's own I/O layer, as Mongoose supplies it from 7.13 on, sets the flag for "try again" on \`MG_IO_WAIT\` and never takes it
back, so that a failed send later reads as a wait (src/tls_openssl.c, mg_bio_write). The same log shows both.

"Never" is shown, not waited for: in a later poll the policy's state, the place in the trace and the readiness are what they were in an earlier one, and nothing else
goes into what it does. It holds as long as recv goes on answering as the last answer of the trace says.

## Which versions

${markdownMatrix(matrix)}
${MATRIX_LEGEND} ${text(evidenceLine(matrix))}

Without TLS every class but \`MG_IO_WAIT\` closes, in every release. Until 7.12 the TLS library reads from the socket itself, and reports what it
cannot read. From 7.13 on the loop reads into a buffer of its own, from which the TLS layer is fed. That change alone did not break it
([144c2f44](https://github.com/cesanta/mongoose/commit/144c2f44)); [d8fec13d](https://github.com/cesanta/mongoose/commit/d8fec13d), which saved the last
data of a connection ([#2570](https://github.com/cesanta/mongoose/issues/2570)), did. The test for \`MG_IO_ERR\` alone then stood in three shapes: in 7.13 and 7.14,
in 7.15, and in 7.16. [#2887](https://github.com/cesanta/mongoose/issues/2887) reported the same against 7.15, five months before.

## What the fix changed

${endings([
  ['7.12', before as Story],
  ['7.16', stuck],
  ['7.17', mended as Story],
  ['7.22', later as Story],
])}

[d59f84fb](https://github.com/cesanta/mongoose/commit/d59f84fb) ([PR #3042](https://github.com/cesanta/mongoose/pull/3042), in 7.17) tests for \`MG_IO_RESET\` beside
\`MG_IO_ERR\`. 7.22 removes the class: a reset is \`MG_IO_ERR\` like other failures ([PR #3556](https://github.com/cesanta/mongoose/pull/3556)).

What it did not change: with Mongoose's own TLS (\`builtin\`) and an incomplete record in the buffer when the reset comes, 7.13 and 7.14 wait for the rest of it, and 7.22 does again
([a29a8ada](https://github.com/cesanta/mongoose/commit/a29a8ada)): 7.22 on Windows, with 3 bytes buffered, **${outcomeWord(partial.outcome)}**.

## What a check of the table sees, and what it cannot

${tableSection(traces)}

So no check of a table, on any system, could have told 7.16 from 7.12 or 7.17. What tells them apart is the trace and the policy together: the
second answer of recv, and who waits for it. A table check would have seen another bug: a reset that reads as would-block.
`;
}

function storyOf(version: string, trace: PlatformTrace, io: Io, transport: Transport = 'openssl', bufferedTlsBytes = 0): Story {
  const { policy, table } = mongooseBuild(version, transport);
  return play(policy as Policy, table(apiOf(trace.platform)), trace, { io, bufferedTlsBytes });
}

function traceRow(trace: PlatformTrace): string {
  const tokens = trace.answers.map(({ token }, i) => (trace.repeats && i === trace.answers.length - 1 ? `${token}${REPEATS}` : token));
  const said = ({ poll, select }: PlatformTrace['readiness'], io: 'poll' | 'select') => {
    const found = io === 'poll' ? poll : select;
    if (found === undefined) return 'not known';
    const [first, second] = [found.before, found.after].map((token) => code(token.replace(/^\w+:/, '')));
    return first === second ? first : `${first}, then ${second}`;
  };
  return `| ${[trace.platform.name, text(evidenceText(trace)), code(tokens.join(' ')), said(trace.readiness, 'poll'), said(trace.readiness, 'select')].join(' | ')} |`;
}

function noteOnEvidence(runs: readonly Recorded[], traces: readonly PlatformTrace[]): string {
  const notMeasured = [...new Set(traces.filter(({ evidence }) => evidence !== 'measured').map(({ platform }) => platform.name))].join(', ');
  return [
    ...(runs.length === 0 ? ['No run is recorded in results/runs/ yet: `sockatlas run --record`, then `npm run docs`, puts measured traces here.'] : []),
    ...(notMeasured === '' ? [] : [`Not measured here: ${notMeasured}. The sources are in platforms/*/expected.json.`]),
  ].join(' ');
}

/** What the same loop does on the platforms that the stories above leave out, as a paragraph. */
function others(traces: readonly PlatformTrace[], told: readonly PlatformTrace[]): string {
  const rest = traces
    .filter((trace) => !told.includes(trace))
    .map((trace) => `on ${trace.platform.name} it **${outcomeWord(storyOf('7.16', trace, 'select').outcome)}**`);
  return rest.length === 0 ? '' : `With the other answers above, asked by select: ${rest.join(', ')}.\n\n`;
}

/** The i-th answer of a trace, which may repeat its last. */
function answerWord({ answers }: PlatformTrace, i: number): string {
  const { ret, token } = (answers[i] ?? answers.at(-1)) as Answer;
  return ret === 0 ? '0, the end of the stream' : code(token);
}

function endings(rows: readonly (readonly [string, Story])[]): string {
  const stories = rows.map(([version, { polls, outcome }]) => {
    const { answer, why } = polls.at(-1) as Story['polls'][number];
    return `| ${[version, answer?.class === undefined ? 'none: the TLS library reads' : code(answer.class), text(why), `**${outcomeWord(outcome)}**`].join(' | ')} |`;
  });
  return ['| with OpenSSL on Windows | class | what the loop says | it |', '| --- | --- | --- | --- |', ...stories].join('\n');
}

function tableSection(traces: readonly PlatformTrace[]): string {
  const rows = traces.flatMap((trace) => {
    const table = mongooseBuild('7.16', 'openssl').table(apiOf(trace.platform));
    const classify = classified(table, trace.platform.id);
    return trace.answers.map(classify).map(({ token, meaning, class: name, classMeaning }) => ({
      right: meaning === 'would-block' ? classMeaning === 'would-block' : classMeaning !== 'would-block',
      cells: [trace.platform.name, code(token), meaning, code(name ?? '·'), classMeaning ?? '·'],
    }));
  });
  const wrong = rows.filter(({ right }) => !right).length;
  const oneTable = (['posix', 'winsock'] as const).every(
    (api) => new Set(['7.12', '7.16', '7.17'].map((version) => tablesOf('mongoose', api, version)[0])).size === 1,
  );
  return [
    '| platform | recv | is | class in 7.16 | which means |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`),
    '',
    wrong === 0
      ? 'No answer that says the connection is over reads as would-block: the table is right on every one of these platforms.'
      : `${wrong} of these answers are read wrongly.`,
    oneTable
      ? 'And it is one table: 7.12, 7.16 and 7.17 have the same rows for recv, on POSIX and on Winsock.'
      : '7.12, 7.16 and 7.17 differ in their rows for recv.',
  ].join('\n');
}
