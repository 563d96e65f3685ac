import { inRange } from '../../platforms/version.ts';
import type { Table } from '../table-schema.ts';
import { type CloseState, policyFromData } from './from-data.ts';
import type { CloseData, LibraryData, ReadinessData } from './library-data.ts';
import { type Io, type Policy, PolicyError, type Transport } from './policy.ts';

/** A library whose way to close is known: how it decides, and the tables by which it classifies. */
export interface LibraryPolicies {
  readonly data: LibraryData;
  readonly tables: readonly Table[];
}

/** A version of a library as a consumer of recv's answers. */
export interface Build {
  readonly version: string;
  readonly transport: Transport;
  readonly data: CloseData;
  readonly policy: Policy<CloseState>;
  /** The readiness calls that it can be built with, on a system that has them. */
  readonly io: readonly Io[];
  /** Whether it is known what it does with this call on this API, with so many TLS bytes buffered. */
  isKnown(io: Io, api: Table['api'], bufferedTlsBytes: number): boolean;
  /** The table that classifies recv's answers; undefined where a TLS library reads itself, or sockatlas has none of that version. */
  table(api: Table['api']): Table | undefined;
}

/** @throws PolicyError for a version that is not known, and a transport that it lacks */
export function buildOf({ data: library, tables }: LibraryPolicies, version: string, transport: Transport): Build {
  const { name, versions } = library;
  if (!versions.includes(version)) {
    throw new PolicyError(`${name} ${JSON.stringify(version)}: unknown version; known are ${versions[0]} to ${versions.at(-1)}`);
  }
  const data = closeDataFor(library, version, transport);
  if (data === undefined) {
    const first = versions.find((release) => closeDataFor(library, release, transport) !== undefined);
    throw new PolicyError(`${name} ${version} has no TLS by ${transport}: it came with ${first}`);
  }
  const readiness = readinessFor(library, version);
  const keepsRecords = library.keepsRecords.includes(transport);
  return {
    version,
    transport,
    data,
    policy: policyFromData(`${name} ${version}${transport === 'plain' ? '' : ` with ${transport} TLS`}`, data, readiness, keepsRecords),
    io: readiness.io,
    isKnown: (io, api, bytes) =>
      !(bytes > 0 && keepsRecords && readiness.unknownWithBytes?.includes(io)) && !(api === 'winsock' && readiness.unknownOnWinsock?.includes(io)),
    table: (api) => (data.reads === 'library' ? undefined : recvTable(tables, api, version)),
  };
}

/** The table for recv of a version; undefined where there is none. */
export function recvTable(tables: readonly Table[], api: Table['api'], version: string): Table | undefined {
  return tables.find((table) => table.api === api && inRange(version, table.versions) && table.calls.includes('recv'));
}

/** How a version closes over a transport; undefined where there is no such build. */
export function closeDataFor({ policies }: LibraryData, version: string, transport: Transport): CloseData | undefined {
  return policies.find(({ versions, transports }) => inRange(version, versions) && transports.includes(transport));
}

/** @throws RangeError for a version that the data do not cover */
function readinessFor({ name, readiness }: LibraryData, version: string): ReadinessData {
  const found = readiness.find(({ versions }) => inRange(version, versions));
  if (found === undefined) throw new RangeError(`${name} ${version} has no readiness rule`);
  return found;
}
