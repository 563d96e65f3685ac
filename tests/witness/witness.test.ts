import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentCommand } from '../../cli/agent-command.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { printSteps, type Sequence } from '../../language/steps.ts';
import { newestTraces, shippedRuns } from '../../results/recorded.ts';
import { localContext } from '../../runner/agent.ts';
import { performing } from '../../runner/perform-steps.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { Haste, Trial } from '../../runner/trial.ts';
import { SCENARIOS, UNIX_SCENARIOS } from './sequences.ts';
import { compiledWitness, WITNESS_FLAGS, WITNESS_SOURCE, witnessed, witnessLines } from './witness.ts';

/** The environment variable asks for more. */
const SEQUENCES_COMPARED = Number(process.env.SEQUENCES ?? 2000);

const missing = process.platform === 'linux' ? compiledWitness().reason : 'needs Linux';
const here = missing === undefined ? '' : ` [${missing}]`;

/** Scenarios whose peer is killed. */
const KILLED = {
  'tcp/reset/peer-killed': 'P kill; S recv ×3',
  'tcp/reset/peer-killed-with-unread': '(S send 10); P kill; S recv ×3',
};
const RECORDED = { ...SCENARIOS, ...UNIX_SCENARIOS };
const runs = shippedRuns();

/** What the newest recorded run of Linux has of a scenario. */
function recorded(id: string): readonly string[] | undefined {
  const scenario = newestTraces(runs, id).find(({ recorded: { run } }) => run.header.platform.id === 'linux')?.scenario;
  return scenario?.traces[0]?.trace;
}

/** Of no scenario: measured on Linux 6.18 with Python's socket module. */
const MEASURED: Readonly<Record<string, string>> = {
  'P send 5; P reset; S readable; S getpeername; S getsockname; S shutdown both; S recv': 'readable:5 ENOTCONN ok ENOTCONN data:5',
  'P close; S send 8; S so_error ×2; S poll': 'sent:8 so_error:EPIPE so_error:0 poll:IN|OUT|HUP',
  '(S shutdown both); P send 5; S recv ×2; S poll': 'ECONNRESET eof poll:IN|OUT|HUP',
  '(S shutdown write); P shutdown write; S getpeername; S recv; S readable': 'ENOTCONN eof readable:0',
  'P shutdown both; S send 8; S recv; S send 8': 'sent:8 eof EPIPE',
  'S poll; S select; S so_error; S readable': 'poll:OUT select:-w- so_error:0 readable:0',
  'P send 3 ×3; S peek 4; S recv 16 MSG_WAITALL; S recv': 'data:4 data:9 EAGAIN',
  '(S socket); S connect; S connect; P send 3; S recv; S connect': 'EINPROGRESS ok data:3 EISCONN',
  '(S socket); (S connect); P close~; S getsockname': 'ok',
  '(S listen); P connect; P send 3; P close; S accept; S recv ×2': 'ok data:3 eof',
  '(S listen); P connect; S close; S recv; S send 1; S close': 'ok EBADF EBADF EBADF',
  'S close; S close': 'ok EBADF',
  'S close; S poll; S select; S readable; S shutdown read': 'ok poll:NVAL EBADF EBADF EBADF',
  '(S blocking); S recv; S recv': 'blocked',
  'S recv; (S send 100000); P recv recorded; P recv recorded; (S shutdown write); P recv recorded': 'EAGAIN data:100000 EAGAIN eof',
  'P recv recorded; (S close); P recv recorded': 'EAGAIN eof',
  'P send 5; (S close); P recv recorded; P recv recorded': 'ECONNRESET eof',
  'P send 5; S send 3; (S close); P recv recorded; P recv recorded': 'sent:3 data:3 eof',
  'unix: (S socket); S connect; S send 5; P recv recorded; S connect': 'ok sent:5 data:5 EISCONN',
  'udp: S send 100; S send 0; P recv recorded; S getpeername; S send 65508': 'sent:100 sent:0 data:100 ENOTCONN EMSGSIZE',
  'udp6: (S connect); S getpeername; P send 7; P close; S recv; S send 1; S so_error': 'ok data:7 sent:1 so_error:ECONNREFUSED',
};

const SEQUENCES = [...Object.values(RECORDED), ...Object.keys(MEASURED)];
const TRACES = [...Object.keys(RECORDED).map((id) => recorded(id)?.join(' ')), ...Object.values(MEASURED)];

test(`compiles without a warning${here}`, ({ skip }) => {
  if (missing !== undefined) return skip(missing);
  expect(spawnSync('cc', [...WITNESS_FLAGS, '-Werror', '-fsyntax-only', WITNESS_SOURCE], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('every sequence is written as sequences are', () => {
  expect(SEQUENCES.map((text) => printSteps(parseSteps(text)))).toEqual(SEQUENCES);
});

describe.each([
  ['one after the other', {}],
  ['many at a time', { lanes: 20 }],
  ['P in a process of its own', { peerProcess: true }],
  ['both', { lanes: 10, peerProcess: true }],
])(`gives what Linux is known to give: %s${here}`, (_, options) => {
  test('every trace', ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    const traces = witnessed(SEQUENCES, { ...options, timeout: 300 });
    expect(SEQUENCES.map((text, i) => `${text}: ${traces[i]?.join(' ')}`)).toEqual(SEQUENCES.map((text, i) => `${text}: ${TRACES[i]}`));
  });
});

/** What the two programs answer at different times of a thread, or say of an unnamed peer, is no difference of the calls. */
function isComparable({ transport, steps }: Sequence): boolean {
  return !steps.some(({ verb, ...step }) => verb === 'blocking' || (transport === 'unix' && verb === 'connect' && !('recorded' in step && !step.recorded)));
}

test(`the same calls through koffi have the same answers: it adds nothing, and hides nothing${here}`, async ({ skip }) => {
  if (missing !== undefined) return skip(missing);
  const random = fc.sample(randomSteps(['tcp', 'tcp6', 'unix', 'udp']), { seed: 1, numRuns: SEQUENCES_COMPARED }).filter(isComparable);
  const { context } = await localContext(agentCommand('peer'), 5000);
  const haste = new Haste(context.sockets);
  const traces: string[] = [];
  for (const sequence of random) {
    const trial = new Trial({ ...context, haste, asksFor: [] });
    await performing(sequence)(trial);
    traces.push(`${printSteps(sequence)}: ${trial.observations.map(({ token }) => token).join(' ')}`);
    await trial.end();
  }
  haste.end();
  const witnesses = witnessed(random.map(printSteps), { lanes: 20 });
  expect(random.map((sequence, i) => `${printSteps(sequence)}: ${witnesses[i]?.join(' ')}`)).toEqual(traces);
});

test(`a peer's process is killed, and the next sequence has another${here}`, ({ skip }) => {
  if (missing !== undefined) return skip(missing);
  const ids = Object.entries({ ...KILLED, 'tcp/fin/idle': SCENARIOS['tcp/fin/idle'] as string });
  const texts = ids.map(([, text]) => text);
  expect(witnessed(texts, { peerProcess: true })).toEqual(ids.map(([id]) => recorded(id)));
});

test(`two runs say the same${here}`, ({ skip }) => {
  if (missing !== undefined) return skip(missing);
  const many = Array.from({ length: 20 }, () => SEQUENCES.filter((text) => !text.includes('blocking'))).flat();
  const once = witnessLines(many);
  expect(witnessLines(many, { lanes: 30 })).toEqual(once);
});

describe(`a line that is no sequence says so, and the next ones are performed${here}`, () => {
  const BAD: readonly (readonly [string, string])[] = [
    ['', 'column 1: expected an actor'],
    ['P reset', 'column 8: nothing is recorded'],
    ['S rec', 'column 3: expected a verb of S'],
    ['S recv ', 'column 7: expected "; " or the end'],
    ['S recv;P reset', 'column 7: expected "; " or the end'],
    ['S recv *5', 'column 7: expected "; " or the end'],
    ['S recv ×1', 'column 9: expected a number, 2 to 1000'],
    ['S recv ×05', 'column 9: expected a number, 2 to 1000'],
    ['S recv ×999; S recv ×2', 'column 14: a sequence has at most 1000 steps'],
    ['S recv 4096', 'column 8: 4096 is what is meant where none is written'],
    ['S recv 007', 'column 8: expected a number, 0 to 1048576'],
    ['S send 1048577', 'column 8: expected a number, 0 to 1048576'],
    ['S send 99999999999999999999', 'column 8: expected a number, 0 to 1048576'],
    ['S send', 'column 7: expected a number of bytes'],
    ['S recv MSG_PEEK', 'column 7: expected "; " or the end'],
    ['S recv MSG_OOB MSG_WAITALL', 'column 15: expected "; " or the end'],
    ['S recv MSG_OOBS', 'column 7: expected "; " or the end'],
    ['S shutdown', 'column 11: expected a direction: read, write, both'],
    ['(S recv; S recv', 'column 8: expected ")"'],
    ['(P reset); S recv', 'column 2: expected an actor'],
    ['S blocking; S recv', 'column 3: this prepares S, and stands in brackets'],
    ['S close ×2', 'column 3: this is made once'],
    ['S accept ×2', 'column 3: this is made once'],
    ['P reset ×2; S recv', 'column 1: this is made once'],
    ['S recv; (S socket)', 'column 9: this is the first step, or none'],
    ['udp: (S socket); S recv', 'column 6: a UDP socket is bound, and neither accepted nor listens'],
    ['udp: P reset; S recv', 'column 6: no step of a peer of udp'],
    ['unix: P reset; S recv', 'column 7: no step of a peer of unix'],
    ['P close; P send 1; S recv', 'column 10: P is gone'],
    ['P connect; S recv', 'column 1: P connects only to an S that listens'],
    ['(S listen); P connect; P connect; S recv', 'column 24: P is connected already'],
    ['(S listen); S connect', 'column 13: nobody listens for its connect'],
    ['(S socket); P send 1; S recv', 'column 13: P is not connected yet'],
    ['tcp: S recv', 'column 1: expected an actor'],
    ['sctp: S recv', 'column 1: expected an actor'],
    ['S recv\r', 'column 3: expected a verb of S'],
  ];
  const UNABLE: readonly (readonly [string, string])[] = [
    ['P kill; S recv', 'column 1: P has no process of its own: --peer-process'],
    ['S recv &; P reset', 'column 8: the witness makes no call that waits while the next steps are made'],
    ['(S send 4 ×2); (S recv); S recv', 'step 2, in brackets: EAGAIN'],
    ['unix: S connect', 'S connect: P has no address'],
    [`${'S recv; '.repeat(2500)}S recv`, 'a sequence has at most 20000 characters'],
    [`S recv ${'4'.repeat(100_000)}`, 'a sequence has at most 20000 characters'],
  ];

  test('each line', ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    const all = [...BAD, ...UNABLE];
    const said = witnessLines(all.flatMap(([text]) => [text, 'P close; S recv']));
    expect(said).toEqual(all.flatMap(([, problem]) => [`error: ${problem}`, 'eof']));
  });

  test.each(BAD)('it is none for the language either, or is written otherwise: %j', (text) => {
    const written = () => printSteps(parseSteps(text));
    try {
      expect(written()).not.toBe(text);
    } catch (error) {
      expect((error as Error).name).toBe('StepsError');
    }
  });
});
