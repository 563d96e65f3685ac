import { terminalWidth, wrap } from '../report/text.ts';
import { tableLines } from '../report/text-table.ts';

const PATTERNS =
  'Scenario ids are transport/event/case (tcp/reset/idle); parameters follow as a query (tcp/reset/idle?family=inet6). A pattern is an id, a folder of ids ' +
  '(tcp/reset), an id without its last parameters ("tcp/reset/pair?end=close"), a glob ("tcp/*/idle", "**/select"), or @FILE: one pattern per line, # starts a comment.';

const START = [
  ['sockatlas', 'run everything on this machine, and show where Windows differs'],
  ['sockatlas diff linux windows', 'every difference, with the kind of evidence'],
  ['sockatlas run tcp/reset/unread-data', 'one scenario: each call, its return value, its code'],
  ['sockatlas show tcp/reset/unread-data', 'its steps, what each platform is expected to return, the sources'],
  ['sockatlas try "P reset; S recv x2"', 'steps of your own, performed here, beside what models say of Windows'],
  ["sockatlas predict 'P reset; S recv ×3'", 'what would these steps give, on each platform?'],
  ['sockatlas explain 10054', 'an error code, and the scenarios that report it'],
  ['sockatlas check ./mine.json', 'is your classification table right?'],
  ['sockatlas close mongoose', 'which versions of Mongoose close after a reset?'],
];

const VERDICTS = [
  ['match', 'the trace is as expected'],
  ['known-deviation', 'this platform differs from Windows; the difference is known, and its reason is shown'],
  ['known-race', 'the trials differ, as the expectation says; every trace is shown with its count'],
  ['known-hang', 'a call does not return, as the expectation says'],
  ['deviation', 'the trace is not as expected'],
  ['unstable', 'the trials differ; every trace is shown with its count'],
  ['unjudged', 'there is no expectation, or it is only inferred: the trace is recorded, not judged'],
  ['unsupported', 'the platform lacks what the scenario needs; the reason is shown'],
  ['blocked', 'a call did not return within --timeout'],
  ['crashed', 'the agent process died, or the trial could not be completed'],
];

const EXIT_CODES = [
  ['0', 'everything is as expected'],
  ['1', 'a deviation, an unstable, blocked or crashed scenario, or a wrong class'],
  ['2', 'the command line or a file is wrong'],
  ['3', 'a problem of the environment, or a fault of sockatlas: something could not be run or written'],
  ['130', 'interrupted'],
];

/** What stands below the commands in `sockatlas --help`, as wide as the terminal. */
export function manual(): string {
  const width = terminalWidth();
  const section = (title: string, rows: string[][]) => ['', title, ...(tableLines(rows, { width, paint: (_, text) => text, indent: '  ' }) ?? [])];
  return ['', ...wrap(PATTERNS, width), ...section('Start here', START), ...section('Verdicts', VERDICTS), ...section('Exit codes', EXIT_CODES)].join('\n');
}

/** Examples below a command's own help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
