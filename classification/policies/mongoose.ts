import { type Table, tablesOf } from '../table.ts';
import { policyByRule, type RuleState } from './by-rule.ts';
import { type Io, type Policy, PolicyError } from './policy.ts';
import { type Rule, readinessRuleFor, ruleFor, rulesOf, type Transport } from './rules.ts';

/** A version of Mongoose as a consumer of recv's answers. */
export interface MongooseBuild {
  readonly version: string;
  readonly transport: Transport;
  readonly rule: Rule;
  readonly policy: Policy<RuleState>;
  /** The readiness calls that it can be built with, on a system that has them. */
  readonly io: readonly Io[];
  /** Whether it is known what it does with this call on this API, with so many TLS bytes buffered. */
  isKnown(io: Io, api: Table['api'], bufferedTlsBytes: number): boolean;
  /** The table that classifies recv's answers; undefined where a TLS library reads itself, or sockatlas has none of that version. */
  table(api: Table['api']): Table | undefined;
}

/** The releases that sockatlas knows, oldest first. */
export function mongooseVersions(): readonly string[] {
  return rulesOf('mongoose').versions;
}

/** @throws PolicyError for a version that is not known, and a transport that it lacks */
export function mongooseBuild(version: string, transport: Transport): MongooseBuild {
  const rules = rulesOf('mongoose');
  if (!rules.versions.includes(version)) {
    throw new PolicyError(`mongoose ${JSON.stringify(version)}: unknown version; known are ${rules.versions[0]} to ${rules.versions.at(-1)}`);
  }
  const rule = ruleFor(rules, version, transport);
  if (rule === undefined) throw new PolicyError(`mongoose ${version} has no TLS by ${transport}: it came with 7.13`);
  const readiness = readinessRuleFor(rules, version);
  const keepsRecords = rules.keepsRecords.includes(transport);
  return {
    version,
    transport,
    rule,
    policy: policyByRule(`mongoose ${version}${transport === 'plain' ? '' : ` with ${transport} TLS`}`, rule, readiness, keepsRecords),
    io: readiness.io,
    isKnown: (io, api, bytes) =>
      !(bytes > 0 && keepsRecords && readiness.unknownWithBytes?.includes(io)) && !(api === 'winsock' && readiness.unknownOnWinsock?.includes(io)),
    table: (api) => (rule.reads === 'library' ? undefined : tablesOf('mongoose', api, version).find(({ calls }) => calls.includes('recv'))),
  };
}
