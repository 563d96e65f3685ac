import type * as Zod from 'zod';
import { CODE_PLATFORMS, type Code, type CodePlatform, codeSystem, MEANINGS } from '../../language/code.ts';
import { isPair, pairGroup, pairs } from '../../language/pairs.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { bareToken } from '../../language/trace.ts';
import { codes } from '../../platforms/codes.ts';
import { EXPECTED_PLATFORMS, expectationsFor, patternsOf } from '../../platforms/expectation.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { z } from '../../platforms/zod.ts';
import type { Recorded } from '../../results/recorded.ts';
import type { ScenarioLine } from '../../results/schema.ts';
import { stories } from '../../suites/index.ts';

const domain = z.enum(['errno', 'winsock', 'win32', 'ntstatus']).describe('The numbering to which the code belongs');

/** What `explain --format json` prints: a code on each platform that has it. */
export const explainDocumentSchema = z.strictObject({
  codes: z.array(
    z.strictObject({
      platform: z.enum(CODE_PLATFORMS),
      name: z.string(),
      number: z.int(),
      spelledNumber: z.string().describe('The number as it is usually written: an NTSTATUS in hexadecimal'),
      domain,
      aliases: z.array(z.string()),
      meaning: z.enum(MEANINGS),
      text: z.string(),
      winsock: z.string().nullable().describe('For an NTSTATUS: the code to which WSAGetOverlappedResult translates it'),
      win32: z.string().nullable().describe('For an NTSTATUS: the code to which GetOverlappedResult and GetQueuedCompletionStatus translate it'),
      elsewhere: z.array(z.strictObject({ platform: z.enum(CODE_PLATFORMS), name: z.string(), number: z.int() })).describe('The same name on other platforms'),
      seen: z
        .array(
          z.strictObject({
            platform: z.string(),
            kind: z.enum(['expected', 'predicted', 'recorded']),
            file: z.string().optional(),
            scenarios: z.array(z.string()),
          }),
        )
        .describe(
          'The scenarios that expect it, the pairs of calls after which the model of a platform gives it, then the runs that recorded it. Pairs are told by the way that the connection ended: tcp/reset/pair?end=close',
        ),
    }),
  ),
});

export type Explanation = Zod.infer<typeof explainDocumentSchema>['codes'][number];

/** A code by name, alias or number, on each platform that has it; empty where none has. */
export function explanationsOf(wanted: string, runs: readonly Recorded[]): Explanation[] {
  return CODE_PLATFORMS.flatMap((platform) =>
    codes
      .all(platform)
      .filter((code) => isMeant(code, wanted))
      .map(
        (code): Explanation => ({
          platform,
          name: code.name,
          number: code.number,
          spelledNumber: code.domain === 'ntstatus' ? `0x${code.number.toString(16).toUpperCase().padStart(8, '0')}` : String(code.number),
          domain: code.domain,
          aliases: [...(code.aliases ?? [])],
          meaning: code.meaning,
          text: code.text,
          winsock: code.winsock ?? null,
          win32: code.win32 ?? null,
          elsewhere: counterparts(platform, code),
          seen: whereSeen(platform, code.name, runs),
        }),
      ),
  );
}

function isMeant({ name, number, aliases = [] }: Code, wanted: string): boolean {
  const upper = wanted.toUpperCase();
  if (name === upper || aliases.includes(upper)) return true;
  return /^(0x[0-9a-f]+|-?\d+)$/i.test(wanted) && (Number(wanted) === number || Number(wanted) >>> 0 === number);
}

/** The same name elsewhere: ECONNRESET is 104 on Linux, 54 on Darwin, and WSAECONNRESET on Windows. */
function counterparts(platform: CodePlatform, code: Code): Explanation['elsewhere'] {
  return CODE_PLATFORMS.filter((other) => other !== platform).flatMap((other) => {
    const same = codes.counterpart(other, code.name);
    return same === undefined ? [] : [{ platform: other, name: same.name, number: same.number }];
  });
}

/** Expectations first, then runs. Wine gives Windows' codes. */
function whereSeen(platform: CodePlatform, name: string, runs: readonly Recorded[]): Explanation['seen'] {
  const speaks = (id: CodePlatform) => codeSystem(id) === platform;
  const expected = EXPECTED_PLATFORMS.filter(speaks).map((id) => ({
    platform: id,
    kind: 'expected' as const,
    scenarios: stories.filter((scenario) => isExpected(id, scenario.id, name)).map((scenario) => scenario.id),
  }));
  const ofPairs = [...pairs().keys()];
  const predicted = EXPECTED_PLATFORMS.filter(speaks).map((id) => ({
    platform: id,
    kind: 'predicted' as const,
    file: `platforms/${id}/model.ts`,
    scenarios: inGroups(ofPairs.filter((pair) => isExpected(id, pair, name))),
  }));
  const recorded = runs
    .filter(({ run }) => speaks(run.header.platform.id))
    .map(({ run, file }) => ({
      platform: run.header.platform.name,
      kind: 'recorded' as const,
      file: shownPath(file),
      scenarios: inGroups(run.scenarios.filter((line) => isRecorded(line, name)).map(({ id }) => id)),
    }));
  return [...expected, ...predicted, ...recorded].filter((seen) => seen.scenarios.length > 0);
}

/** Pairs of calls are too many to be told one by one. */
function inGroups(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => (isPair(id) ? pairGroup(id) : id)))];
}

function isExpected(platform: string, id: string, name: string): boolean {
  return expectationsFor(platform, id).some(
    (expectation) => expectation.id === id && patternsOf(expectation).some((pattern) => pattern.some((token) => holds(token, name))),
  );
}

function isRecorded({ traces }: ScenarioLine, name: string): boolean {
  return traces.some(({ observations }) => observations.some((observation) => observation.name === name || holds(observation.token, name)));
}

/** `WSAECONNRESET…`, `so_error:WSAECONNRESET`, `events:CLOSE=WSAECONNABORTED`. */
function holds(token: string, name: string): boolean {
  const parsed = parseToken(bareToken(token));
  return parsed !== undefined && namesIn(parsed).includes(name);
}
