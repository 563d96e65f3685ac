import { withoutSpelling } from './same-trace.ts';

/** What a return value of a socket call means. The vocabulary is small, so that tables of different libraries can be compared. */
export const MEANINGS = ['would-block', 'interrupted', 'data', 'end', 'reset', 'aborted', 'timed-out', 'refused', 'misuse', 'other'] as const;
export type Meaning = (typeof MEANINGS)[number];

/** An error code of a platform, as `codes.json` has it (tests/platforms/data.test.ts holds it to that). */
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

/** The platforms that have codes of their own. */
export const CODE_PLATFORMS = ['linux', 'darwin', 'windows'] as const;
export type CodeSystem = (typeof CODE_PLATFORMS)[number];
/** All whose codes are known. */
export const PLATFORMS = [...CODE_PLATFORMS, 'wine'] as const;
export type CodePlatform = (typeof PLATFORMS)[number];

/** Whose codes a platform speaks: Wine speaks those of Windows. */
export function codeSystem(platform: CodePlatform): CodeSystem {
  return platform === 'wine' ? 'windows' : platform;
}

/** The API through which a platform's programs see its codes: errno, or WSAGetLastError(). */
export function apiOf({ id }: { readonly id: CodePlatform }): 'posix' | 'winsock' {
  return codeSystem(id) === 'windows' ? 'winsock' : 'posix';
}

/** The platforms whose programs see their codes through an API. */
export function platformsWith(api: 'posix' | 'winsock'): readonly CodePlatform[] {
  return PLATFORMS.filter((id) => apiOf({ id }) === api);
}

/** Where the codes come from: each list is asked for once, when it is first needed. */
export interface CodeData {
  readonly list: (system: CodeSystem) => readonly Code[];
  /** The C runtime's own errno numbers on Windows: no Winsock call ever sets one of them. */
  readonly crt: () => Readonly<Record<string, number>>;
  /** The names of errno.h that no socket call sets. */
  readonly otherErrno: () => readonly string[];
}

interface Index {
  readonly all: readonly Code[];
  readonly byNumber: ReadonlyMap<number, Code>;
  readonly statuses: ReadonlyMap<number, Code>;
  readonly byName: ReadonlyMap<string, Code>;
}

/** The error codes of every platform, by number and by name. */
export class Codes {
  readonly #data: CodeData;
  readonly #indexes = new Map<CodeSystem, Index>();
  #crt: Readonly<Record<string, number>> | undefined;
  #otherErrno: ReadonlySet<string> | undefined;

  constructor(data: CodeData) {
    this.#data = data;
  }

  all(platform: CodePlatform): readonly Code[] {
    return this.#index(platform).all;
  }

  /** The code that a failed socket call left (errno, or WSAGetLastError's), or undefined for a number that the platform's list lacks. */
  socketCode(platform: CodePlatform, number: number): Code | undefined {
    return this.#index(platform).byNumber.get(number);
  }

  /** The NTSTATUS of that number, unsigned: what an overlapped operation ended with. */
  ntStatus(platform: CodePlatform, number: number): Code | undefined {
    return this.#index(platform).statuses.get(number);
  }

  /** The code of that name, or of that alias. */
  named(platform: CodePlatform, name: string): Code | undefined {
    return this.#index(platform).byName.get(name);
  }

  /** The code that another platform's name stands for on this one: WSAECONNRESET for ECONNRESET, and the other way round. */
  counterpart(platform: CodePlatform, name: string): Code | undefined {
    const wanted = withoutSpelling(name);
    return this.all(platform).find((code) => (code.domain === 'errno' || code.domain === 'winsock') && withoutSpelling(code.name) === wanted);
  }

  /** The C runtime's number of an errno name, on Windows. */
  crtNumber(name: string): number | undefined {
    return Object.hasOwn(this.#runtime, name) ? this.#runtime[name] : undefined;
  }

  /** The errno name of a C runtime number, on Windows. */
  crtName(number: number): string | undefined {
    return Object.keys(this.#runtime).find((name) => this.#runtime[name] === number);
  }

  /** Whether errno.h has the name, though no socket call sets it. */
  isOtherErrno(name: string): boolean {
    this.#otherErrno ??= new Set(this.#data.otherErrno());
    return this.#otherErrno.has(name);
  }

  get #runtime(): Readonly<Record<string, number>> {
    this.#crt ??= this.#data.crt();
    return this.#crt;
  }

  #index(platform: CodePlatform): Index {
    const system = codeSystem(platform);
    let index = this.#indexes.get(system);
    if (index === undefined) {
      const all = this.#data.list(system);
      const byNumber = (of: (code: Code) => boolean) => new Map(all.filter(of).map((code) => [code.number, code]));
      index = {
        all,
        // Winsock calls may leave a Win32 code too (ERROR_IO_PENDING); no number is in both. An NTSTATUS is never left.
        byNumber: byNumber(({ domain }) => domain !== 'ntstatus'),
        statuses: byNumber(({ domain }) => domain === 'ntstatus'),
        byName: new Map(all.flatMap((code) => [code.name, ...(code.aliases ?? [])].map((name) => [name, code]))),
      };
      this.#indexes.set(system, index);
    }
    return index;
  }
}

/**
 * The value to which the error code is set before each call. No socket call sets it. An observation with this value therefore means that the call
 * failed and set no code (Wine's tests preset 0xdeadbeef for the same reason).
 */
export const UNTOUCHED = 987_654_321;
