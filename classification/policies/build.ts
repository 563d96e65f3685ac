import { inRange } from '../../platforms/version.ts';
import type { Table } from '../table-schema.ts';
import { policyByRule, type RuleState } from './by-rule.ts';
import { type Io, type Policy, PolicyError, type Transport } from './policy.ts';
import type { CloseRule, ReadinessRule, Rules } from './rules.ts';

/** A library whose way to close is known: its rules, and the tables by which it classifies. */
export interface LibraryPolicies {
  readonly rules: Rules;
  readonly tables: readonly Table[];
}

/** A version of a library as a consumer of recv's answers. */
export interface Build {
  readonly version: string;
  readonly transport: Transport;
  readonly rule: CloseRule;
  readonly policy: Policy<RuleState>;
  /** The readiness calls that it can be built with, on a system that has them. */
  readonly io: readonly Io[];
  /** Whether it is known what it does with this call on this API, with so many TLS bytes buffered. */
  isKnown(io: Io, api: Table['api'], bufferedTlsBytes: number): boolean;
  /** The table that classifies recv's answers; undefined where a TLS library reads itself, or sockatlas has none of that version. */
  table(api: Table['api']): Table | undefined;
}

/** @throws PolicyError for a version that is not known, and a transport that it lacks */
export function buildOf({ rules, tables }: LibraryPolicies, version: string, transport: Transport): Build {
  const { name, versions } = rules;
  if (!versions.includes(version)) {
    throw new PolicyError(`${name} ${JSON.stringify(version)}: unknown version; known are ${versions[0]} to ${versions.at(-1)}`);
  }
  const rule = ruleFor(rules, version, transport);
  if (rule === undefined) {
    const first = versions.find((release) => ruleFor(rules, release, transport) !== undefined);
    throw new PolicyError(`${name} ${version} has no TLS by ${transport}: it came with ${first}`);
  }
  const readiness = readinessRuleFor(rules, version);
  const keepsRecords = rules.keepsRecords.includes(transport);
  return {
    version,
    transport,
    rule,
    policy: policyByRule(`${name} ${version}${transport === 'plain' ? '' : ` with ${transport} TLS`}`, rule, readiness, keepsRecords),
    io: readiness.io,
    isKnown: (io, api, bytes) =>
      !(bytes > 0 && keepsRecords && readiness.unknownWithBytes?.includes(io)) && !(api === 'winsock' && readiness.unknownOnWinsock?.includes(io)),
    table: (api) => (rule.reads === 'library' ? undefined : recvTable(tables, api, version)),
  };
}

/** The table for recv of a version; undefined where there is none. */
export function recvTable(tables: readonly Table[], api: Table['api'], version: string): Table | undefined {
  return tables.find((table) => table.api === api && inRange(version, table.versions) && table.calls.includes('recv'));
}

/** The rule for a version and a transport; undefined where there is no such build. */
export function ruleFor({ policies }: Rules, version: string, transport: Transport): CloseRule | undefined {
  return policies.find((rule) => inRange(version, rule.versions) && rule.transports.includes(transport));
}

/** @throws RangeError for a version that the rules do not cover */
function readinessRuleFor({ name, readiness }: Rules, version: string): ReadinessRule {
  const found = readiness.find((rule) => inRange(version, rule.versions));
  if (found === undefined) throw new RangeError(`${name} ${version} has no readiness rule`);
  return found;
}
