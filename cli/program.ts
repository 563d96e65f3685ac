import { Command, CommanderError, Option } from 'commander';
import { IO_METHODS, TRANSPORTS as TRANSPORTS_OF_POLICIES } from '../classification/policies/policy.ts';
import { LEVELS } from '../classification/rules/rule.ts';
import { TRANSPORTS } from '../language/steps.ts';
import { JsonFileError, NoCacheFolder, RunFileError } from '../platforms/file-errors.ts';
import { nearest } from '../platforms/nearest.ts';
import { packageVersion } from '../platforms/package-root.ts';
import { printable } from '../platforms/printable.ts';
import { LANE_NAMES, LANES } from '../provisioning/lanes.ts';
import { FINDING_FORMATS, FORMATS } from '../report/format-names.ts';
import { terminalWidth } from '../report/text.ts';
import { WriteFailed } from '../results/write.ts';
import { SHELLS, type Shell } from './completion-scripts/shells.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { examples, manual } from './manual.ts';
import { offering, parseChoice, parseCount, parseShard, say } from './output.ts';
import { HERE } from './targets.ts';

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

const CLASSES = 'show the classes that a table gives, call by call: mongoose@7.16, ./mine.json (may be repeated)';
const LOCAL = 'also look at the runs kept on this machine: in your cache folder, or where the variable SOCKATLAS_RUNS says';

const READ_EXPECTATIONS: ReadonlySet<string> = new Set(['run', 'report', 'expect', 'diff', 'check', 'close', 'coverage', 'show', 'explain', 'site']);

const TLS_LIBRARIES = TRANSPORTS_OF_POLICIES.filter((name) => name !== 'plain');

const runFormat = parseChoice('--format', FORMATS);
const textFormat = parseChoice('--format', ['pretty', 'json', 'markdown']);
const linesFormat = parseChoice('--format', ['pretty', 'json', 'jsonl']);
const pageFormat = parseChoice('--format', ['pretty', 'json']);

function listOf(names: readonly string[]): (value: string) => string[] {
  return offering(names, (value: string) => value.split(','), true);
}

/** One word that is checked later. */
function oneOf(names: readonly string[]): (value: string) => string {
  return offering(names, (value: string) => value);
}

const ON = [HERE, ...LANE_NAMES];
const MODELLED = ['linux', 'windows', ...LANES.map(({ name }) => name)];

function program(done: (code: number) => void): Command {
  const command = new Command('sockatlas')
    .description('What do socket calls return when the peer goes away? Measured here with raw calls, compared with other systems.')
    .version(packageVersion)
    .addHelpText('after', manual)
    .showSuggestionAfterError()
    .exitOverride()
    // A description of 80 columns' rest is narrower than commander's 40.
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({ getOutHelpWidth: terminalWidth, outputError: (text, write) => write(printable(text.replace(/^error: /, 'sockatlas: '))) });

  command
    .command('run', { isDefault: true })
    .description('What does this system do? Runs scenarios, and shows where Windows (on Windows: Linux) differs.')
    .argument('[pattern...]', 'which scenarios (all where none is given), or files of your own: ./mine.steps, ./mine.mjs')
    .option('--skip <pattern...>', 'leave these out', [])
    .option('--shard <part>', '1/4: the first quarter of the scenarios; sockatlas merge puts the parts together', parseShard)
    .option('--on <platforms>', `platforms to run on, separated by commas: ${ON.join(', ')}`, listOf(ON), [HERE])
    .option('--peer <platform>', 'platform of the peer sockets (default: the same)', oneOf(ON))
    .option('--trials <n>', 'how often each scenario is run', parseCount('--trials', 1, 100_000_000), 5)
    .option('--timeout <ms>', 'after how long a call counts as blocked', parseCount('--timeout', 100, 3_600_000), 5000)
    .option('--jobs <n>', 'how many agent processes run side by side', parseCount('--jobs', 1, 64))
    .option('--format <format>', FORMATS.join(', '), runFormat)
    .option('--out <file>', 'write the run there, by its ending: .jsonl, .json, .md, .xml (JUnit), .svg (a badge), .txt; stdout gets the text report')
    .option('--classes <table>', CLASSES, collect, [])
    .option('--record', "write the run into the repository's results/runs/")
    .option('-v, --verbose', 'every scenario, with each call')
    .addHelpText('after', examples('sockatlas run tcp/reset --trials 1000', 'sockatlas run --on linux,wine --out runs.jsonl'))
    .action(async (patterns, options) => done(await (await import('./run.ts')).run(patterns, options)));
  command
    .command('predict')
    .description('What would these steps give on each platform? Asks the models of Linux, Windows and Wine; runs nothing.')
    .argument('<steps...>', "sequences, each in quotes: 'P send 10; P reset; S recv ×3'; @FILE has one a line")
    .option('--on <platforms>', 'platforms, separated by commas: linux, windows, wine-8.0, wine-10.0 (default: all)', listOf(MODELLED))
    .option('--why', 'for each call its rule, with the sources and the kind of evidence')
    .option('--format <format>', 'pretty, json or jsonl', linesFormat, 'pretty')
    .addHelpText('after', examples("sockatlas predict 'P send 10; P reset; S recv ×3'", "sockatlas predict --on windows --why 'P close; S send 8; S recv ×2'"))
    .action(async (steps, options) => done(await (await import('./predict.ts')).predictions(steps, options)));
  command
    .command('report')
    .description('What do these run files say? Prints runs from here or elsewhere, side by side.')
    .argument('<run...>', 'run files (.jsonl, .json), folders of .jsonl files, or globs; - is stdin')
    .option('--format <format>', FORMATS.join(', '), runFormat, 'pretty')
    .option('--classes <table>', CLASSES, collect, [])
    .option('-v, --verbose', 'each run by itself, with each call')
    .addHelpText('after', examples('sockatlas report linux.jsonl windows.jsonl', 'cat *.jsonl | sockatlas report - --format markdown'))
    .action(async (files, options) => done(await (await import('./report.ts')).report(files, options)));
  command
    .command('merge')
    .description('What do the runs of many machines say together? Makes one atlas of run files.')
    .argument('<run...>', 'run files, folders of .jsonl files, or globs: artifacts/**/run-*.jsonl; - is stdin')
    .option('--format <format>', 'what stdout gets: pretty or json, the atlas itself', pageFormat, 'pretty')
    .option('--out <file>', 'write the atlas there: atlas.json')
    .addHelpText('after', examples('sockatlas merge artifacts --out atlas.json', 'sockatlas merge linux.jsonl windows.jsonl'))
    .action(async (words, options) => done(await (await import('./merge.ts')).merge(words, options)));
  command
    .command('site')
    .description('Where can people look at it? Writes the atlas as static pages, which open from disk, or serves them to this machine alone.')
    .argument('[run...]', 'run files, folders of .jsonl files, globs, or one atlas.json of sockatlas merge (default: the runs that come with sockatlas)')
    .option('--out <folder>', 'write the pages there: a new folder, an empty one, or one with pages of sockatlas, which are replaced')
    .option('--serve [port]', 'serve the pages at http://127.0.0.1, at any free port where none is given, until Ctrl-C')
    .addHelpText('after', examples('sockatlas site --out site', 'sockatlas site artifacts --serve 8080'))
    .action(async (words, options) => done(await (await import('./site.ts')).site(words, options)));
  command
    .command('expect')
    .description('Writes what a run measured into the expectations of its platform, for you to review. Needs a clone.')
    .argument('[pattern...]', 'which scenarios (all of the run where none is given)')
    .requiredOption('--from <run>', 'the run file; - is stdin')
    .option('--dry-run', 'say what would change, and write nothing')
    .addHelpText('after', examples('sockatlas expect --from windows.jsonl --dry-run', 'sockatlas expect --from windows.jsonl tcp/reset'))
    .action(async (patterns, options) => done(await (await import('./expect.ts')).expect(patterns, options)));
  command
    .command('diff')
    .description('What differs between two platforms, between two runs, or between a run and what is expected?')
    .argument('<side...>', 'one or two sides, then patterns. A side is a platform (linux, windows, wine-10.0), a run file, or: expected')
    .option('--format <format>', 'pretty, json or markdown', textFormat, 'pretty')
    .option(
      '--fail-on <what>',
      'changed: exit code 1 where anything differs, is new or is gone; never',
      parseChoice('--fail-on', ['changed', 'never']),
      'never',
    )
    .option('--local', LOCAL)
    .option('-v, --verbose', 'also show what is the same')
    .addHelpText('after', examples('sockatlas diff linux windows "tcp/reset/*"', 'sockatlas diff before.jsonl after.jsonl --fail-on changed'))
    .action(async (sides, options) => done(await (await import('./diff.ts')).compare(sides, options)));
  command
    .command('check')
    .description('Is a classification table right about what every platform returns?')
    .argument('[table...]', 'mongoose@7.16, ./mine.json, ./mine.ts (exports classify), or ./libmine.so:classify')
    .option('--table <table...>', 'more tables')
    .option('--meanings <list>', 'what the numbers of a shared library mean: 1=data,0=end,-1=other,-2=would-block,-3=reset')
    .option('--api <list>', 'whose codes a shared library knows: posix, winsock (default: of the system that it was built for)')
    .option('--calls <list>', 'which calls a shared library is for: recv, send, accept, connect (default: recv,send)')
    .option('--on <platforms>', 'check only against these platforms, separated by commas: linux, windows, wine, wine-10.0 …', listOf([...MODELLED, 'wine']))
    .option('--local', LOCAL)
    .option('--format <format>', 'pretty, json, sarif, junit or markdown', oneOf(FINDING_FORMATS))
    .option('--level <level>', 'lowest level that makes the exit code 1: note, warning or error', oneOf(LEVELS), 'warning')
    .option('--out <file>', 'write the report there, by its ending: .sarif, .json, .xml (JUnit), .md, .txt; stdout gets the text report')
    .addHelpText('after', examples('sockatlas check mongoose@7.16 --on windows', 'sockatlas check ./mine.json --format sarif --out mine.sarif'))
    .action(async (tables, options) => done(await (await import('./check.ts')).check(tables, options)));
  command
    .command('fuzz')
    .description('Is the model of a platform right? Compares it with the system on random sequences of steps.')
    .option('--on <platform>', `the platform to run on: ${ON.join(', ')}`, oneOf(ON), HERE)
    .option('--model <platform>', 'the model to compare (default: of the same platform)', oneOf(MODELLED))
    .option('--sequences <n>', 'how many sequences (default: 20000, or as many as --seconds allows)', parseCount('--sequences', 1, 1_000_000_000))
    .option('--seconds <s>', 'begin none after so many seconds', parseCount('--seconds', 1, 86_400))
    .option('--seed <n>', 'the same seed and number give the same sequences', parseCount('--seed', 0, 2_147_483_647))
    .option(
      '--transport <list>',
      'tcp, tcp6, unix, udp, udp6, separated by commas (default: tcp, unix and udp, as far as they are modelled)',
      listOf(TRANSPORTS),
    )
    .option('--jobs <n>', 'how many agent processes run side by side', parseCount('--jobs', 1, 64))
    .option('--timeout <ms>', 'after how long a call counts as blocked', parseCount('--timeout', 100, 3_600_000), 5000)
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .option('--out <file>', 'write the JSON there; stdout gets the text report')
    .option('-v, --verbose', 'which rule was followed by which')
    .addHelpText('after', examples('sockatlas fuzz --seconds 60', 'sockatlas fuzz --on wine-10.0 --sequences 20000 --seed 1'))
    .action(async (options) => done(await (await import('./fuzz.ts')).fuzz(options)));
  const created = command.command('new').description('How do I begin a table, a policy or a scenario of my own? Writes a commented skeleton.');
  created
    .command('table')
    .description('How is a classification table written? Writes a skeleton that sockatlas check accepts.')
    .argument('<file>', '.json, .js, .mjs, .ts, .mts or .c')
    .option('--api <api>', 'whose codes a .json table names: posix or winsock (default: posix)', oneOf(['posix', 'winsock']))
    .addHelpText('after', examples('sockatlas new table mine.json --api winsock', 'sockatlas new table mine.c'))
    .action(async (file, options) => done(await (await import('./new.ts')).newTable(file, options)));
  created
    .command('policy')
    .description('How is a close policy written? Writes a skeleton that closes on every platform.')
    .argument('<file>', '.js, .mjs, .ts or .mts')
    .addHelpText('after', examples('sockatlas new policy mine.mjs', 'sockatlas new policy mine.ts'))
    .action(async (file) => done(await (await import('./new.ts')).newPolicy(file)));
  created
    .command('scenario')
    .description('How is a scenario written? Writes a skeleton that sockatlas run accepts.')
    .argument('<file>', '.steps, or for functions .js, .mjs, .ts or .mts')
    .addHelpText('after', examples('sockatlas new scenario mine.steps', 'sockatlas new scenario mine.mjs'))
    .action(async (file) => done(await (await import('./new.ts')).newScenario(file)));
  command
    .command('close')
    .description('Does the connection close after a reset, and after how many polls?')
    .argument('[what]', 'mongoose: all versions; mongoose@<version>: that one; with --policy the version whose table gives the classes, or nothing', '')
    .option('--policy <file>', 'play your own policy: a module that exports it')
    .option('--on <platforms>', 'platforms, separated by commas: linux, windows, wine-10.0 (default: all)', listOf(MODELLED))
    .option('--scenario <id...>', 'play these scenarios (default: all that end in a loop of recv; for all versions tcp/reset/idle)')
    .option('--steps <sequence...>', 'play after these steps, as the models say: "P send 10; P reset" (docs/steps.md), or @FILE; --live: on real sockets')
    .option('--tls <library>', 'Mongoose built with this TLS: openssl, mbedtls or builtin (default: without TLS)', oneOf(TLS_LIBRARIES))
    .option('--io <method>', 'the loop asks for readiness with select, poll or epoll (default: each that the platform has)', oneOf(IO_METHODS))
    .option('--buffered <bytes>', 'so many bytes of an incomplete TLS record are buffered when the peer resets')
    .option('--live', 'run the loop on real sockets and real resets, instead of recorded and expected traces')
    .option('--local', LOCAL)
    .option('--format <format>', 'pretty, json or markdown', textFormat, 'pretty')
    .option('-v, --verbose', 'everything poll by poll, and every scenario that was not played')
    .addHelpText(
      'after',
      `
A policy decides by what recv returns whether to close. In each scenario it is
played over the last recvs in a row; the calls before them are not shown to it.

Examples
  sockatlas close mongoose@7.16 --tls openssl   one version, on every platform
  sockatlas close --policy ./mine.mjs           your policy, on every platform
  sockatlas close --policy ./mine.mjs --steps "P send 10; P reset"`,
    )
    .action(async (what, options) => done(await (await import('./close.ts')).close(what, options)));
  command
    .command('try')
    .description('What happens if …? Performs a sequence of steps, and shows what the models say of the other platforms.')
    .argument('<sequence...>', 'steps, "P send 10; P reset; S recv ×3" (docs/steps.md), or @FILE: a sequence per line, # starts a comment')
    .option('--on <platforms>', `platforms to perform on, separated by commas: ${ON.join(', ')}`, listOf(ON), [HERE])
    .option('--trials <n>', 'how often each sequence is performed', parseCount('--trials', 1, 100_000_000), 5)
    .option('--timeout <ms>', 'after how long a call counts as blocked', parseCount('--timeout', 100, 3_600_000), 5000)
    .option('--format <format>', 'pretty, json or jsonl', linesFormat, 'pretty')
    .addHelpText(
      'after',
      `
Exit code 1: an answer is not what the platform's own model predicts.
${examples('sockatlas try "P send 10; P reset; S recv x3"', 'sockatlas try @sequences.txt --on linux,wine-10.0 --format jsonl')}`,
    )
    .action(async (sequences, options) => done(await (await import('./try.ts')).tryOut(sequences, options)));
  command
    .command('list')
    .description('Which scenarios are there? Prints ids, one a line.')
    .argument('[pattern...]', 'patterns, or a word to look for in what scenarios are about')
    .option('--skip <pattern...>', 'leave these out', [])
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .option('-v, --verbose', 'with what each is about')
    .addHelpText('after', examples('sockatlas list tcp/reset -v', 'sockatlas list unread'))
    .action(async (patterns, options) => done(await (await import('./list.ts')).list(patterns, options)));
  command
    .command('coverage')
    .description('Which calls are made after which ends of a connection, what is expected of them, and what is missing?')
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .addHelpText('after', examples('sockatlas coverage', 'sockatlas coverage --format json'))
    .action(async (options) => done(await (await import('./coverage.ts')).coverage(options)));
  command
    .command('show')
    .description('What is known of a scenario? Its steps, what each platform is expected to do, the sources, the recorded traces.')
    .argument('<id>', 'without its parameters it stands for all its variants')
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .option('--local', LOCAL)
    .addHelpText('after', examples('sockatlas show tcp/reset/unread-data', 'sockatlas show tls/reset/idle --format json'))
    .action(async (id, options) => done(await (await import('./show.ts')).show(id, options)));
  command
    .command('explain')
    .description('What does an error code mean, and which scenarios give it?')
    .argument('<code>', 'a name or a number')
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .option('--local', LOCAL)
    .addHelpText('after', examples('sockatlas explain 10054', 'sockatlas explain ECONNRESET'))
    .action(async (code, options) => done(await (await import('./explain.ts')).explain(code, options)));
  command
    .command('emulate')
    .description("What would my program do on that platform? Runs a Linux program, unmodified, with the platform's answers to its socket calls.")
    .argument('<platform>', "windows, wine-8.0, wine-10.0, linux; none: all answers are the kernel's own", oneOf([...MODELLED, 'none']))
    .argument('<program...>', 'after --: the program and its arguments')
    .option(
      '--readiness <whose>',
      "poll and epoll_wait: the kernel's own, or what select or wsapoll says of a connection there",
      parseChoice('--readiness', ['kernel', 'select', 'wsapoll']),
      'kernel',
    )
    .option('--fail-on <what>', 'held: exit code 1 where a connection was reset and kept open; never', parseChoice('--fail-on', ['held', 'never']), 'never')
    .option('--held-after <ms>', 'how long after its reset such a connection counts', parseCount('--held-after', 0, 3_600_000), 1000)
    .option('--format <format>', 'of what stderr gets at the end, and on SIGUSR1: pretty, json or jsonl', linesFormat, 'pretty')
    .option('--watch', 'tell what changed, once a second while the program runs')
    .option('--record <file>', 'write each call on a socket there, with its answer: JSON Lines; with none, which changes nothing, too')
    .addOption(new Option('--every-call', 'look at every call, also at those that nobody answers').hideHelp())
    .addOption(new Option('--hand-over <file>', 'write the report there for the library, and end with what started this').hideHelp())
    .addHelpText(
      'after',
      examples('sockatlas emulate windows -- ./server --port 8080', 'sockatlas emulate windows --readiness select --fail-on held -- ./server'),
    )
    .action(async (platform, program, options) => done(await (await import('./emulate.ts')).emulated(platform, program, options)));
  command
    .command('setup')
    .description('How do I run on Wine? Puts Wine and a Windows node into your cache folder; no root.')
    .argument('<what...>', LANE_NAMES.join(', '), offering(LANE_NAMES, collect))
    .addHelpText('after', examples('sockatlas setup wine', 'sockatlas setup wine-10.0'))
    .action(async (what) => done(await (await import('./setup.ts')).setup(what)));
  command
    .command('doctor')
    .description('What can be run on this machine, and which command adds what is missing?')
    .option('--format <format>', 'pretty or json', pageFormat, 'pretty')
    .addHelpText('after', examples('sockatlas doctor', 'sockatlas doctor --format json'))
    .action(async (options) => done(await (await import('./doctor.ts')).doctor(options)));
  command
    .command('completions')
    .description('How do I get completions in my shell? Prints the script for bash, zsh or fish.')
    .argument('[shell]', SHELLS.join(', '), parseChoice('completions', SHELLS))
    .addOption(new Option('--ids <word>', 'what the script asks: the folders and ids that go on from there').hideHelp())
    .addHelpText('after', examples('source <(sockatlas completions bash)', 'sockatlas completions fish > ~/.config/fish/completions/sockatlas.fish'))
    .action(async (shell: Shell | undefined, { ids }: { ids?: string }) => {
      const { completedIds, completions } = await import('./completions.ts');
      if (ids !== undefined) return done(await completedIds(ids));
      if (shell === undefined) throw new UsageError(`completions: name your shell: ${SHELLS.join(', ')}`);
      done(await completions(shell, command));
    });
  // Files are named relative to the working folder, which may be gone: this throws, and main.ts tells.
  command.hook('preAction', () => void process.cwd());
  // What is wrong in an expectation is better said before the work than in the middle of it.
  command.hook('preAction', async (_, action) => {
    if (!READ_EXPECTATIONS.has(action.name())) return;
    const [{ checkExpectations }, { scenarios }] = await Promise.all([import('../platforms/expectation.ts'), import('../suites/index.ts')]);
    checkExpectations(scenarios.map(({ id }) => id));
  });
  for (const sub of [...command.commands, ...created.commands]) sub.exitOverride().configureOutput(command.configureOutput());
  return command;
}

/**
 * `sockatlas tables`: run is the default command, so that a first word is a pattern of scenarios where it is no command. One that could only have been meant as a
 * command is told so.
 *
 * @throws UsageError
 */
async function refuseUnknownCommand(word: string | undefined, commands: readonly string[]): Promise<void> {
  if (word === undefined || commands.includes(word) || word === 'help' || !/^[a-z][a-z-]*$/i.test(word)) return;
  const { scenarios } = await import('../suites/index.ts');
  if (scenarios.some(({ id }) => id.startsWith(`${word}/`))) return;
  throw new UsageError(`no such command or scenario: ${JSON.stringify(word)}; the nearest commands: ${nearest(commands, word).join(', ')}`);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.conforms : EXIT.usage;
  if (error instanceof UsageError || error instanceof RunFileError || error instanceof JsonFileError) {
    say(`sockatlas: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof EnvironmentError || error instanceof WriteFailed || error instanceof NoCacheFolder) {
    say(`sockatlas: ${error.message}`);
    return EXIT.environment;
  }
  throw error;
}

/** Runs a command line, without the program's own name. Resolves to the exit code; what is wrong with it is told on stderr. @throws what no command expects */
export async function runCommand(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.conforms;
  try {
    const root = program((code) => {
      exitCode = code;
    });
    await refuseUnknownCommand(
      args[0],
      root.commands.map((sub) => sub.name()),
    );
    await root.parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = exitCodeOf(error);
  }
  return exitCode;
}
