import type { Sighting } from '../../classification/answer.ts';
import { describeFinding, describeSighting, type Findings, lineAt, shownPath } from './findings.ts';

/** As one document: every finding, whatever its level. */
export function jsonFindings({ tables, findings, level, platforms, answers }: Findings): string {
  const document = {
    tables: tables.map(({ id, file }) => ({ id, file: shownPath(file) })),
    platforms,
    answers,
    level,
    findings: findings.map((finding) => {
      const { rule, level: found, at, reading, seen, other } = finding;
      return {
        rule: rule.id,
        level: found,
        table: at.checked.id,
        file: shownPath(at.checked.file),
        line: lineAt(at),
        pointer: at.pointer,
        message: describeFinding(finding),
        says: rule.says,
        follows: rule.follows,
        class: reading?.className,
        reads: reading?.meaning,
        observations: seen.map(jsonSighting),
        other: other && {
          table: other.checked.id,
          file: shownPath(other.checked.file),
          line: lineAt(other),
          pointer: other.pointer,
          class: other.reading?.className,
          reads: other.reading?.meaning,
          observation: other.seen && jsonSighting(other.seen),
        },
      };
    }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function jsonSighting(sighting: Sighting) {
  const { platform, evidence, source, scenario, index, call, ret, code, meaning, observations } = sighting;
  return {
    platform,
    evidence,
    source,
    scenario,
    index,
    call: call,
    ret,
    code,
    name: observations[index]?.name,
    means: meaning,
    text: describeSighting(sighting),
  };
}
