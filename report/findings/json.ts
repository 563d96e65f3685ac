import type { Checked, Reading } from '../../classification/checked.ts';
import type { Location } from '../../classification/find.ts';
import type { Sighting } from '../../classification/returned.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { jsonText } from '../json-text.ts';
import { describeFinding, type Findings, lineAt } from './findings.ts';
import type { FindingsDocument } from './findings-schema.ts';

/** As one document (findings-schema.ts): every finding, whatever its level. */
export function jsonFindings({ tables, findings, level, held, returnValues }: Findings): string {
  const document: FindingsDocument = {
    tables: tables.map(jsonTable),
    heldAgainst: [...held],
    returnValues,
    level,
    findings: findings.map((finding) => ({
      rule: finding.rule.id,
      level: finding.level,
      ...jsonPlace(finding.at, finding.reading),
      message: describeFinding(finding),
      says: finding.rule.says,
      follows: finding.rule.follows,
      observations: finding.seen.map(jsonSighting),
      ...(finding.other !== undefined && {
        other: {
          ...jsonPlace(finding.other, finding.other.reading),
          ...(finding.other.seen !== undefined && { observation: jsonSighting(finding.other.seen) }),
        },
      }),
    })),
  };
  return jsonText(document);
}

function jsonTable({ id, file, library, versions, api, calls, platforms, rows }: Checked): FindingsDocument['tables'][number] {
  return { id, file: shownPath(file), ...(rows !== undefined && { library, versions, api }), calls: [...calls], codes: [...platforms] };
}

function jsonPlace(at: Location, reading: Reading | undefined) {
  return {
    table: at.checked.id,
    file: shownPath(at.checked.file),
    line: lineAt(at),
    ...(at.pointer !== undefined && { pointer: at.pointer }),
    ...(reading !== undefined && { class: reading.className, classMeans: reading.meaning }),
  };
}

function jsonSighting({ platform, evidence, source, scenario, index, call, ret, code, meaning, observations }: Sighting) {
  const name = observations[index]?.name;
  return { platform, evidence, source, scenario, index, call, ret, code, ...(name !== undefined && { name }), means: meaning };
}
