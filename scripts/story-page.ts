import { classified } from '../classification/policies/answers.ts';
import { buildOf } from '../classification/policies/build.ts';
import { knownFrom } from '../classification/policies/known.ts';
import { policiesOf } from '../classification/policies/libraries.ts';
import { closeMatrix } from '../classification/policies/matrix.ts';
import { type PlatformTrace, platformTraces, type TracePlatform, tracePlatforms } from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import type { Io, Policy, RecvAnswer, Transport } from '../classification/policies/policy.ts';
import { type Described, type RecvLoop, recvLoop } from '../classification/policies/recv-loop.ts';
import { tablesOf } from '../classification/table.ts';
import { apiOf } from '../language/code.ts';
import { repeating } from '../language/trace.ts';
import { codes } from '../platforms/codes.ts';
import { markdownStories } from '../report/close/markdown.ts';
import { markdownMatrix, matrixNotes } from '../report/close/matrix-text.ts';
import { evidenceText, outcomeWord } from '../report/close/words.ts';
import { code, markdownTable, text } from '../report/markdown-text.ts';
import { type Recorded, shippedRuns } from '../results/recorded.ts';
import { stories as scenarios } from '../suites/index.ts';

const SCENARIO = 'tcp/reset/idle';
const MONGOOSE = policiesOf('mongoose');

/** docs/mongoose-3031.md: Mongoose's bug #3031, shown with the recorded runs and expectations that come with sockatlas. @throws PolicyError */
export function storyPage(): string {
  const runs = shippedRuns();
  const known = knownFrom(runs);
  const platforms = tracePlatforms(known);
  const loop = recvLoop(scenarios.find(({ id }) => id === SCENARIO) as Described) as RecvLoop;
  const traces = platforms.flatMap((platform) => platformTraces(known, platform, loop).traces);
  const traceOf = (id: TracePlatform['id']) => traces.find(({ platform }) => platform.id === id) as PlatformTrace;
  const linux = traceOf('linux');
  const windows = traceOf('windows');
  const matrix = closeMatrix(MONGOOSE, known, { platforms, loop });
  const [slow, quick, stuck] = [storyOf('7.16', linux, 'select'), storyOf('7.16', linux, 'epoll'), storyOf('7.16', windows, 'select')];
  const [before, mended, later] = (['7.12', '7.17', '7.22'] as const).map((version) => storyOf(version, windows, 'select'));
  const partial = storyOf('7.22', windows, 'select', 'builtin', 3);

  return `# Mongoose #3031: a TLS connection that never closes after a reset

<!-- Written by \`npm run docs\` from results/runs/, platforms/expected/ and classification/. -->

A client resets a TLS connection to a server that runs Mongoose 7.13 to 7.16 on Windows. The server never closes its side: the connection stays open, and
\`recv\` fails in every poll of the event loop ([cesanta/mongoose#3031](https://github.com/cesanta/mongoose/issues/3031)). On Linux the same releases close it, at
most one poll late. Mongoose 7.12 and 7.17 close it on both systems.

This page shows why. It puts three things together: what \`recv\` returns on each system (recorded, or documented), the class that Mongoose gives to each
return value, and what its event loop does with that class. This command prints the same:

\`\`\`sh
sockatlas close mongoose@7.16 --tls openssl --scenario tcp/reset/idle
\`\`\`

\`sockatlas close mongoose\` prints every version. With \`--live\` the loop runs on real sockets of your machine. The TLS layer is then replaced by
one that never has a record to read.

## What recv, poll and select return

The peer has sent an RST, and nothing else (scenario \`${SCENARIO}\`). The table shows what \`recv\` returns, call after call. It also shows what poll and select report
before and after \`recv\` has reported the reset. … means that every later call returns the same. In select's three letters, r is readable, w is writable and x is the
exceptional set.

${markdownTable(['platform', 'evidence', 'recv', 'poll', 'select'], traces.map(traceRow)).join('\n')}

${noteOnEvidence(runs, traces)}

## What Mongoose 7.16 does

${markdownStories([slow, quick], { heading: '###' })}
${markdownStories([stuck], { heading: '###' })}
## Why it closes late on Linux, and never on Windows

Mongoose classifies the failed recv as \`MG_IO_RESET\` on both systems, and this is correct. But in these releases the code that reads the class closes a TLS connection
only for \`MG_IO_ERR\`. For every other class it uses the result of the TLS layer instead. The TLS layer has no new bytes, so its result is \`MG_IO_WAIT\`.

- Linux reports a reset once. The next recv returns ${answerWord(linux, 1)}, which is \`MG_IO_ERR\`: the loop **${outcomeWord(slow.outcome)}**, one poll too late.
- Windows reports the reset in every call, and recv never returns anything else: the loop **${outcomeWord(stuck.outcome)}**. The log in #3031 was taken on Windows. In it,
  recv fails with 10054 in one poll after another.
- Most programs on Linux do not lose this one poll. By default, builds for Linux use epoll, which reports the reset as EPOLLERR. Since 7.8 EPOLLERR closes the connection before
  recv is called (**${outcomeWord(quick.outcome)}**). By default, builds for Windows use select, which reports a reset as readable and not in the exceptional set.

${others(traces, [linux, windows])}A write does not close the connection either. From 7.13 on, OpenSSL reads and writes through functions of Mongoose. These set the flag for "try again" on
\`MG_IO_WAIT\` and never clear it. A later send that fails is therefore treated as "try again" (src/tls_openssl.c, mg_bio_write). The log in #3031 shows both.

"Never closes" is a proof, not the result of a long wait. The next step of the loop depends only on the state of the loop, the position in the trace and the readiness. In a
later poll all three are the same as in an earlier poll. So the loop repeats forever, as long as recv keeps returning the last return value of the trace.

## Which versions

${markdownMatrix(matrix)}
${text(matrixNotes(matrix))}

Without TLS, every class except \`MG_IO_WAIT\` closes the connection, in every release. Until 7.12 the TLS library reads from the socket itself, and returns an error when this
fails. From 7.13 on the loop reads into a buffer, and the TLS layer reads from that buffer. This change
([144c2f44](https://github.com/cesanta/mongoose/commit/144c2f44)) did not introduce the bug. Commit [d8fec13d](https://github.com/cesanta/mongoose/commit/d8fec13d) did: its purpose
was to deliver the last data of a connection ([#2570](https://github.com/cesanta/mongoose/issues/2570)), and it tests only for \`MG_IO_ERR\`. This test was rewritten in 7.15 and again in
7.16, both times without \`MG_IO_RESET\`. [#2887](https://github.com/cesanta/mongoose/issues/2887) reported the same bug in 7.15, five months before #3031.

## What the fix changed

${endings([
  ['7.12', before as Story],
  ['7.16', stuck],
  ['7.17', mended as Story],
  ['7.22', later as Story],
])}

[d59f84fb](https://github.com/cesanta/mongoose/commit/d59f84fb) ([PR #3042](https://github.com/cesanta/mongoose/pull/3042), in 7.17) tests for \`MG_IO_RESET\` as well as for
\`MG_IO_ERR\`. 7.22 removes \`MG_IO_RESET\`: a reset is \`MG_IO_ERR\`, the same as other failures ([PR #3556](https://github.com/cesanta/mongoose/pull/3556)).

One case is still open. With Mongoose's own TLS (\`builtin\`), an incomplete TLS record may be in the buffer when the reset arrives. 7.13 and 7.14 then wait for the rest of the
record. Since [a29a8ada](https://github.com/cesanta/mongoose/commit/a29a8ada), 7.22 does this again: on Windows, with 3 bytes in the buffer, 7.22 **${outcomeWord(partial.outcome)}**.

## What a check of the table alone shows

${tableSection(traces)}

So a check of the classification table could not have found this bug, on any system: 7.12, 7.16 and 7.17 would all pass. To find the bug, one must combine the trace and the
loop: what the second recv returns, and for which class the loop closes the connection. A check of the table finds another kind of bug: a reset that is classified as would-block.
`;
}

function storyOf(version: string, trace: PlatformTrace, io: Io, transport: Transport = 'openssl', bufferedTlsBytes = 0): Story {
  const { policy, table } = buildOf(MONGOOSE, version, transport);
  return play(policy as Policy, table(apiOf(trace.platform)), trace, { codes, io, bufferedTlsBytes });
}

function traceRow(trace: PlatformTrace): string[] {
  const tokens = trace.answers.map(({ token }, i) => (trace.repeats && i === trace.answers.length - 1 ? repeating(token) : token));
  const said = ({ poll, select }: PlatformTrace['readiness'], io: 'poll' | 'select') => {
    const found = io === 'poll' ? poll : select;
    if (found === undefined) return 'not known';
    const [first = '', second = ''] = [found.before, found.after].map((token) => code(token.replace(/^\w+:/, '')));
    return first === second ? first : `${first}, then ${second}`;
  };
  return [trace.platform.name, text(evidenceText(trace)), code(tokens.join(' ')), said(trace.readiness, 'poll'), said(trace.readiness, 'select')];
}

function noteOnEvidence(runs: readonly Recorded[], traces: readonly PlatformTrace[]): string {
  const notMeasured = [...new Set(traces.filter(({ evidence }) => evidence !== 'measured').map(({ platform }) => platform.name))].join(', ');
  return [
    ...(runs.length === 0 ? ['No run is recorded in results/runs/ yet. `sockatlas run --record`, then `npm run docs`, puts measured traces here.'] : []),
    ...(notMeasured === '' ? [] : [`Not measured here: ${notMeasured}. platforms/expected/ has the sources.`]),
  ].join(' ');
}

/** What the same loop does on the other platforms, as a paragraph. */
function others(traces: readonly PlatformTrace[], told: readonly PlatformTrace[]): string {
  const rest = traces
    .filter((trace) => !told.includes(trace))
    .map((trace) => `on ${trace.platform.name} it **${outcomeWord(storyOf('7.16', trace, 'select').outcome)}**`);
  return rest.length === 0 ? '' : `On the other platforms of the table above, with select: ${rest.join(', ')}.\n\n`;
}

/** The i-th answer of a trace, which may repeat its last. */
function answerWord({ answers }: PlatformTrace, i: number): string {
  const { ret, token } = (answers[i] ?? answers.at(-1)) as RecvAnswer;
  return ret === 0 ? '0, the end of the stream' : code(token);
}

function endings(rows: readonly (readonly [string, Story])[]): string {
  const stories = rows.map(([version, { polls, outcome }]) => {
    const { answer, why } = polls.at(-1) as Story['polls'][number];
    const of = answer?.class === undefined ? 'none: the TLS library reads from the socket' : code(answer.class);
    return [version, of, text(why), `**${outcomeWord(outcome)}**`];
  });
  return markdownTable(['with OpenSSL on Windows', 'class of the last recv', 'the loop', 'result'], stories).join('\n');
}

function tableSection(traces: readonly PlatformTrace[]): string {
  const rows = traces.flatMap((trace) => {
    const table = buildOf(MONGOOSE, '7.16', 'openssl').table(apiOf(trace.platform));
    const classify = classified(codes, table, trace.platform.id);
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
    ...markdownTable(
      ['platform', 'recv returns', 'its meaning on this platform', 'class in 7.16', 'meaning of the class'],
      rows.map(({ cells }) => cells),
    ),
    '',
    wrong === 0
      ? 'The table is correct on all of these platforms: no return value that ends a connection is classified as would-block.'
      : `The table gives a wrong class to ${wrong} of these return values.`,
    oneTable
      ? '7.12, 7.16 and 7.17 share this table: their rows for recv are the same, on POSIX and on Winsock.'
      : '7.12, 7.16 and 7.17 differ in their rows for recv.',
  ].join('\n');
}
