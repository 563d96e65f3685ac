import type { CodePlatform, Codes } from '../../language/code.ts';
import type { Evidence } from '../../language/evidence.ts';
import { parseToken } from '../../language/token.ts';
import { ANY, expanded, isRepeating } from '../../language/trace.ts';
import type { Versions } from '../../platforms/expectation.ts';
import { newestTraces, type Recorded } from '../../results/newest.ts';
import type { Observation, ScenarioLine } from '../../results/schema.ts';
import { observationOf } from '../returned.ts';
import { assumedReadable, readinessOf, recvAnswer } from './answers.ts';
import { type Io, PolicyError, type Readiness, type RecvAnswer } from './policy.ts';
import type { RecvLoop } from './recv-loop.ts';

/** What is known of the platforms. A page hands in its own; classification/policies/known.ts has what comes with sockatlas. */
export interface Known {
  readonly codes: Codes;
  /** The newest first. `file` is printed as it is. */
  readonly runs: readonly Recorded[];
  /** undefined where nothing is said of it. */
  expected(platform: Versions, scenario: string): Expected | undefined;
}

/** What a platform is expected to return in a scenario. */
interface Expected {
  /** Each that is possible; none where no source was found. */
  readonly patterns: readonly (readonly string[])[];
  readonly evidence: Evidence;
  readonly file: string;
}

/** What recv returns on a platform in a scenario's loop of recv. A policy is played over it. */
export interface PlatformTrace {
  readonly platform: TracePlatform;
  readonly scenario: string;
  readonly evidence: Evidence;
  /** The file that it is from, as it is printed. */
  readonly source: string;
  /** In how many of how many trials, and how many recvs in each; absent where nothing was run. */
  readonly count?: { readonly of: number; readonly trials: number; readonly recvs: number };
  /** How many traces are possible there; this is one of them. */
  readonly possible: number;
  /** The calls before the loop, as tokens; the policy is not asked about them. */
  readonly history: readonly string[];
  /** recv's answers, without a table's classes. The last one repeats for ever where `repeats`. */
  readonly answers: readonly RecvAnswer[];
  readonly repeats: boolean;
  /** Why there is no further answer, where `repeats` is false. */
  readonly ends: string;
  /** What select and poll report before recv has returned the reset (or the end), and after; epoll reports what poll does. undefined where it is not known. */
  readonly readiness: Readonly<Record<'select' | 'poll', ReadinessTrace | undefined>>;
  /** By a model, which was asked for one readiness call: what it reports before each answer. Before an answer that repeats it is always the same. */
  readonly readinessBefore?: readonly string[];
  /** A model says it: nothing was run, and `evidence` is that of its weakest rule. */
  readonly isPredicted?: true;
}

/** What there is to play over in one scenario on one platform. */
export interface PlatformTraces {
  /** Each possible one, the most frequent first. */
  readonly traces: readonly PlatformTrace[];
  /** Why there is none, or why some of the possible ones cannot be played. */
  readonly missing?: string;
}

interface ReadinessTrace {
  readonly before: string;
  readonly after: string;
  /** The answer of recv after which `after` holds. */
  readonly told: string;
}

export interface TracePlatform {
  readonly id: CodePlatform;
  readonly name: string;
}

/** The platforms that can be played: those with a recorded run, and those with expectations alone. */
export function tracePlatforms({ runs }: Pick<Known, 'runs'>): readonly TracePlatform[] {
  const recorded = recordedPlatforms(runs);
  const expected = (['linux', 'windows'] as const).filter((id) => !recorded.some((platform) => platform.id === id)).map((id) => ({ id, name: id }));
  const order = ['linux', 'windows', 'wine', 'darwin'];
  return [...recorded, ...expected].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/**
 * Platforms by name: that of a recorded run (linux-6.18), a system (`linux`, `windows`: the newest recorded run, else what is expected of it), a version of
 * Wine (`wine-9.0`: recorded, else documented), or `wine`: each version that a run is recorded of.
 *
 * @throws PolicyError where nothing is known of it
 */
export function platformsNamed({ runs }: Pick<Known, 'runs'>, name: string): readonly TracePlatform[] {
  const known = tracePlatforms({ runs });
  const wines = known.filter(({ id }) => id === 'wine');
  if (name === 'wine' && wines.length > 0) return wines;
  // The newest run stands first there.
  const found = recordedPlatforms(runs).find((platform) => platform.id === name || platform.name === name) ?? known.find((platform) => platform.name === name);
  if (found !== undefined) return [found];
  if (/^wine-\d+\.\d+$/.test(name)) return [{ id: 'wine', name }];
  throw new PolicyError(
    `there is no run and no expectation for ${JSON.stringify(name)}; choose from ${known.map((platform) => platform.name).join(', ')}, wine-<version>`,
  );
}

function recordedPlatforms(runs: readonly Recorded[]): TracePlatform[] {
  return newestTraces(runs, 'tcp/reset/idle').map(({ recorded: { run } }) => ({ id: run.header.platform.id, name: run.header.platform.name }));
}

/** Every distinct trace of a scenario's loop on a platform: from the newest recorded run, else from what is expected of it. */
export function platformTraces(known: Known, platform: TracePlatform, loop: RecvLoop): PlatformTraces {
  const found = recordedTraces(known, platform, loop) ?? expectedTraces(known, platform, loop);
  if (typeof found === 'string') return { traces: [], missing: found };
  const reached = found.filter(({ answers }) => answers.length > 0);
  return {
    traces: reached.map((trace) => ({ ...trace, readiness: readinessOver(known, platform, loop, trace) })),
    ...(reached.length < found.length && {
      missing: reached.length === 0 ? 'recv is never called' : `in ${found.length - reached.length} of ${found.length} possible traces recv is never called`,
    }),
  };
}

/**
 * What the readiness call reports before the answer with this index: `isTold` where recv has returned `told`, the reset. Where it is not known, the socket is assumed to be
 * readable.
 */
export function readinessWith(trace: PlatformTrace, io: Io): { readonly told: string | undefined; at(index: number, isTold: boolean): Readiness } {
  const { readinessBefore: each, readiness } = trace;
  const found = readiness[readinessCall(io)];
  if (each !== undefined) return { told: undefined, at: (index) => readinessOf(io, each[Math.min(index, each.length - 1)] as string) };
  if (found === undefined) return { told: undefined, at: () => assumedReadable(io) };
  return { told: found.told, at: (_, isTold) => readinessOf(io, isTold ? found.after : found.before) };
}

/** Whether it is known what this call reports; where not, the socket is assumed to be readable. */
export function isReadinessKnown({ readiness, readinessBefore }: PlatformTrace, io: Io): boolean {
  return readinessBefore !== undefined || readiness[readinessCall(io)] !== undefined;
}

/** Whose tokens say how ready a socket is: epoll's bits are those of poll. */
export function readinessCall(io: Io): 'select' | 'poll' {
  return io === 'select' ? 'select' : 'poll';
}

type WithoutReadiness = Omit<PlatformTrace, 'readiness'>;

function recordedTraces(known: Known, platform: TracePlatform, loop: RecvLoop): WithoutReadiness[] | string | undefined {
  const found = newestLine(known, platform, loop.scenario);
  if (found === undefined) return undefined;
  const { line, file, started } = found;
  if (line.traces.length === 0) return `the recorded run has no trace: ${line.verdict}${line.reason === undefined ? '' : `: ${line.reason}`}`;
  return line.traces.map(({ observations, trace, count }) => {
    const { recvs, isWhole, ...answered } = answersTo(observations.slice(loop.from, loop.to), known.codes, platform);
    return {
      platform,
      scenario: loop.scenario,
      evidence: 'measured' as const,
      source: `${file}, ${started}`,
      count: { of: count, trials: line.trials, recvs },
      possible: line.traces.length,
      history: trace.slice(0, loop.from),
      ...answered,
      ends: isWhole ? `the run recorded ${recvs} calls, and the last two of them differ` : 'the next recv never returned',
    };
  });
}

/** How many recvs are known, and their answers: up to the first that is not, and the last once where it repeats, which it does where the last two are the same. */
function answersTo(recvs: readonly (Observation | undefined)[], codes: Codes, platform: TracePlatform) {
  const all = recvs.map((observation) => observation && recvAnswer(codes, platform.id, observation));
  const unknown = all.indexOf(undefined);
  const isWhole = unknown === -1;
  const answers = (isWhole ? all : all.slice(0, unknown)) as RecvAnswer[];
  const last = answers.at(-1)?.token;
  const repeats = isWhole && answers.length > 1 && answers.at(-2)?.token === last;
  const kept = repeats ? answers.findLastIndex(({ token }) => token !== last) + 2 : answers.length;
  return { recvs: answers.length, isWhole, answers: answers.slice(0, kept), repeats };
}

function expectedTraces(known: Known, platform: TracePlatform, loop: RecvLoop): WithoutReadiness[] | string {
  const found = expectedOf(known, platform, loop.scenario);
  if (found === undefined) return 'there is no run and no expectation';
  const { patterns, evidence, file } = found;
  if (patterns.length === 0) return 'not known: there is no run, and no source was found';
  return patterns.map((pattern) => {
    const tokens = expanded(pattern, loop.calls);
    // A pattern may be shorter than the loop.
    const recvs = Array.from({ length: loop.to - loop.from }, (_, i) => observationOf(known.codes, platform.id, 'recv', false, tokens[loop.from + i] ?? ANY));
    const { isWhole, answers, repeats } = answersTo(recvs, known.codes, platform);
    return {
      platform,
      scenario: loop.scenario,
      evidence,
      source: file,
      possible: patterns.length,
      history: tokens.slice(0, loop.from),
      answers,
      // A pattern may say that its last answer repeats, though only one call of this loop is left for it.
      repeats: repeats || (isWhole && loop.to === loop.calls && isRepeating(pattern.at(-1))),
      ends: isWhole ? 'the expectation ends there' : 'the expectation does not say what recv returns next',
    };
  });
}

/** The events whose `poll` and `select` scenarios say how ready a socket is. */
const EVENTS = ['tcp/reset', 'tcp/fin'];

/**
 * What poll and select report in a loop of recv. It is taken from the poll and select scenarios of the same event, or of the other one (a killed process closes the
 * connection on one system and resets it on another), if their recv returns the same as this loop's. After calls other than recv it is not known: a send or SO_ERROR may
 * have changed it.
 */
function readinessOver(known: Known, platform: TracePlatform, loop: RecvLoop, { answers }: WithoutReadiness): PlatformTrace['readiness'] {
  if (!loop.onlyRecvsBefore) return { poll: undefined, select: undefined };
  const own = EVENTS.find((event) => loop.scenario.startsWith(`${event}/`));
  const events = [...EVENTS].sort((a, b) => Number(b === own) - Number(a === own));
  const tokens = answers.map(({ token }) => token);
  const of = (io: 'select' | 'poll') => events.flatMap((event) => readinessTrace(known, platform, `${event}/${io}`, tokens) ?? [])[0];
  const poll = of('poll');
  return { poll, select: withAfter(of('select'), poll) };
}

/** From the scenario `id`, whose trace is readiness, recv, and perhaps readiness again; undefined where recv's answer there is none of `tokens`. */
function readinessTrace(known: Known, platform: TracePlatform, id: string, tokens: readonly string[]): ReadinessTrace | undefined {
  const trace = newestLine(known, platform, id)?.line.traces[0]?.trace ?? expectedOf(known, platform, id)?.patterns[0];
  const before = trace?.[0];
  const { type } = parseToken(before ?? '') ?? {};
  if (before === undefined || (type !== 'poll' && type !== 'select')) return undefined;
  const told = trace?.[1] ?? 'eof';
  return tokens.includes(told) ? { before, told, after: trace?.[2] ?? before } : undefined;
}

/** tcp/fin/select makes no recv; the answer after which its readiness may change is that of tcp/fin/poll. */
function withAfter(select: ReadinessTrace | undefined, poll: ReadinessTrace | undefined): ReadinessTrace | undefined {
  return select === undefined || poll === undefined ? select : { ...select, told: poll.told };
}

function newestLine({ runs }: Known, platform: TracePlatform, id: string): { line: ScenarioLine; file: string; started: string } | undefined {
  const found = newestTraces(runs, id).find(({ recorded: { run } }) => run.header.platform.name === platform.name);
  return found && { line: found.scenario, file: found.recorded.file, started: found.recorded.run.header.started };
}

function expectedOf(known: Known, { id, name }: TracePlatform, scenario: string): Expected | undefined {
  if (id === 'darwin') return undefined;
  const [, version] = /^(?:wine|linux)-(.+)$/.exec(name) ?? [];
  return known.expected({ id, ...(version !== undefined && { [id === 'wine' ? 'wine' : 'kernel']: version }) }, scenario);
}
