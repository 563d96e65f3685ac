import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Reads the file of a shared library without loading it, because loading would run its code. */
export interface SharedLibrary {
  /** elf: Linux and other Unixes; macho: Darwin; pe: Windows. */
  readonly format: 'elf' | 'macho' | 'pe';
  /** The functions that it exports; undefined where the file does not tell (Mach-O is not read so far). */
  readonly exports: readonly string[] | undefined;
}

/** No shared library, or a broken one. */
export class SharedLibraryError extends Error {
  override readonly name = 'SharedLibraryError';
}

/** The header of a file may give any number of symbols; more than this many are not read. */
const MOST_SYMBOLS = 200_000;
const LONGEST_NAME = 500;
const MOST_SECTIONS = 10_000;

/** @throws SharedLibraryError */
export function readSharedLibrary(file: string): SharedLibrary {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('not a file');
    return parsed(new Bytes(fd, stat.size));
  } catch (error) {
    throw new SharedLibraryError(`${file}: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const OUTSIDE = 'a damaged shared library: it refers to bytes beyond the end of the file';
const NO_LIBRARY = 'not a shared library: it is neither ELF (.so) nor Mach-O (.dylib) nor PE (.dll)';

function parsed(bytes: Bytes): SharedLibrary {
  if (bytes.size < 64) throw new Error(NO_LIBRARY);
  const magic = bytes.at(0, 4).toString('latin1');
  if (magic === '\x7fELF') return { format: 'elf', exports: elfExports(bytes) };
  if (magic.startsWith('MZ')) return { format: 'pe', exports: peExports(bytes) };
  if (['\xcf\xfa\xed\xfe', '\xce\xfa\xed\xfe', '\xca\xfe\xba\xbe'].includes(magic)) return { format: 'macho', exports: undefined };
  throw new Error(NO_LIBRARY);
}

const SHT_DYNSYM = 11;
const DEFINED_BINDINGS = [1, 2];
const FUNCTION_TYPES = [2, 10];
const SEEN_FROM_OUTSIDE = [0, 3];

/** The functions of .dynsym: global or weak, defined here, visible. */
function elfExports(bytes: Bytes): string[] | undefined {
  const ident = bytes.at(0, 64);
  const is64 = ident[4] === 2;
  const read = reader(ident[5] === 2);
  const word = (buffer: Buffer, at: number) => (is64 ? read.u64(buffer, at) : read.u32(buffer, at));
  const sectionsAt = is64 ? read.u64(ident, 40) : read.u32(ident, 32);
  const [size, count] = is64 ? [read.u16(ident, 58), read.u16(ident, 60)] : [read.u16(ident, 46), read.u16(ident, 48)];
  if (sectionsAt === 0 || count > MOST_SECTIONS || size < (is64 ? 64 : 40)) return undefined;
  const section = (n: number) => {
    const header = bytes.at(sectionsAt + n * size, size);
    const [offset, length] = is64 ? [word(header, 24), word(header, 32)] : [word(header, 16), word(header, 20)];
    return { type: read.u32(header, 4), offset, length, link: read.u32(header, is64 ? 40 : 24) };
  };
  const dynsym = Array.from({ length: count }, (_, n) => n)
    .map(section)
    .find(({ type }) => type === SHT_DYNSYM);
  if (dynsym === undefined) return undefined;
  if (dynsym.link >= count) throw new Error(OUTSIDE);
  const strings = section(dynsym.link);
  const entry = is64 ? 24 : 16;
  const symbols = bytes.at(dynsym.offset, Math.min(dynsym.length, MOST_SYMBOLS * entry));
  const names: string[] = [];
  for (let at = 0; at + entry <= symbols.length; at += entry) {
    const [info, other, index] = is64
      ? [symbols[at + 4], symbols[at + 5], read.u16(symbols, at + 6)]
      : [symbols[at + 12], symbols[at + 13], read.u16(symbols, at + 14)];
    const [binding, type, visibility] = [(info as number) >> 4, (info as number) & 15, (other as number) & 3];
    if (index === 0 || !DEFINED_BINDINGS.includes(binding) || !FUNCTION_TYPES.includes(type) || !SEEN_FROM_OUTSIDE.includes(visibility)) continue;
    names.push(bytes.text(strings.offset + read.u32(symbols, at)));
  }
  return names;
}

/** The names of the export directory. */
function peExports(bytes: Bytes): string[] {
  const read = reader(false);
  const header = read.u32(bytes.at(0x3c, 4), 0);
  const coff = bytes.at(header, 24);
  if (coff.toString('latin1', 0, 4) !== 'PE\0\0') throw new Error(NO_LIBRARY);
  const [sectionCount, optionalSize] = [read.u16(coff, 6), read.u16(coff, 20)];
  const optional = bytes.at(header + 24, optionalSize);
  const directories = read.u16(optional, 0) === 0x20b ? 112 : 96;
  if (optional.length < directories + 8) return [];
  const exportsAt = read.u32(optional, directories);
  if (exportsAt === 0) return [];
  const sections = bytes.at(header + 24 + optionalSize, sectionCount * 40);
  const offsetOf = (address: number) => {
    for (let at = 0; at < sections.length; at += 40) {
      const [start, length, offset] = [read.u32(sections, at + 12), read.u32(sections, at + 16), read.u32(sections, at + 20)];
      if (address >= start && address < start + length) return address - start + offset;
    }
    throw new Error(OUTSIDE);
  };
  const directory = bytes.at(offsetOf(exportsAt), 40);
  const count = Math.min(read.u32(directory, 24), MOST_SYMBOLS);
  if (count === 0) return [];
  const addresses = bytes.at(offsetOf(read.u32(directory, 32)), count * 4);
  return Array.from({ length: count }, (_, n) => bytes.text(offsetOf(read.u32(addresses, n * 4))));
}

/** A file, read piece by piece; what lies beyond its end is refused. */
class Bytes {
  readonly size: number;
  readonly #fd: number;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  at(offset: number, length: number): Buffer {
    if (offset < 0 || length < 0 || offset + length > this.size) throw new Error(OUTSIDE);
    const buffer = Buffer.alloc(length);
    if (readSync(this.#fd, buffer, 0, length, offset) !== length) throw new Error(OUTSIDE);
    return buffer;
  }

  /** The text up to the next zero byte. */
  text(offset: number): string {
    const bytes = this.at(offset, Math.max(0, Math.min(LONGEST_NAME, this.size - offset)));
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
  }
}

function reader(isBigEndian: boolean) {
  return {
    u16: (buffer: Buffer, at: number) => (isBigEndian ? buffer.readUInt16BE(at) : buffer.readUInt16LE(at)),
    u32: (buffer: Buffer, at: number) => (isBigEndian ? buffer.readUInt32BE(at) : buffer.readUInt32LE(at)),
    u64: (buffer: Buffer, at: number) => Number(isBigEndian ? buffer.readBigUInt64BE(at) : buffer.readBigUInt64LE(at)),
  };
}
