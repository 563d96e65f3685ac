import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Build, buildOf } from '../classification/policies/build.ts';
import { knownFrom } from '../classification/policies/known.ts';
import { POLICY_LIBRARIES, type PolicyLibrary, policiesOf } from '../classification/policies/libraries.ts';
import { closeMatrix, matrixHasNever } from '../classification/policies/matrix.ts';
import { modelTraces } from '../classification/policies/model-trace.ts';
import {
  type Known,
  type PlatformTrace,
  platformsNamed,
  platformTraces,
  type TracePlatform,
  tracePlatforms,
} from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import { IO_METHODS, type Io, type Policy, PolicyError, TRANSPORTS, type Transport } from '../classification/policies/policy.ts';
import { loopAfter, type RecvLoop, recvLoop, type SequenceLoop, UNPLAYABLE } from '../classification/policies/recv-loop.ts';
import { apiOf } from '../language/code.ts';
import { parseBeginning } from '../language/parse-steps.ts';
import { printSteps } from '../language/steps.ts';
import { codes } from '../platforms/codes.ts';
import type { Command } from '../platforms/command.ts';
import { MODEL_NAMES } from '../platforms/models.ts';
import { closeDocument, type MatrixDocument } from '../report/close/document.ts';
import { markdownPlayed } from '../report/close/markdown.ts';
import { markdownMatrix, matrixNotes, prettyMatrix } from '../report/close/matrix-text.ts';
import type { NotPlayed, Played } from '../report/close/played.ts';
import { prettyPlayed } from '../report/close/pretty.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { stories as scenarios } from '../suites/index.ts';
import type { PolicySource } from './close-live.ts';
import { inProcess } from './close-process.ts';
import { DEFAULT_LIBRARY } from './default-library.ts';
import { EXIT, UsageError } from './errors.ts';
import { codePlatform, modelsNamed } from './models.ts';
import { parseChoice, print } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';
import { select } from './select.ts';
import { sequencesOf } from './sequences.ts';
import { HERE, targetsNamed } from './targets.ts';

export interface CloseArguments extends LocalOption {
  /** openssl, mbedtls or builtin; without TLS where absent. */
  readonly tls?: string;
  /** select, poll or epoll; all that there are where absent. */
  readonly io?: string;
  /** Recorded platforms, systems or versions of Wine; all where absent. With `live`: the one to run on. */
  readonly on?: readonly string[];
  /** Patterns of scenarios; all that end in a loop of recv where absent. */
  readonly scenario?: readonly string[];
  /** Sequences of steps, instead of scenarios. */
  readonly steps?: readonly string[];
  readonly format: 'pretty' | 'json' | 'markdown';
  /** A module that exports a policy. */
  readonly policy?: string;
  readonly live?: boolean;
  /** Bytes of an incomplete TLS record that are buffered when the peer goes: a whole number, 0 where absent. */
  readonly buffered?: string;
  /** Every story, and every scenario that was not played. */
  readonly verbose?: boolean;
}

/** What the matrix is of, and what --live does. */
const RESET = 'tcp/reset/idle';
const LIVE_POLLS = 100;
const MAX_BUFFERED = 16 * 1024 + 40;

/**
 * `sockatlas close <what>`: does the connection close? `mongoose` prints the matrix of all its versions; `mongoose@7.16` plays that version; with --policy a
 * policy of the user's is played, `what` then being the library whose table gives the classes, or empty.
 *
 * Resolves to 0 where everything closes, to 1 where something never closes, or is played and not known to close.
 *
 * @throws UsageError for what is not understood or not known, and for a policy that is at fault
 * @throws EnvironmentError where no process or socket can be had
 */
export async function close(what: string, options: CloseArguments): Promise<number> {
  if (options.policy !== undefined && options.tls !== undefined) throw new UsageError('--tls is for the policies of Mongoose; leave it out with --policy');
  try {
    const asked = subject(what, options);
    if (asked !== undefined && asked.version === undefined) return await matrix(asked.library, options);
    const played = await playedOver(asked, options);
    await print(formatted(played, options));
    return played.stories.every(({ outcome }) => outcome.end === 'closes') ? EXIT.conforms : EXIT.differs;
  } catch (error) {
    if (error instanceof PolicyError) throw new UsageError(error.message);
    throw error;
  }
}

/** A version of a library that has close policies. */
interface Release {
  readonly library: PolicyLibrary;
  readonly version: string;
}

/** What is to be played: all versions of a library, one of them, or, where it is undefined, the user's own policy without a library's table. */
function subject(what: string, { policy }: CloseArguments): Release | { library: PolicyLibrary; version?: undefined } | undefined {
  if (what === '' && policy !== undefined) return undefined;
  const [name = '', written, ...rest] = what.split('@');
  const library = POLICY_LIBRARIES.find((known) => known === name.toLowerCase());
  if (library === undefined || rest.length > 0) {
    const names = POLICY_LIBRARIES.join(', ');
    throw new UsageError(
      `${what === '' ? 'nothing to play is named' : `${JSON.stringify(what)} has no close policy in sockatlas`}: name ${names} or ${DEFAULT_LIBRARY}@<version>, or play your own with --policy FILE`,
    );
  }
  if (written === undefined) {
    if (policy !== undefined)
      throw new UsageError(`--policy with ${what}: name the version whose table gives the classes (${library}@<version>), or leave ${what} out`);
    return { library };
  }
  const version = written.replace(/^(\d+\.\d+)\.0$/, '$1');
  const versions = policiesOf(library).data.versions;
  if (!versions.includes(version)) {
    throw new UsageError(`${library} ${JSON.stringify(written)}: unknown version; known are ${versions[0]} to ${versions.at(-1)}`);
  }
  return { library, version };
}

function playedOver(asked: Release | undefined, options: CloseArguments): Promise<Played> {
  if (options.live) return livePlayed(asked, options);
  return options.steps === undefined ? tracesPlayed(asked, options) : stepsPlayed(asked, options.steps, options);
}

async function matrix(library: PolicyLibrary, options: CloseArguments): Promise<number> {
  for (const option of ['live', 'steps', 'buffered', 'verbose'] as const) {
    if (options[option] !== undefined) throw new UsageError(`--${option} needs one version, for example ${library}@7.16`);
  }
  const { loops } = playable(options.scenario ?? [RESET]);
  const [loop, ...others] = loops;
  if (loop === undefined || others.length > 0)
    throw new UsageError('--scenario: the table of all versions shows one scenario; name one scenario, or one version');
  const known = knownFrom(evidenceRuns(options));
  const table = closeMatrix(policiesOf(library), known, {
    platforms: platforms(known, options),
    loop,
    ...(options.tls !== undefined && { transport: transport(options.tls) }),
    ...(options.io !== undefined && { io: method(options.io) }),
  });
  const text = {
    pretty: () => prettyMatrix(table, layoutOf(process.stdout)),
    json: () => jsonText(table satisfies MatrixDocument),
    markdown: () => `${markdownMatrix(table)}\n${matrixNotes(table)}\n`,
  };
  await print(text[options.format]());
  return matrixHasNever(table) ? EXIT.differs : EXIT.conforms;
}

async function tracesPlayed(release: Release | undefined, options: CloseArguments): Promise<Played> {
  const known = knownFrom(evidenceRuns(options));
  const { loops, not } = playable(options.scenario);
  const bufferedTlsBytes = buffered(options);
  const player = playerOf(release, options);
  const notPlayed: NotPlayed[] = [...not];
  const plays: Play[] = [];
  const on = platforms(known, options).map((platform) => ({ platform, ios: methods(platform, player.build, options.io, bufferedTlsBytes) }));
  for (const loop of loops) {
    for (const { platform, ios } of on) {
      const { traces, missing } = platformTraces(known, platform, loop);
      if (missing !== undefined) notPlayed.push({ scenario: loop.scenario, platform: platform.name, why: missing });
      plays.push(...traces.flatMap((trace) => ios.map((io) => ({ trace, io }))));
    }
  }
  if (plays.length === 0) {
    throw new UsageError(`nothing to play on ${on.map(({ platform }) => platform.name).join(', ')}: ${reasons(notPlayed)}. sockatlas list names the scenarios`);
  }
  return { over: 'scenario', stories: await player.stories(plays), notPlayed };
}

/** What the models say of sequences of steps, each with a loop of recv behind it. */
async function stepsPlayed(release: Release | undefined, given: readonly string[], options: CloseArguments): Promise<Played> {
  for (const option of ['scenario', 'local'] as const) {
    if (options[option] !== undefined) throw new UsageError(`--${option} is for recorded traces; of --steps the models say what recv returns`);
  }
  const loops = loopsAfter(given);
  const bufferedTlsBytes = buffered(options);
  const player = playerOf(release, options);
  const on = modelsNamed(options.on ?? MODEL_NAMES)
    .map((model) => ({ model, platform: { id: codePlatform(model.platform), name: model.platform } }))
    .filter(({ platform }) => options.on !== undefined || options.io !== 'epoll' || platform.id === 'linux')
    .map((one) => ({ ...one, ios: methods(one.platform, player.build, options.io, bufferedTlsBytes) }));
  const notPlayed: NotPlayed[] = [];
  const plays: Play[] = [];
  for (const loop of loops) {
    for (const { model, platform, ios } of on) {
      const of = ios.map((io) => ({ io, ...modelTraces(codes, model, platform, loop, io) }));
      plays.push(...of.flatMap(({ io, traces }) => traces.map((trace) => ({ trace, io }))));
      const missing = new Set(of.flatMap((one) => one.missing ?? []));
      notPlayed.push(...[...missing].map((why) => ({ scenario: loop.steps, platform: platform.name, why })));
    }
  }
  if (plays.length === 0) throw new UsageError(`nothing to play on ${on.map(({ platform }) => platform.name).join(', ')}: ${reasons(notPlayed)}`);
  return { over: 'sequence', stories: await player.stories(plays), notPlayed };
}

/** @throws UsageError for what is no sequence, and for one without a loop that a policy can be played over */
function loopsAfter(given: readonly string[]): readonly SequenceLoop[] {
  return sequencesOf(given, parseBeginning).map((sequence) => {
    const loop = loopAfter(sequence);
    if (typeof loop === 'string') throw new UsageError(`--steps ${JSON.stringify(printSteps(sequence))} cannot be played: ${UNPLAYABLE[loop]}`);
    return loop;
  });
}

interface Play {
  readonly trace: PlatformTrace;
  readonly io: Io;
}

interface Player {
  /** Of a library; undefined for a policy of the user's own. */
  readonly build: Build | undefined;
  stories(plays: readonly Play[]): Promise<readonly Story[]>;
}

/** Plays in this process what comes with sockatlas, and in one of its own what a user wrote. */
function playerOf(release: Release | undefined, options: CloseArguments): Player {
  const bufferedTlsBytes = buffered(options);
  if (options.policy !== undefined) {
    const policy = source(moduleUrl(options.policy), release);
    return { build: undefined, stories: (plays) => inProcess({ do: 'play', policy, plays, bufferedTlsBytes }, options.policy) };
  }
  const build = buildFor(release as Release, options);
  const { policy, table } = build;
  return {
    build,
    stories: async (plays) => plays.map(({ trace, io }) => play(policy as Policy, table(apiOf(trace.platform)), trace, { codes, io, bufferedTlsBytes })),
  };
}

function reasons(notPlayed: readonly NotPlayed[]): string {
  return [...new Set(notPlayed.map(({ why }) => why))].join('; ');
}

/** The scenarios that are asked for: their loops of recv, and why others have none. @throws UsageError for a pattern that matches nothing */
function playable(patterns: readonly string[] = []): { loops: readonly RecvLoop[]; not: readonly NotPlayed[] } {
  const ids = scenarios.map(({ id }) => id);
  // An id is that scenario alone, without its variants: one scenario is shown in full.
  const named = patterns.filter((pattern) => ids.includes(pattern));
  const others = patterns.filter((pattern) => !named.includes(pattern));
  const wanted = new Set([...named, ...(named.length > 0 && others.length === 0 ? [] : select(ids, others, []))]);
  const loops: RecvLoop[] = [];
  const not: NotPlayed[] = [];
  for (const scenario of scenarios.filter(({ id }) => wanted.has(id))) {
    const loop = recvLoop(scenario);
    if (typeof loop === 'string') not.push({ scenario: scenario.id, why: UNPLAYABLE[loop] });
    else loops.push(loop);
  }
  if (loops.length === 0) {
    const [first] = not;
    throw new UsageError(
      `--scenario ${patterns.join(' ')}: a policy is played over a loop of recv, and no scenario here has one (${first?.scenario}: ${first?.why}); leave --scenario out to play all that have`,
    );
  }
  return { loops, not };
}

async function livePlayed(release: Release | undefined, options: CloseArguments): Promise<Played> {
  const { policy } = options;
  if (options.scenario !== undefined)
    throw new UsageError(`--live resets an idle connection (${RESET}); it takes no --scenario. --steps does something else before`);
  const bufferedTlsBytes = buffered(options);
  const build = policy === undefined ? buildFor(release as Release, options) : undefined;
  if (build?.data.reads === 'library') {
    throw new UsageError(`--live: ${build.policy.name} reads through the TLS library, which needs a real handshake; leave out --live to play it over traces`);
  }
  const befores =
    options.steps === undefined ? [{ scenario: RESET, steps: 'P reset' }] : loopsAfter(options.steps).map(({ steps }) => ({ scenario: steps, steps }));
  const names = options.on ?? [HERE];
  const [target, ...others] = targetsNamed(names);
  if (target === undefined || others.length > 0) {
    throw new UsageError(
      `--on ${names.join(',')}: --live runs on one platform; name one of ${targetsNamed(names)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  }
  const { name } = target;
  const on: TracePlatform = { id: codePlatform(name), name };
  const opened = target.open();
  try {
    const command: Command = opened.command('policy');
    const from = (url: string) => (on.id === 'wine' ? url.replace('file:///', 'file:///Z:/') : url);
    const asked: PolicySource =
      policy === undefined ? { ...(release as Release), transport: transport(options.tls) } : source(from(moduleUrl(policy)), release);
    const ios = methods(on, build, options.io, bufferedTlsBytes);
    const request = { do: 'live', policy: asked, befores, methods: ios, polls: LIVE_POLLS, bufferedTlsBytes } as const;
    return { over: options.steps === undefined ? 'scenario' : 'sequence', stories: await inProcess(request, policy, command), notPlayed: [] };
  } finally {
    opened.close();
  }
}

function source(module: string, table: Release | undefined): PolicySource {
  return { module, ...(table !== undefined && { table }) };
}

/** @throws PolicyError where the version has no such TLS */
function buildFor({ library, version }: Release, { tls }: CloseArguments): Build {
  return buildOf(policiesOf(library), version, transport(tls));
}

/** Those that were named, or all that have such a readiness call. */
function platforms(known: Known, { on, io }: CloseArguments): readonly TracePlatform[] {
  if (on === undefined) return tracePlatforms(known).filter(({ id }) => io !== 'epoll' || id === 'linux');
  return [...new Map(on.flatMap((name) => platformsNamed(known, name)).map((platform) => [platform.name, platform])).values()];
}

const method = parseChoice('--io', IO_METHODS);
const tlsLibrary = parseChoice(
  '--tls',
  TRANSPORTS.filter((name) => name !== 'plain'),
);

/** The readiness calls to play with there: those of the build. Where none is named, builds for Windows use select. */
function methods(platform: TracePlatform, build: Build | undefined, wanted: string | undefined, bufferedTlsBytes: number): readonly Io[] {
  const api = apiOf(platform);
  const all = IO_METHODS.filter((io) => (io !== 'epoll' || platform.id === 'linux') && (build?.io.includes(io) ?? true));
  const isKnown = (io: Io) => build?.isKnown(io, api, bufferedTlsBytes) ?? true;
  if (wanted === undefined) return all.filter((io) => isKnown(io) && (build === undefined || api === 'posix' || io === 'select'));
  const io = method(wanted);
  if (build?.io.includes(io) === false) throw new UsageError(`--io ${io}: ${build.policy.name} has no ${io}; choose one of ${build.io.join(', ')}`);
  if (!all.includes(io)) throw new UsageError(`--io ${io}: ${platform.name} has no ${io}; choose one of ${all.join(', ')}`);
  if (!isKnown(io)) {
    const bytes = bufferedTlsBytes > 0 ? ' while TLS bytes are buffered' : '';
    throw new UsageError(`--io ${io}: what ${build?.policy.name} does with it on ${platform.name}${bytes} is not known; choose another`);
  }
  return [io];
}

function transport(tls: string | undefined): Transport {
  return tls === undefined ? 'plain' : tlsLibrary(tls);
}

function buffered({ buffered: value, tls, policy }: CloseArguments): number {
  if (value === undefined) return 0;
  if (!/^\d{1,6}$/.test(value) || Number(value) > MAX_BUFFERED)
    throw new UsageError(`--buffered ${JSON.stringify(value)}: give a whole number from 0 to ${MAX_BUFFERED}`);
  if (Number(value) > 0 && tls === undefined && policy === undefined) throw new UsageError('--buffered: only a TLS layer buffers records; add --tls');
  return Number(value);
}

/** @throws UsageError where there is no such file */
function moduleUrl(file: string): string {
  const path = resolve(file);
  try {
    if (!statSync(path).isFile()) throw new Error('not a file');
  } catch (error) {
    throw new UsageError(`--policy ${file}: ${(error as Error).message}; sockatlas new policy ${file} writes one to start from`);
  }
  return pathToFileURL(path).href;
}

function formatted(played: Played, { format, verbose = false }: CloseArguments): string {
  switch (format) {
    case 'json':
      return jsonText(closeDocument(played));
    case 'markdown':
      return markdownPlayed(played, verbose);
    case 'pretty':
      return prettyPlayed(played, { ...layoutOf(process.stdout), verbose });
  }
}
