import { type MongooseBuild, mongooseBuild, mongooseVersions } from '../../classification/policies/mongoose.ts';
import { apiOf, type PlatformTrace, platformTraces, tracePlatforms } from '../../classification/policies/platform-trace.ts';
import { play } from '../../classification/policies/play.ts';
import { IO_METHODS, type Io, PolicyError } from '../../classification/policies/policy.ts';
import { TRANSPORTS, type Transport } from '../../classification/policies/rules.ts';
import { type Evidence, evidencePhrase } from '../../platforms/evidence.ts';
import type { Recorded } from '../../results/recorded.ts';
import type { Paint } from '../paint.ts';
import { alignColumns } from '../text-table.ts';
import { outcomeCell } from './words.ts';

/** Every version × transport × platform × readiness: after how many polls it closes. */
export interface Matrix {
  readonly scenario: string;
  readonly columns: readonly { readonly platform: string; readonly evidence: Evidence; readonly io: Io }[];
  readonly sections: readonly { readonly transport: Transport; readonly bufferedTlsBytes: number; readonly rows: readonly MatrixRow[] }[];
}

export interface MatrixRow {
  /** `7.13–7.16`: versions whose cells are the same. */
  readonly versions: string;
  /** `2`, `never`, `–` where there is no such build, `?` where it is not known; `1 or never` where the platform answers in more than one way. */
  readonly cells: readonly string[];
}

/** What may stand in TLS' buffer in the matrix: nothing, or an incomplete record of the smallest size that shows it. */
const PARTIAL_RECORD = 3;
const NO_BUILD = '–';
const UNKNOWN = '?';

/** @throws PolicyError for a scenario that cannot be played */
export function mongooseMatrix(runs: readonly Recorded[], scenario = 'tcp/reset/idle'): Matrix {
  const columns = tracePlatforms(runs).flatMap((platform) => {
    const traces = platformTraces(runs, platform, scenario);
    const methods = IO_METHODS.filter((io) => io !== 'epoll' || platform.id === 'linux');
    return methods.map((io) => ({ platform: platform.name, evidence: (traces[0] as PlatformTrace).evidence, io, traces }));
  });
  const sections = [
    ...TRANSPORTS.map((transport) => ({ transport, bufferedTlsBytes: 0 })),
    { transport: 'builtin' as const, bufferedTlsBytes: PARTIAL_RECORD },
  ];
  return {
    scenario,
    columns: columns.map(({ platform, evidence, io }) => ({ platform, evidence, io })),
    sections: sections.map(({ transport, bufferedTlsBytes }) => ({
      transport,
      bufferedTlsBytes,
      rows: merged(
        mongooseVersions().map((version) => ({ version, cells: columns.map(({ traces, io }) => cell(version, transport, traces, io, bufferedTlsBytes)) })),
      ),
    })),
  };
}

function cell(version: string, transport: Transport, traces: readonly PlatformTrace[], io: Io, bufferedTlsBytes: number): string {
  let build: MongooseBuild;
  try {
    build = mongooseBuild(version, transport);
  } catch (error) {
    if (error instanceof PolicyError) return NO_BUILD;
    throw error;
  }
  if (!build.io.includes(io)) return NO_BUILD;
  const [first] = traces;
  if (first === undefined || !build.isKnown(io, apiOf(first.platform), bufferedTlsBytes)) return UNKNOWN;
  const outcomes = traces.map((trace) => outcomeCell(play(build.policy, build.table(apiOf(trace.platform)), trace, { io, bufferedTlsBytes }).outcome));
  return [...new Set(outcomes)].join(' or ');
}

/** Neighbouring versions whose cells are equal become one row. */
function merged(rows: readonly { version: string; cells: readonly string[] }[]): MatrixRow[] {
  const groups: { first: string; last: string; cells: readonly string[] }[] = [];
  for (const { version, cells } of rows) {
    const group = groups.at(-1);
    if (group !== undefined && group.cells.join() === cells.join()) group.last = version;
    else groups.push({ first: version, last: version, cells });
  }
  return groups.map(({ first, last, cells }) => ({ versions: first === last ? first : `${first}–${last}`, cells }));
}

export function sectionTitle({ transport, bufferedTlsBytes }: Pick<Matrix['sections'][number], 'transport' | 'bufferedTlsBytes'>): string {
  if (transport === 'plain') return 'without TLS';
  return `TLS by ${transport}${bufferedTlsBytes > 0 ? ', an incomplete record buffered' : ''}`;
}

export const MATRIX_LEGEND = `A number: in which poll it closes, counted from the first at which the reset is there. ${NO_BUILD}: no such build. ${UNKNOWN}: not known.`;

export function prettyMatrix(matrix: Matrix, paint: Paint): string {
  const header = (of: (column: Matrix['columns'][number], i: number) => string) => ['', ...matrix.columns.map(of)];
  const rows = [
    // Each platform's name once, over its first method.
    header(({ platform }, i) => (matrix.columns[i - 1]?.platform === platform ? '' : paint('bold', platform))),
    header(({ io }) => io),
  ];
  const titles = new Map<number, string>();
  for (const section of matrix.sections) {
    titles.set(rows.length, sectionTitle(section));
    for (const { versions, cells } of section.rows) rows.push([`  ${versions}`, ...cells.map((text) => (text.includes('never') ? paint('red', text) : text))]);
  }
  const lines = alignColumns(rows).flatMap((line, i) => (titles.has(i) ? ['', paint('bold', titles.get(i) as string), line] : [line]));
  return [`Mongoose after ${matrix.scenario}`, '', ...lines, '', MATRIX_LEGEND, evidenceLine(matrix), ''].join('\n');
}

export function markdownMatrix(matrix: Matrix, only: (section: Matrix['sections'][number]) => boolean = () => true): string {
  return matrix.sections
    .filter(only)
    .flatMap((section) => [
      `| ${[sectionTitle(section), ...matrix.columns.map(({ platform, io }) => `${platform} ${io}`)].join(' | ')} |`,
      `| ${['---', ...matrix.columns.map(() => '---')].join(' | ')} |`,
      ...section.rows.map(({ versions, cells }) => `| ${[versions, ...cells.map((text) => (text.includes('never') ? `**${text}**` : text))].join(' | ')} |`),
      '',
    ])
    .join('\n');
}

/** `linux-6.18: measured here; windows: documented.` */
export function evidenceLine({ columns }: Pick<Matrix, 'columns'>): string {
  const platforms = new Map(columns.map(({ platform, evidence }) => [platform, evidence]));
  return `${[...platforms].map(([platform, evidence]) => `${platform}: ${evidencePhrase(evidence)}`).join('; ')}.`;
}
