import { readData } from './package-root.ts';

/** What a return value of a socket call means. The vocabulary is small, so that tables of different libraries can be compared. */
export const MEANINGS = ['would-block', 'interrupted', 'data', 'end', 'reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other'] as const;
export type Meaning = (typeof MEANINGS)[number];

/** An error code of a platform, as `codes.json` has it (its schema, which tests hold it to: platforms/code-schema.ts). */
export interface Code {
  readonly name: string;
  readonly number: number;
  /** The numbering to which the code belongs. */
  readonly domain: 'errno' | 'winsock' | 'win32' | 'ntstatus';
  readonly meaning: Meaning;
  /** A description for readers. */
  readonly text: string;
  /** Other names of the same number: EWOULDBLOCK for EAGAIN. */
  readonly aliases?: readonly string[];
  /** For an NTSTATUS: the code to which WSAGetOverlappedResult translates it. */
  readonly winsock?: string;
  /** For an NTSTATUS: the code to which GetOverlappedResult and GetQueuedCompletionStatus translate it. */
  readonly win32?: string;
  readonly sources?: readonly string[];
}

/** The error codes of each platform. Wine has the codes of Windows. */
const FILES = { linux: 'linux', windows: 'windows', wine: 'windows', darwin: 'darwin' } as const;
export type CodePlatform = keyof typeof FILES;
export const CODE_PLATFORMS = ['linux', 'darwin', 'windows'] as const;

const cache = new Map<string, readonly Code[]>();

export function codesOf(platform: CodePlatform): readonly Code[] {
  const file = FILES[platform];
  let codes = cache.get(file);
  if (codes === undefined) {
    codes = readData('platforms', file, 'codes.json') as readonly Code[];
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

/** The NTSTATUS of that number, unsigned: what an overlapped operation ended with. */
export function ntStatus(platform: CodePlatform, number: number): Code | undefined {
  return codesOf(platform).find((code) => code.domain === 'ntstatus' && code.number === number);
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
