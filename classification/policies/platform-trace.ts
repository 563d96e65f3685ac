import { isAbsolute, relative } from 'node:path';
import type { CodePlatform } from '../../platforms/code.ts';
import type { Evidence } from '../../platforms/evidence.ts';
import { type Expectation, expectationFor, patternsOf } from '../../platforms/expectation.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import type { Platform } from '../../platforms/platform.ts';
import { ANY, BLOCKED, REPEATS } from '../../platforms/trace.ts';
import { newestTraces, type Recorded } from '../../results/recorded.ts';
import type { ScenarioLine } from '../../results/schema.ts';
import type { Table } from '../table.ts';
import { expectedAnswer, observedAnswer, readinessOf } from './answers.ts';
import { type Answer, type Io, PolicyError, type Readiness } from './policy.ts';

/** What a platform answers in one scenario, as a policy is played over it. */
export interface PlatformTrace {
  readonly platform: TracePlatform;
  readonly scenario: string;
  readonly evidence: Evidence;
  /** Which file says so: for people. */
  readonly source: string;
  /** In how many of how many trials, and how many recvs in each; absent where nothing was run. */
  readonly count?: { readonly of: number; readonly trials: number; readonly recvs: number };
  /** recv's answers, without a table's classes. The last one repeats for ever where `repeats`. */
  readonly answers: readonly Answer[];
  readonly repeats: boolean;
  /** Why there is no further answer, where `repeats` is false. */
  readonly ends: string;
  /** What readiness says before recv has told of the reset (or the end), and after; for epoll as for poll. undefined where it is not known. */
  readonly readiness: Readonly<Record<'select' | 'poll', ReadinessTrace | undefined>>;
}

export interface ReadinessTrace {
  readonly before: string;
  readonly after: string;
  /** The answer of recv that lies between them. */
  readonly told: string;
}

export interface TracePlatform {
  readonly id: CodePlatform;
  readonly name: string;
}

/**
 * The scenarios that a loop of poll and recv can be played over: non-blocking, recv alone. Each with the event whose `poll` and `select` scenarios say
 * how ready the socket is; a killed process closes plainly on one system and resets on another.
 */
export const PLAYABLE: Readonly<Record<string, readonly string[]>> = {
  'tcp/reset/idle': ['tcp/reset'],
  'tcp/reset/idle?family=inet6': ['tcp/reset'],
  'tcp/reset/idle-after-would-block': ['tcp/reset'],
  'tcp/reset/unread-data': ['tcp/reset'],
  'tcp/reset/unread-data-small-reads': ['tcp/reset'],
  'tcp/reset/close-with-unread': ['tcp/reset'],
  'tcp/reset/close-with-unread-after-data': ['tcp/reset'],
  'tcp/reset/peer-killed': ['tcp/fin', 'tcp/reset'],
  'tcp/reset/peer-killed-with-unread': ['tcp/reset'],
  'tcp/fin/idle': ['tcp/fin'],
  'tcp/fin/unread-data': ['tcp/fin'],
};

/** The platforms that there is something to play over: by recorded run, newest first, and those with expectations. */
export function tracePlatforms(runs: readonly Recorded[]): readonly TracePlatform[] {
  const recorded = newestTraces(runs, 'tcp/reset/idle').map(({ recorded: { run } }) => ({ id: run.header.platform.id, name: run.header.platform.name }));
  const expected = (['linux', 'windows'] as const).filter((id) => !recorded.some((platform) => platform.id === id)).map((id) => ({ id, name: id }));
  const order = ['linux', 'windows', 'wine', 'darwin'];
  return [...recorded, ...expected].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/**
 * A platform by name: that of a recorded run (linux-6.18), a system (`linux`: the newest recorded run, else what is expected of it; `windows`), or a
 * version of Wine (`wine-9.0`: recorded, else documented).
 *
 * @throws PolicyError where there is neither
 */
export function platformNamed(runs: readonly Recorded[], name: string): TracePlatform {
  const known = tracePlatforms(runs);
  // The newest run stands first there.
  const newest = newestTraces(runs, 'tcp/reset/idle').find(({ recorded: { run } }) => run.header.platform.id === name || run.header.platform.name === name);
  if (newest !== undefined) return { id: newest.recorded.run.header.platform.id, name: newest.recorded.run.header.platform.name };
  const found = known.find((platform) => platform.name === name);
  if (found !== undefined) return found;
  if (/^wine-\d+\.\d+$/.test(name)) return { id: 'wine', name };
  throw new PolicyError(
    `nothing is recorded or expected of ${JSON.stringify(name)}; choose among ${known.map((platform) => platform.name).join(', ')}, wine-<version>`,
  );
}

/**
 * Every distinct trace of a scenario on a platform, the most frequent first: from the newest recorded run, else from what is expected of it.
 *
 * @throws PolicyError where the scenario cannot be played, or nothing is known of it there
 */
export function platformTraces(runs: readonly Recorded[], platform: TracePlatform, scenario: string): PlatformTrace[] {
  const events = PLAYABLE[scenario];
  if (events === undefined) {
    throw new PolicyError(
      `${JSON.stringify(scenario)} is no scenario that a loop of recv can be played over; choose among ${Object.keys(PLAYABLE).join(', ')}`,
    );
  }
  const traces = recordedTraces(runs, platform, scenario) ?? expectedTraces(platform, scenario);
  return traces.map((trace) => {
    const tokens = trace.answers.map(({ token }) => token);
    const of = (io: 'select' | 'poll') =>
      firstDefined(events, (event) => readinessTrace(runs, platform, `${event}/${io}`, events.length > 1 ? tokens : undefined));
    const poll = of('poll');
    return { ...trace, readiness: { poll, select: withAfter(of('select'), poll) } };
  });
}

/** The readiness that the loop is told of, before and after recv told of the reset. @throws PolicyError where the platform's is not known */
export function readinessWith(trace: PlatformTrace, io: Io): { readonly before: Readiness; readonly after: Readiness; readonly told: string } {
  const found = trace.readiness[io === 'select' ? 'select' : 'poll'];
  if (found === undefined) throw new PolicyError(`what ${io} says on ${trace.platform.name} in ${trace.scenario} is neither recorded nor expected`);
  return { before: readinessOf(io, found.before), after: readinessOf(io, found.after), told: found.told };
}

/** Whose codes its numbers are. */
export function apiOf({ id }: TracePlatform): Table['api'] {
  return id === 'windows' || id === 'wine' ? 'winsock' : 'posix';
}

type WithoutReadiness = Omit<PlatformTrace, 'readiness'>;

function recordedTraces(runs: readonly Recorded[], platform: TracePlatform, scenario: string): WithoutReadiness[] | undefined {
  const found = newestLine(runs, platform, scenario);
  if (found === undefined) return undefined;
  const { line, file, started } = found;
  if (line.traces.length === 0)
    throw new PolicyError(`${platform.name} has no trace of ${scenario}: ${line.verdict}${line.reason === undefined ? '' : `: ${line.reason}`}`);
  return line.traces.map(({ observations, count }) => {
    const answers: Answer[] = [];
    for (const observation of observations) {
      const answer = observedAnswer(platform.id, observation);
      if (answer === undefined) break;
      answers.push(answer);
    }
    const whole = answers.length === observations.length;
    const repeats = whole && answers.length > 1 && answers.at(-1)?.token === answers.at(-2)?.token;
    return {
      platform,
      scenario,
      evidence: 'measured' as const,
      source: `${fromRoot(file)}, ${started}`,
      count: { of: count, trials: line.trials, recvs: answers.length },
      answers: repeats ? withoutRepeats(answers) : answers,
      repeats,
      ends: whole ? `the run recorded ${answers.length} calls, the last two of which differ` : 'the next recv never returned',
    };
  });
}

/** The last answer once, however often it came. */
function withoutRepeats(answers: readonly Answer[]): readonly Answer[] {
  const last = answers.at(-1)?.token;
  const before = answers.findLastIndex(({ token }) => token !== last);
  return answers.slice(0, before + 2);
}

function expectedTraces(platform: TracePlatform, scenario: string): WithoutReadiness[] {
  const found = expectationOf(platform, scenario);
  if (found === undefined) throw new PolicyError(`nothing is recorded or expected of ${scenario} on ${platform.name}`);
  const { expectation, file } = found;
  const patterns = patternsOf(expectation);
  if (patterns.length === 0) throw new PolicyError(`what ${platform.name} gives in ${scenario} is not known: nothing is recorded, and ${file} expects nothing`);
  return patterns.map((pattern) => {
    const repeats = pattern.at(-1)?.endsWith(REPEATS) === true;
    const answers = pattern.map((token) => {
      const bare = token.endsWith(REPEATS) ? token.slice(0, -REPEATS.length) : token;
      const answer = bare === ANY || bare === BLOCKED ? undefined : expectedAnswer(platform.id, bare);
      if (answer === undefined) throw new PolicyError(`${file} expects ${JSON.stringify(token)} in ${scenario}, which stands for no one answer of recv`);
      return answer;
    });
    return { platform, scenario, evidence: expectation.evidence, source: file, answers, repeats, ends: 'the expectation ends there' };
  });
}

/** From the scenario `id`, whose trace is readiness, recv, and perhaps readiness again; undefined where recv does not go on as `tokens` begin. */
function readinessTrace(runs: readonly Recorded[], platform: TracePlatform, id: string, tokens: readonly string[] | undefined): ReadinessTrace | undefined {
  const trace = newestLine(runs, platform, id)?.line.traces[0]?.trace ?? patternsOf(expectationOf(platform, id)?.expectation ?? NOTHING)[0];
  const before = trace?.[0];
  if (before === undefined || !/^(poll|select):/.test(before)) return undefined;
  const told = trace?.[1] ?? 'eof';
  if (tokens !== undefined && !tokens.includes(told)) return undefined;
  return { before, told, after: trace?.[2] ?? before };
}

const NOTHING = { trace: undefined, anyOf: undefined } as unknown as Expectation;

/** select's scenario of a FIN makes no recv: what tells of the end there is what tells poll. */
function withAfter(select: ReadinessTrace | undefined, poll: ReadinessTrace | undefined): ReadinessTrace | undefined {
  return select === undefined || poll === undefined ? select : { ...select, told: poll.told };
}

function newestLine(runs: readonly Recorded[], platform: TracePlatform, id: string): { line: ScenarioLine; file: string; started: string } | undefined {
  const found = newestTraces(runs, id).find(({ recorded: { run } }) => run.header.platform.name === platform.name);
  return found && { line: found.scenario, file: found.recorded.file, started: found.recorded.run.header.started };
}

function expectationOf({ id, name }: TracePlatform, scenario: string) {
  if (id === 'darwin') return undefined;
  const [, version] = /^(?:wine|linux)-(.+)$/.exec(name) ?? [];
  const versions: Pick<Platform, 'id' | 'kernel' | 'build' | 'wine' | 'sandbox'> = {
    id,
    ...(version !== undefined && { [id === 'wine' ? 'wine' : 'kernel']: version }),
  };
  return expectationFor(versions, scenario);
}

/** A file of the package as the repository names it. */
function fromRoot(file: string): string {
  const path = relative(packageRoot, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

function firstDefined<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = of(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
