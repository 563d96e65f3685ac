#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../platforms/package-root.ts';
import { LANE_NAMES } from '../platforms/wine/lanes.ts';
import { RunFileError } from '../results/read.ts';
import { WriteFailed } from '../results/write.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { parseCount, parseFormat, say } from './output.ts';
import { HERE } from './places.ts';

const MANUAL = `
Ids are transport/event/case (tcp/reset/idle), parameters a query (tcp/reset/idle?family=inet6).
Patterns choose among them: an id, a folder (tcp/reset), a glob ("tcp/*/idle", "**/select"),
or @FILE with one pattern a line and # for comments.

Examples
  sockatlas                                  run everything here and judge it
  sockatlas run tcp/reset --trials 100       one event, a hundred times
  sockatlas run --out run.jsonl              the report on stdout, the raw run in a file
  sockatlas run --format jsonl | jq .        the raw run, line by line
  sockatlas show tcp/reset/idle              steps, expectations with sources, the newest trace
  sockatlas explain 10054                    what WSAECONNRESET means, and where it was seen
  sockatlas run --on linux,wine              three platforms side by side, after: sockatlas setup wine
  sockatlas check mongoose@7.16              is the table right about every platform?
  sockatlas check ./mine.json --format sarif is yours?
  sockatlas close mongoose@7.16 --tls openssl  does the connection close, and after how many polls?

Verdicts
  match            the trace is the expected one
  known-deviation  it is not the documented one, and the expectation says why
  deviation        it is not the expected one
  unstable         trials differ; all traces are shown with their counts
  recorded         nothing is expected: recorded, not judged
  unsupported      the platform lacks what it needs; the reason says what
  blocked          a call did not return before the watchdog ended it
  crashed          the agent died, or the trial could not be carried through

Exit codes
  0  conforms      1  deviation, unstable, blocked, crashed, or a misclassification
  2  usage         3  environment (nothing could be run or written)      130  interrupted`;

function program(done: (code: number) => void): Command {
  const command = new Command('sockatlas')
    .description('What socket calls really return when the peer goes away: recorded with raw calls, judged by expectations and classification tables.')
    .version(packageVersion)
    .addHelpText('after', MANUAL)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'sockatlas: ')) });

  command
    .command('run', { isDefault: true })
    .description('run scenarios on this platform, judge and print what it does')
    .argument('[pattern...]', 'which scenarios; all where none is given')
    .option('--skip <pattern...>', 'leave these out', [])
    .option('--on <platforms>', `where, with commas between: ${[HERE, ...LANE_NAMES].join(', ')}`, (value) => value.split(','), [HERE])
    .option('--peer <platform>', 'where the other ends live, if not beside the sockets under test')
    .option('--trials <n>', 'how often each is run', parseCount('--trials', 1, 100_000_000), 5)
    .option('--timeout <ms>', 'after how long a call counts as blocked', parseCount('--timeout', 100, 3_600_000), 5000)
    .option('--jobs <n>', 'how many agents work side by side', parseCount('--jobs', 1, 64))
    .option('--format <format>', 'pretty, json, jsonl or markdown', parseFormat)
    .option('--out <file>', 'write it there, in --format or as the name says (.jsonl, .json, .md), and the report on stdout')
    .option('--record', "write the run into the repository's results/runs/")
    .option('-v, --verbose', 'each call with its arguments, return and code')
    .action(async (patterns, options) => done(await (await import('./run.ts')).run(patterns, options)));
  command
    .command('report')
    .description('read run files, from here or elsewhere, and print them side by side')
    .argument('<run...>', 'run files (JSON Lines)')
    .option('--format <format>', 'pretty, json, jsonl or markdown', 'pretty')
    .option('-v, --verbose', 'each run by itself, each call with its arguments, return and code')
    .action(async (files, options) => done(await (await import('./report.ts')).report(files, options)));
  command
    .command('check')
    .description('Is a classification table right about what every platform returns?')
    .argument('[table...]', 'mongoose@7.16, ./mine.json, ./mine.ts (exports classify), or ./libmine.so:classify')
    .option('--table <table...>', 'more tables')
    .option('--classes <list>', 'what the numbers of a shared library mean: 1=data,0=end,-1=other,-2=would-block,-3=reset')
    .option('--api <list>', 'whose codes a shared library knows: posix, winsock (default: of the system that it was built for)')
    .option('--calls <list>', 'which calls a shared library is for: recv, send, accept, connect (default: recv,send)')
    .option('--on <platform...>', 'check only against these platforms: linux, windows, wine, wine-10.0 …')
    .option('--local', 'also against the runs kept on this machine')
    .option('--format <format>', 'pretty, json, sarif, junit or markdown', 'pretty')
    .option('--level <level>', 'lowest level that makes the exit code 1: note, warning or error', 'warning')
    .option('--out <file>', 'write the report there; stdout gets the text report')
    .addHelpText(
      'after',
      `
Examples
  sockatlas check mongoose@7.16 --on windows
  sockatlas check ./mine.json --format sarif --out mine.sarif`,
    )
    .action(async (tables, options) => {
      const { check, parseFindingFormat, parseLevel } = await import('./check.ts');
      done(await check(tables, { ...options, format: parseFindingFormat(options.format), level: parseLevel(options.level) }));
    });
  const created = command.command('new').description('How does a file of one’s own begin? Writes a commented skeleton.');
  created
    .command('table')
    .description('How is a classification table written? Writes a skeleton that sockatlas check accepts.')
    .argument('<file>', '.json, .js, .mjs, .ts, .mts or .c')
    .option('--api <api>', 'whose codes a .json table names: posix or winsock (default: posix)')
    .addHelpText(
      'after',
      `
Examples
  sockatlas new table mine.json --api winsock
  sockatlas new table mine.c`,
    )
    .action(async (file, options) => done(await (await import('./new.ts')).newTable(file, options)));
  command
    .command('close')
    .description('does the connection close? mongoose@7.16: the story, poll by poll; mongoose: the matrix of all versions')
    .argument('[what]', 'mongoose or mongoose@<version>; with --policy whose table gives the classes, or nothing', '')
    .option('--tls <library>', 'openssl, mbedtls or builtin')
    .option('--io <method>', 'select, poll or epoll; all that there are where not given')
    .option('--platform <name>', 'linux, windows, linux-6.18, wine-10.0 …; all where not given; with --live where to run')
    .option('--scenario <id>', 'the recv scenario to play over (tcp/reset/idle)')
    .option('--buffered <bytes>', 'bytes of an incomplete TLS record that wait when the reset comes')
    .option('--policy <file>', 'a module that exports policy: your own')
    .option('--live', 'on real sockets, with real resets')
    .option('--format <format>', 'pretty, json or markdown', 'pretty')
    .action(async (what, options) => done(await (await import('./close.ts')).close(what, options)));
  command
    .command('list')
    .description('the ids, one a line')
    .argument('[pattern...]')
    .option('--skip <pattern...>', 'leave these out', [])
    .option('--format <format>', 'pretty or json', 'pretty')
    .action(async (patterns, options) => done(await (await import('./list.ts')).list(patterns, options)));
  command
    .command('show')
    .description('a scenario: its steps, why it matters, what is expected and by which source, the newest recorded trace')
    .argument('<id>')
    .action(async (id) => done(await (await import('./show.ts')).show(id)));
  command
    .command('explain')
    .description('an error code by name or number: 10054, ECONNRESET, 0xC000020D')
    .argument('<code>')
    .action(async (code) => done(await (await import('./explain.ts')).explain(code)));
  command
    .command('setup')
    .description('add what agents on other platforms need: the Windows node by npm, Wine from Debian, in your cache folder; no root')
    .argument('<what...>', LANE_NAMES.join(', '))
    .action(async (what) => done(await (await import('./setup.ts')).setup(what)));
  command
    .command('doctor')
    .description('what this machine has, which agents start here, and the one command that adds a missing one')
    .action(async () => done(await (await import('./doctor.ts')).doctor()));
  for (const sub of [...command.commands, ...created.commands]) sub.exitOverride().configureOutput(command.configureOutput());
  return command;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.conforms : EXIT.usage;
  if (error instanceof UsageError || error instanceof RunFileError) {
    say(`sockatlas: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof EnvironmentError || error instanceof WriteFailed) {
    say(`sockatlas: ${error.message}`);
    return EXIT.environment;
  }
  throw error;
}

// A reader that has gone (`| head`) ends the output, not the run.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

let exitCode: number = EXIT.conforms;
try {
  await program((code) => {
    exitCode = code;
  }).parseAsync();
} catch (error) {
  exitCode = exitCodeOf(error);
}
process.exitCode = exitCode;
