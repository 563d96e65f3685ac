import type * as Zod from 'zod';
import type { Checked, Reading } from '../../classification/checked.ts';
import type { Location } from '../../classification/find.ts';
import type { Sighting } from '../../classification/returned.ts';
import { LEVELS } from '../../classification/rules/rule.ts';
import { APIS, TABLE_CALLS } from '../../classification/table-terms.ts';
import { MEANINGS, PLATFORMS } from '../../language/code.ts';
import { EVIDENCE } from '../../language/evidence.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { z } from '../../platforms/zod.ts';
import { type CheckReport, describeFinding, lineAt } from './check-report.ts';

const file = z
  .string()
  .describe('A path relative to the working folder if the file is inside it; else relative to the folder of sockatlas if it is inside that; else absolute');
const level = z.enum(LEVELS);
const pointer = z.string().describe('JSON pointer into the file: /rows/2, /rows/2/codes/0');

const returned = z.strictObject({
  platform: z.string().describe('windows if it is expected on every Windows; wine-10.0 if it comes from a run on that platform'),
  evidence: z.enum(EVIDENCE),
  source: z.string().describe('The file that it comes from: a run, or one of platforms/expected/'),
  scenario: z.string(),
  index: z.int().nonnegative().describe('The index among the recorded calls of the scenario, from 0'),
  call: z.enum(TABLE_CALLS),
  ret: z.int(),
  code: z.int().describe('errno or WSAGetLastError(); 0 where the call did not fail'),
  name: z.string().optional().describe("The code's name on its platform"),
  means: z.enum(MEANINGS),
});

const location = {
  table: z.string().describe('The id of one of the tables'),
  file,
  line: z.int().positive(),
  pointer: pointer.optional(),
  class: z.string().optional().describe('The class that the table gives'),
  classMeans: z.enum(MEANINGS).optional(),
};

/** What `sockatlas check --format json` prints. */
export const findingsSchema = z.strictObject({
  tables: z.array(
    z.strictObject({
      id: z.string(),
      file,
      library: z.string().optional().describe('Absent for a function'),
      versions: z.string().optional().describe('As in the table: ">=7.10 <7.22". Absent for a function'),
      api: z.enum(APIS).optional().describe('Absent for a function'),
      calls: z.array(z.enum(TABLE_CALLS)),
      codes: z.array(z.enum(PLATFORMS)).describe('The platforms with whose return values it is compared'),
      rowsOnly: z.literal(true).optional().describe('No return value that was there has its codes: only its rows were checked'),
    }),
  ),
  heldAgainst: z.array(z.strictObject({ platform: z.string(), from: z.enum(['expected', 'recorded']) })),
  returnValues: z.int().nonnegative(),
  level: level.describe('The lowest level that makes the exit code 1'),
  findings: z
    .array(
      z.strictObject({
        rule: z.string(),
        level,
        ...location,
        message: z.string().describe('What is wrong, in a sentence'),
        says: z.string().describe('What the rule finds'),
        follows: z.string().describe('What happens to a program that relies on it'),
        observations: z.array(returned).describe('The return values that prove it, one for each platform; empty if the rows alone prove it'),
        other: z
          .strictObject({ ...location, observation: returned.optional() })
          .optional()
          .describe('The other row or the other table of the finding'),
      }),
    )
    .describe('All findings of every level, the worst first'),
});

export type FindingsDocument = Zod.infer<typeof findingsSchema>;

/** As one document: every finding, whatever its level. */
export function findingsDocument({ tables, findings, level, held, returnValues, unheld }: CheckReport): FindingsDocument {
  return {
    tables: tables.map((table) => ({ ...jsonTable(table), ...(unheld.includes(table) && { rowsOnly: true as const }) })),
    heldAgainst: [...held],
    returnValues,
    level,
    findings: findings.map((finding) => ({
      rule: finding.rule.id,
      level: finding.level,
      ...jsonLocation(finding.at, finding.reading),
      message: describeFinding(finding),
      says: finding.rule.says,
      follows: finding.rule.follows,
      observations: finding.seen.map(jsonSighting),
      ...(finding.other !== undefined && {
        other: {
          ...jsonLocation(finding.other, finding.other.reading),
          ...(finding.other.seen !== undefined && { observation: jsonSighting(finding.other.seen) }),
        },
      }),
    })),
  };
}

function jsonTable({ id, file, library, versions, api, calls, platforms, rows }: Checked): FindingsDocument['tables'][number] {
  return { id, file: shownPath(file), ...(rows !== undefined && { library, versions, api }), calls: [...calls], codes: [...platforms] };
}

function jsonLocation(at: Location, reading: Reading | undefined) {
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
