import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export { brief } from './brief.ts';

/** Files come from elsewhere: how much of one is read, how deep it nests, how much of it a message repeats. */

export interface Bound {
  readonly maxBytes: number;
  /** What has at most so many bytes: "a run". */
  readonly what: string;
  /** What is thrown for a file that cannot be read, or is larger. */
  readonly Refused: new (
    message: string,
  ) => Error;
}

const STDIN = 0;
const CHUNK = 64 * 1024;

/** The text of a file, a pipe or a device, without its byte order mark; `-` is stdin. What counts is what is read: a device has the size 0, and a file may grow. */
export function readBounded(file: string, { maxBytes, what, Refused }: Bound): string {
  let fd: number | undefined;
  try {
    fd = file === '-' ? STDIN : openSync(file, 'r');
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new Refused(`${file}: is a folder; name a file`);
    if (stat.size > maxBytes) throw new Refused(`${file}: ${stat.size} bytes; ${what} has at most ${maxBytes}`);
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.max(CHUNK, stat.size + 1 - total));
      const read = readSome(fd, chunk);
      if (read === 0) break;
      total += read;
      if (total > maxBytes) throw new Refused(`${file}: more than ${maxBytes} bytes; ${what} has at most so many`);
      chunks.push(chunk.subarray(0, read));
    }
    const [only, ...others] = chunks;
    return (only !== undefined && others.length === 0 ? only : Buffer.concat(chunks)).toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`${file}: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined && fd !== STDIN) closeSync(fd);
  }
}

/** On Windows the end of a pipe is an error. */
function readSome(fd: number, chunk: Buffer): number {
  try {
    return readSync(fd, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EOF') return 0;
    throw error;
  }
}

/** How deep a JSON text nests, and how many values it holds at most, without parsing it: what is in its strings does not count. */
export function extentOf(text: string): { readonly depth: number; readonly values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) inString = !inString;
    else if (inString) i += character === BACKSLASH ? 1 : 0;
    else if (character === COMMA) values++;
    else if (character === ARRAY || character === OBJECT) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (character === ARRAY_END || character === OBJECT_END) depth--;
  }
  return { depth: deepest, values };
}

// Numbers, because a text may have sixty million characters.
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
