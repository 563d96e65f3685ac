import { z } from 'zod';
import { readData } from './package-root.ts';

/** What an answer of a socket call means, in a vocabulary small enough for tables of different libraries to be compared. */
export const MEANINGS = ['would-block', 'interrupted', 'data', 'end', 'reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other'] as const;
export type Meaning = (typeof MEANINGS)[number];

const codeSchema = z.strictObject({
  name: z.string(),
  number: z.int(),
  domain: z.enum(['errno', 'winsock', 'win32', 'ntstatus']).describe('Whose numbering it is'),
  meaning: z.enum(MEANINGS),
  text: z.string().describe('What it says, for people'),
  aliases: z.array(z.string()).optional().describe('Other names of the same number: EWOULDBLOCK for EAGAIN'),
  winsock: z.string().optional().describe('For an NTSTATUS: what WSAGetOverlappedResult makes of it'),
  win32: z.string().optional().describe('For an NTSTATUS: what GetOverlappedResult and GetQueuedCompletionStatus make of it'),
  sources: z.array(z.string()).optional(),
});
export type Code = z.infer<typeof codeSchema>;

/** The error codes that platforms give, by platform: Wine speaks Windows' codes. */
const FILES = { linux: 'linux', windows: 'windows', wine: 'windows', darwin: 'darwin' } as const;
export type CodePlatform = keyof typeof FILES;
export const CODE_PLATFORMS = ['linux', 'darwin', 'windows'] as const;

const cache = new Map<string, readonly Code[]>();

/** @throws ZodError for a codes.json that is not of the schema */
export function codesOf(platform: CodePlatform): readonly Code[] {
  const file = FILES[platform];
  let codes = cache.get(file);
  if (codes === undefined) {
    codes = z.array(codeSchema).parse(readData('platforms', file, 'codes.json'));
    cache.set(file, codes);
  }
  return codes;
}

interface Index {
  readonly byNumber: Map<number, Code>;
  readonly byName: Map<string, Code>;
}

const indexes = new Map<CodePlatform, Index>();

/** The code that a failed socket call left (errno, or WSAGetLastError's), or undefined for a number that the platform's list lacks. */
export function socketCode(platform: CodePlatform, number: number): Code | undefined {
  return indexOf(platform).byNumber.get(number);
}

/** The code of that name, or of that alias. */
export function codeNamed(platform: CodePlatform, name: string): Code | undefined {
  return indexOf(platform).byName.get(name);
}

function indexOf(platform: CodePlatform): Index {
  let index = indexes.get(platform);
  if (index === undefined) {
    index = { byNumber: new Map(), byName: new Map() };
    for (const code of codesOf(platform)) {
      // Winsock calls may leave a Win32 code too (ERROR_IO_PENDING); no number is in both. An NTSTATUS is never left.
      if (code.domain !== 'ntstatus') index.byNumber.set(code.number, code);
      for (const name of [code.name, ...(code.aliases ?? [])]) index.byName.set(name, code);
    }
    indexes.set(platform, index);
  }
  return index;
}
