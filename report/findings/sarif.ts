import { createHash } from 'node:crypto';
import type { Log, Result, Location as SarifLocation } from 'sarif';
import type { Finding, Location } from '../../classification/find.ts';
import { rules } from '../../classification/rules/index.ts';
import { packageVersion } from '../../platforms/package-root.ts';
import { jsonText } from '../json-text.ts';
import { artifactUri, type CheckReport, describeFinding, lineAt } from './check-report.ts';

/**
 * SARIF 2.1.0, with what GitHub's code scanning asks for beyond it: a location with a line in each result, relative to the checkout, and a fingerprint that
 * stays the same as lines move. Every finding, whatever its level: the viewer filters.
 */
export function sarifFindings({ findings }: CheckReport): string {
  const document: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sockatlas',
            semanticVersion: packageVersion,
            rules: rules.map(({ id, level, says, follows }) => ({
              id,
              shortDescription: { text: says },
              fullDescription: { text: `${says} ${follows}` },
              help: { text: follows },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(result),
      },
    ],
  };
  return jsonText(document);
}

function result(finding: Finding): Result {
  const { rule, level, at, other } = finding;
  return {
    ruleId: rule.id,
    ruleIndex: rules.indexOf(rule),
    level,
    message: { text: `${describeFinding(finding).replace(/[.?]?$/, (end) => end || '.')} ${rule.follows}` },
    locations: [location(at)],
    ...(other !== undefined && { relatedLocations: [{ id: 1, ...location(other), message: { text: other.checked.id } }] }),
    partialFingerprints: { 'sockatlas/v1': fingerprint(finding) },
  };
}

function location(at: Location): SarifLocation {
  return {
    physicalLocation: {
      artifactLocation: { uri: artifactUri(at.checked.file) },
      region: { startLine: lineAt(at) },
    },
  };
}

function fingerprint({ rule, at, reading, detail, seen: [first], other }: Finding): string {
  const token = first?.observations[first.index]?.token;
  const parts = [rule.id, at.checked.id, first?.call, token ?? detail, reading?.className, other?.reading?.className];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
