import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSteps, StepsError } from '../../language/parse-steps.ts';
import { printSteps, stepByStep } from '../../language/steps.ts';

function problemOf(text: string): string {
  try {
    return `no problem: ${printSteps(parseSteps(text))}`;
  } catch (error) {
    expect(error).toBeInstanceOf(StepsError);
    return (error as StepsError).message;
  }
}

test.each([
  ['P send 10; P reset; S recv ×3', 'P send 10; P reset; S recv ×3'],
  ['P reset;S recv*5', 'P reset; S recv ×5'],
  ['P reset ; S recv x5 # as ever\n', 'P reset; S recv ×5'],
  ['tcp: S recv', 'S recv'],
  ['tcp6: S recv 4096', 'tcp6: S recv'],
  ['# a comment\nudp:\n(S connect)\nS send 4~\n\n\nS recv 64 ×2', 'udp: (S connect); S send 4~; S recv 64 ×2'],
  ['S peek', 'S peek'],
  ['S recv 16 MSG_PEEK', 'S peek 16'],
  ['S recv 16 MSG_OOB MSG_WAITALL MSG_OOB', 'S recv 16 MSG_WAITALL MSG_OOB'],
  ['S recv 10 NULL', 'S recv 10 NULL'],
  ['(S socket); (S blocking); S connect refused; S so_error', '(S socket); (S blocking); S connect refused; S so_error'],
  ['(S listen); P connect; P reset; S accept; S recv 64 x 3', '(S listen); P connect; P reset; S accept; S recv 64 ×3'],
  ['(S send 10 ×2) ; P close~; S poll;S select;S so_error;S readable', '(S send 10 ×2); P close~; S poll; S select; S so_error; S readable'],
  ['(S blocking); S recv &; P kill; (S rcvtimeo 100); S fill', '(S blocking); S recv &; P kill; (S rcvtimeo 100); S fill'],
  ['P shutdown write; P recv recorded; S shutdown both; S getpeername; S getsockname; S close', undefined],
])('%j', (text, written) => {
  const sequence = parseSteps(text);
  expect(printSteps(sequence)).toBe(written ?? text);
  expect(parseSteps(printSteps(sequence))).toEqual(sequence);
});

test('a step with a count is made so often', () => {
  expect(stepByStep(parseSteps('P reset; S recv ×3')).map(({ actor, verb, count }) => `${actor} ${verb} ${count}`)).toEqual([
    'P reset 1',
    ...Array(3).fill('S recv 1'),
  ]);
});

describe('what is no sequence is refused with its place', () => {
  test.each([
    ['', 'line 1, column 1: nothing is recorded: a sequence needs a call of S, such as "S recv"'],
    ['P reset', 'line 1, column 8: nothing is recorded: a sequence needs a call of S, such as "S recv"'],
    ['P rest; S recv', 'line 1, column 3: expected a verb of P: send, recv, shutdown, close, reset, kill, connect; got "rest"'],
    ['X recv', 'line 1, column 1: expected an actor: S, P; got "X"'],
    ['(P reset); S recv', 'line 1, column 2: expected an actor: S; got "P"'],
    ['S recv\nS recv 4 5', 'line 2, column 10: expected ";", a new line or the end; got "5"'],
    ['S send', 'line 1, column 7: expected a number of bytes, 0 to 1048576; got the end'],
    ['S send 1048577', 'line 1, column 8: expected a number of bytes, 0 to 1048576; got "1048577"'],
    ['S recv ×0', 'line 1, column 9: expected how often, 1 to 1000; got "0"'],
    ['S recv ×999; S recv ×2', 'line 1, column 14: a sequence has at most 1000 steps'],
    ['(S recv', 'line 1, column 8: expected ")"; got the end'],
    ['S blocking; S recv', 'line 1, column 3: "S blocking" prepares S, and stands in brackets: (S blocking)'],
    ['S recv; (S socket)', 'line 1, column 12: (S socket) is the first step, or none'],
    ['P close; P send 1; S recv', 'line 1, column 12: P send: P is gone since its close'],
    ['P connect; S recv', 'line 1, column 3: P connect: only to an S that listens, (S listen)'],
    ['(S socket); P send 1; S recv', 'line 1, column 15: P send: P is not connected yet'],
    ['unix: P reset; S recv', 'line 1, column 9: P of unix: choose one of send, recv, shutdown, close, kill, connect'],
    ['sctp: S recv', 'line 1, column 1: expected a transport: tcp, tcp6, unix, udp, udp6; got "sctp"'],
    ['S recv 0x10', 'line 1, column 8: "0x10" is in no step'],
    ['S recv 💥', 'line 1, column 8: "💥" is in no step'],
    ['S recv\u0007', 'line 1, column 7: "\\u0007" is in no step'],
    [`S recv${' '.repeat(20_000)}`, 'line 1, column 20001: a sequence has at most 20000 characters'],
  ])('%j', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

test('no text crashes the parser: it is a sequence, which is written back, or a problem with its place', () => {
  const word = fc.constantFrom(
    'S',
    'P',
    'recv',
    'send',
    'reset',
    'close',
    'accept',
    'listen',
    'socket',
    '(',
    ')',
    ';',
    '\n',
    '~',
    '×',
    'x3',
    '10',
    '#',
    ':',
    'udp',
    '&',
    'NULL',
    ' ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(word, fc.string()), { maxLength: 20 }).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (written) => {
      if (/^line \d+, column \d+: /.test(problemOf(written))) return;
      expect(printSteps(parseSteps(printSteps(parseSteps(written))))).toBe(printSteps(parseSteps(written)));
    }),
    { numRuns: 10_000 },
  );
});
