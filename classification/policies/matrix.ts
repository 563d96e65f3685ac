import { apiOf, type Codes } from '../../language/code.ts';
import type { Evidence } from '../../language/evidence.ts';
import { type Build, buildOf, type LibraryPolicies } from './build.ts';
import { isReadinessKnown, type Known, type PlatformTraces, platformTraces, type TracePlatform } from './platform-trace.ts';
import { play, type StoryEnd } from './play.ts';
import { IO_METHODS, type Io, PolicyError, TRANSPORTS, type Transport } from './policy.ts';
import type { RecvLoop } from './recv-loop.ts';

/** Every version × transport × platform × readiness call: after how many polls it closes. */

export interface Matrix {
  readonly library: string;
  readonly scenario: string;
  readonly columns: { platform: string; evidence: Evidence; io: Io; readiness: 'known' | 'assumed' }[];
  readonly sections: { transport: Transport; bufferedTlsBytes: number; rows: MatrixRow[] }[];
}

/** Releases whose cells, one for each column, are the same. */
interface MatrixRow {
  readonly versions: string[];
  readonly cells: MatrixCell[];
}

export type MatrixCell =
  | StoryEnd
  | { readonly end: 'no-build'; readonly why: string }
  /** The platform has several possible traces, and they end differently. */
  | { readonly end: 'several'; readonly ends: StoryEnd[] };

export interface MatrixOptions {
  readonly platforms: readonly TracePlatform[];
  readonly loop: RecvLoop;
  /** These alone; all where absent. */
  readonly transport?: Transport;
  readonly io?: Io;
}

/** What may be in the TLS buffer in the matrix: nothing, or an incomplete record of the smallest size that makes a difference. */
const PARTIAL_RECORD = 3;

export function closeMatrix(library: LibraryPolicies, known: Known, { platforms, loop, transport, io }: MatrixOptions): Matrix {
  const { data } = library;
  const columns = platforms.flatMap((platform) => {
    const played = platformTraces(known, platform, loop);
    const methods = IO_METHODS.filter((method) => (method !== 'epoll' || platform.id === 'linux') && (io === undefined || method === io));
    return methods.map((method) => ({ platform, io: method, played }));
  });
  const sections = [
    ...TRANSPORTS.map((name) => ({ transport: name, bufferedTlsBytes: 0 })),
    ...data.keepsRecords.map((name) => ({ transport: name, bufferedTlsBytes: PARTIAL_RECORD })),
  ];
  return {
    library: data.name,
    scenario: loop.scenario,
    columns: columns.map(({ platform, io: method, played: { traces } }) => ({
      platform: platform.name,
      evidence: traces[0]?.evidence ?? 'unknown',
      io: method,
      readiness: traces.every((trace) => isReadinessKnown(trace, method)) ? 'known' : 'assumed',
    })),
    sections: sections
      .filter((section) => transport === undefined || section.transport === transport)
      .map((section) => ({
        ...section,
        rows: merged(
          data.versions.map((version) => ({
            version,
            cells: columns.map((column) => cell(known.codes, () => buildOf(library, version, section.transport), column, section.bufferedTlsBytes)),
          })),
        ),
      })),
  };
}

/** Whether any version never closes, on any platform. */
export function matrixHasNever({ sections }: Matrix): boolean {
  return sections.some(({ rows }) => rows.some(({ cells }) => cells.some(isNever)));
}

export function isNever(one: MatrixCell): boolean {
  return one.end === 'never' || (one.end === 'several' && one.ends.some(({ end }) => end === 'never'));
}

interface Column {
  readonly platform: TracePlatform;
  readonly io: Io;
  readonly played: PlatformTraces;
}

function cell(codes: Codes, made: () => Build, { platform, io, played }: Column, bufferedTlsBytes: number): MatrixCell {
  let build: Build;
  try {
    build = made();
  } catch (error) {
    if (error instanceof PolicyError) return { end: 'no-build', why: error.message };
    throw error;
  }
  const api = apiOf(platform);
  if (!build.io.includes(io)) return { end: 'no-build', why: `${build.policy.name} has no ${io}` };
  if (!build.isKnown(io, api, bufferedTlsBytes)) return { end: 'unknown', why: `what ${build.policy.name} does with ${io} on ${platform.name} is not known` };
  if (played.traces.length === 0) return { end: 'unknown', why: played.missing ?? 'no trace' };
  const outcomes = new Map<string, StoryEnd>();
  for (const trace of played.traces) {
    const { outcome } = play(build.policy, build.table(api), trace, { codes, io, bufferedTlsBytes });
    outcomes.set(JSON.stringify(outcome), outcome);
  }
  const ends = [...outcomes.values()];
  const [only] = ends;
  return ends.length === 1 && only !== undefined ? only : { end: 'several', ends };
}

/** Neighbouring versions whose cells are equal become one row. The reasons of cells name their version, so they do not count. */
function merged(rows: readonly { version: string; cells: MatrixCell[] }[]): MatrixRow[] {
  const groups: { versions: string[]; cells: MatrixCell[]; key: string }[] = [];
  for (const { version, cells } of rows) {
    const key = JSON.stringify(cells, (name, value) => (name === 'why' ? undefined : value));
    const group = groups.at(-1);
    if (group?.key === key) group.versions.push(version);
    else groups.push({ versions: [version], cells, key });
  }
  return groups.map(({ versions, cells }) => ({ versions, cells }));
}
