import { type Table, tablesOf } from '../table.ts';
import { policyByRule, type RuleState } from './by-rule.ts';
import { type Io, type Policy, PolicyError } from './policy.ts';
import { type PolicyLibrary, type Rule, readinessRuleFor, ruleFor, rulesOf, type Transport } from './rules.ts';

/** A version of a library as a consumer of recv's answers. */
export interface Build {
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
export function releasesOf(library: PolicyLibrary): readonly string[] {
  return rulesOf(library).versions;
}

/** @throws PolicyError for a version that is not known, and a transport that it lacks */
export function buildOf(library: PolicyLibrary, version: string, transport: Transport): Build {
  const rules = rulesOf(library);
  if (!rules.versions.includes(version)) {
    throw new PolicyError(`${library} ${JSON.stringify(version)}: unknown version; known are ${rules.versions[0]} to ${rules.versions.at(-1)}`);
  }
  const rule = ruleFor(rules, version, transport);
  if (rule === undefined) {
    const first = rules.versions.find((release) => ruleFor(rules, release, transport) !== undefined);
    throw new PolicyError(`${library} ${version} has no TLS by ${transport}: it came with ${first}`);
  }
  const readiness = readinessRuleFor(rules, version);
  const keepsRecords = rules.keepsRecords.includes(transport);
  return {
    version,
    transport,
    rule,
    policy: policyByRule(`${library} ${version}${transport === 'plain' ? '' : ` with ${transport} TLS`}`, rule, readiness, keepsRecords),
    io: readiness.io,
    isKnown: (io, api, bytes) =>
      !(bytes > 0 && keepsRecords && readiness.unknownWithBytes?.includes(io)) && !(api === 'winsock' && readiness.unknownOnWinsock?.includes(io)),
    table: (api) => (rule.reads === 'library' ? undefined : tablesOf(library, api, version).find(({ calls }) => calls.includes('recv'))),
  };
}
