import type * as Zod from 'zod';
import { CODE_PLATFORMS, type Code, type CodePlatform, MEANINGS } from '../../language/code.ts';
import { codes } from '../../platforms/codes.ts';
import { z } from '../../platforms/zod.ts';
import type { Recorded } from '../../results/recorded.ts';
import { whereSeen } from './seen.ts';

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
        .array(z.strictObject({ platform: z.string(), kind: z.enum(['expected', 'recorded']), file: z.string().optional(), scenarios: z.array(z.string()) }))
        .describe('The scenarios that expect it, then the runs that recorded it'),
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
          seen: whereSeen(platform, code.name, runs).map((seen) => ({ ...seen, scenarios: [...seen.scenarios] })),
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
