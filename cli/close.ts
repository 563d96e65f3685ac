import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MongooseBuild, mongooseBuild, mongooseVersions } from '../classification/policies/mongoose.ts';
import { apiOf, platformNamed, platformTraces, type TracePlatform, tracePlatforms } from '../classification/policies/platform-trace.ts';
import { play, type Story } from '../classification/policies/play.ts';
import { IO_METHODS, type Io, type Policy, PolicyError } from '../classification/policies/policy.ts';
import { TRANSPORTS, type Transport } from '../classification/policies/rules.ts';
import type { Command } from '../platforms/command.ts';
import { jsonStories } from '../report/close/json.ts';
import { markdownStories } from '../report/close/markdown.ts';
import { evidenceLine, MATRIX_LEGEND, markdownMatrix, mongooseMatrix, prettyMatrix } from '../report/close/matrix.ts';
import { prettyStories } from '../report/close/pretty.ts';
import { painter } from '../report/paint.ts';
import type { Recorded } from '../results/recorded.ts';
import type { PolicySource } from './close-live.ts';
import { inProcess } from './close-process.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { HERE, placesNamed } from './places.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';

export interface CloseArguments extends LocalOption {
  /** openssl, mbedtls or builtin; without TLS where absent. */
  readonly tls?: string;
  /** select, poll or epoll; all that there are where absent. */
  readonly io?: string;
  /** A recorded platform, a system or a version of Wine; all where absent. With `live`: where to run. */
  readonly platform?: string;
  /** tcp/reset/idle where absent. */
  readonly scenario?: string;
  readonly format: (typeof FORMATS)[number];
  /** A module that exports a policy. */
  readonly policy?: string;
  readonly live?: boolean;
  /** Bytes of an incomplete TLS record that wait when the reset comes: a whole number, 0 where absent. */
  readonly buffered?: string;
}

const FORMATS = ['pretty', 'json', 'markdown'] as const;
const LIBRARY = 'mongoose';
const SCENARIO = 'tcp/reset/idle';
/** A live loop is not turned oftener. */
const LIVE_POLLS = 100;
const MAX_BUFFERED = 16 * 1024 + 40;

/**
 * `sockatlas close <what>`: does the connection close? `mongoose` prints the matrix of all its versions; `mongoose@7.16` the story of one, poll by poll;
 * with --policy the story of the user's own, `what` then being the library whose table gives the classes, or empty.
 *
 * Resolves to 0 where every story closes (and for the matrix), to 1 where one does not, or is not known to.
 *
 * @throws UsageError for what is not understood or not known, and for a policy that is none
 * @throws EnvironmentError where no process or socket is to be had
 */
export async function close(what: string, options: CloseArguments): Promise<number> {
  if (!(FORMATS as readonly string[]).includes(options.format)) {
    throw new UsageError(`--format ${JSON.stringify(options.format)}: choose one of ${FORMATS.join(', ')}`);
  }
  if (options.policy !== undefined && options.tls !== undefined)
    throw new UsageError('--tls is for Mongoose’s policies: one of your own says itself what TLS changes');
  try {
    const { library, version } = subject(what, options);
    if (library !== undefined && version === undefined) return await matrix(options);
    const stories = options.live ? await liveStories(version, options) : await playedStories(version, options);
    await print(formatted(stories, options.format));
    return stories.every(({ outcome }) => outcome.end === 'closes') ? EXIT.conforms : EXIT.differs;
  } catch (error) {
    if (error instanceof PolicyError) throw new UsageError(error.message);
    throw error;
  }
}

function subject(what: string, { policy }: CloseArguments): { library?: string; version?: string } {
  if (what === '' && policy !== undefined) return {};
  const [library = '', version, ...rest] = what.split('@');
  if (library !== LIBRARY || rest.length > 0) {
    throw new UsageError(
      `${JSON.stringify(what)}: ${LIBRARY}, or ${LIBRARY}@<version>, is what sockatlas knows close policies of; --policy FILE plays your own`,
    );
  }
  if (version === undefined) {
    if (policy !== undefined) throw new UsageError(`--policy with ${what}: say whose table gives the classes, ${LIBRARY}@<version>, or leave it out`);
    return { library };
  }
  if (!mongooseVersions().includes(version)) {
    throw new UsageError(`${LIBRARY} ${JSON.stringify(version)} is not known: ${mongooseVersions()[0]} to ${mongooseVersions().at(-1)} are, as major.minor`);
  }
  return { library, version };
}

async function matrix(options: CloseArguments): Promise<number> {
  for (const option of ['tls', 'io', 'platform', 'live', 'buffered'] as const) {
    if (options[option] !== undefined) throw new UsageError(`--${option} is for one version: ${LIBRARY}@7.16, say; the matrix holds them all`);
  }
  const table = mongooseMatrix(evidenceRuns(options), options.scenario ?? SCENARIO);
  const text = {
    pretty: () => prettyMatrix(table, painter(process.stdout)),
    json: () => `${JSON.stringify(table, undefined, 2)}\n`,
    markdown: () => `${markdownMatrix(table)}\n${MATRIX_LEGEND} ${evidenceLine(table)}\n`,
  };
  await print(text[options.format]());
  return EXIT.conforms;
}

async function playedStories(version: string | undefined, options: CloseArguments): Promise<readonly Story[]> {
  const runs = evidenceRuns(options);
  const scenario = options.scenario ?? SCENARIO;
  const bufferedTlsBytes = buffered(options);
  const own = options.policy === undefined ? undefined : moduleUrl(options.policy);
  const build = own === undefined ? mongooseBuild(version as string, transport(options.tls)) : undefined;
  const plays = platforms(runs, options.platform, options.io).flatMap((platform) => {
    const traces = platformTraces(runs, platform, scenario);
    return traces.flatMap((trace) => methods(platform, build, options.io, bufferedTlsBytes).map((io) => ({ trace, io })));
  });
  if (own !== undefined) return inProcess({ do: 'play', policy: source(own, version), plays, bufferedTlsBytes });
  const { policy, table } = build as MongooseBuild;
  return plays.map(({ trace, io }) => play(policy as Policy, table(apiOf(trace.platform)), trace, { io, bufferedTlsBytes }));
}

async function liveStories(version: string | undefined, options: CloseArguments): Promise<readonly Story[]> {
  const { scenario = SCENARIO, policy } = options;
  if (scenario !== SCENARIO) throw new UsageError(`--live resets an idle connection (${SCENARIO}); it takes no --scenario`);
  const bufferedTlsBytes = buffered(options);
  const build = policy === undefined ? mongooseBuild(version as string, transport(options.tls)) : undefined;
  if (build?.rule.reads === 'library') {
    throw new UsageError(`${build.policy.name} reads through the TLS library itself: that is not run live here, since it takes a real handshake`);
  }
  const name = options.platform ?? HERE;
  const [place, ...others] = placesNamed([name]);
  if (place === undefined || others.length > 0) throw new UsageError(`--platform ${name}: name one of ${others.map((other) => other.name).join(', ')}`);
  const on: TracePlatform = { id: name === HERE ? idOf(HERE) : 'wine', name };
  const opened = place.open();
  try {
    const command: Command = opened.command('agent');
    const from = (url: string) => (on.id === 'wine' ? url.replace('file:///', 'file:///Z:/') : url);
    const asked: PolicySource =
      policy === undefined ? { version: version as string, transport: transport(options.tls) } : source(from(moduleUrl(policy)), version);
    return await inProcess(
      { do: 'live', policy: asked, methods: methods(on, build, options.io, bufferedTlsBytes), polls: LIVE_POLLS, bufferedTlsBytes },
      command,
    );
  } finally {
    opened.close();
  }
}

function idOf(here: string): TracePlatform['id'] {
  return here === 'windows' || here === 'darwin' ? here : 'linux';
}

function source(module: string, version: string | undefined): PolicySource {
  return { module, ...(version !== undefined && { table: { library: LIBRARY, version } }) };
}

/** The one that was named, or all that have such a method. */
function platforms(runs: readonly Recorded[], name: string | undefined, io: string | undefined): readonly TracePlatform[] {
  return name === undefined ? tracePlatforms(runs).filter(({ id }) => io !== 'epoll' || id === 'linux') : [platformNamed(runs, name)];
}

/** How the loop may ask there: as the build can; where nothing is said, Windows' builds use select, and others each. */
function methods(platform: TracePlatform, build: MongooseBuild | undefined, wanted: string | undefined, bufferedTlsBytes: number): readonly Io[] {
  const api = apiOf(platform);
  const all = IO_METHODS.filter((io) => (io !== 'epoll' || platform.id === 'linux') && (build?.io.includes(io) ?? true));
  const isKnown = (io: Io) => build?.isKnown(io, api, bufferedTlsBytes) ?? true;
  if (wanted === undefined) return all.filter((io) => isKnown(io) && (build === undefined || api === 'posix' || io === 'select'));
  if (!(IO_METHODS as readonly string[]).includes(wanted)) throw new UsageError(`--io ${JSON.stringify(wanted)}: choose one of ${IO_METHODS.join(', ')}`);
  const io = wanted as Io;
  if (build?.io.includes(io) === false) throw new UsageError(`--io ${io}: ${build.policy.name} has no ${io}; choose one of ${build.io.join(', ')}`);
  if (!all.includes(io)) throw new UsageError(`--io ${io}: ${platform.name} has no ${io}; choose one of ${all.join(', ')}`);
  if (!isKnown(io))
    throw new UsageError(
      `--io ${io}: what ${build?.policy.name} does with it on ${platform.name}${bufferedTlsBytes > 0 ? ', TLS bytes buffered,' : ''} is not known`,
    );
  return [io];
}

function transport(tls: string | undefined): Transport {
  if (tls === undefined) return 'plain';
  const libraries = TRANSPORTS.filter((name) => name !== 'plain');
  if ((libraries as readonly string[]).includes(tls)) return tls as Transport;
  throw new UsageError(`--tls ${JSON.stringify(tls)}: choose one of ${libraries.join(', ')}`);
}

function buffered({ buffered: value, tls, policy }: CloseArguments): number {
  if (value === undefined) return 0;
  if (!/^\d{1,6}$/.test(value) || Number(value) > MAX_BUFFERED)
    throw new UsageError(`--buffered ${JSON.stringify(value)}: a whole number from 0 to ${MAX_BUFFERED} is wanted`);
  if (Number(value) > 0 && tls === undefined && policy === undefined) throw new UsageError('--buffered: only TLS has records to buffer; add --tls');
  return Number(value);
}

/** @throws UsageError where there is no such file */
function moduleUrl(file: string): string {
  const path = resolve(file);
  try {
    if (!statSync(path).isFile()) throw new Error('not a file');
  } catch (error) {
    throw new UsageError(`--policy ${file}: ${(error as Error).message}`);
  }
  return pathToFileURL(path).href;
}

function formatted(stories: readonly Story[], format: CloseArguments['format']): string {
  switch (format) {
    case 'json':
      return jsonStories(stories);
    case 'markdown':
      return markdownStories(stories);
    case 'pretty':
      return prettyStories(stories, painter(process.stdout));
  }
}
