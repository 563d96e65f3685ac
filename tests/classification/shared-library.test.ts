import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSharedLibrary, SharedLibraryError } from '../../classification/shared-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas library '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

function read(bytes: Buffer) {
  const file = join(folder, 'library');
  writeFileSync(file, bytes);
  return readSharedLibrary(file);
}

/** A DLL of one section at 0x1000 that exports these names: as much of PE32+ as the reader looks at. */
function dll(names: readonly string[]): Buffer {
  const bytes = Buffer.alloc(0x600);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(1, 0x86);
  bytes.writeUInt16LE(0xf0, 0x94);
  bytes.writeUInt16LE(0x20b, 0x98);
  bytes.writeUInt32LE(0x1000, 0x98 + 112);
  const section = 0x98 + 0xf0;
  bytes.writeUInt32LE(0x1000, section + 12);
  bytes.writeUInt32LE(0x400, section + 16);
  bytes.writeUInt32LE(0x200, section + 20);
  bytes.writeUInt32LE(names.length, 0x200 + 24);
  bytes.writeUInt32LE(0x1040, 0x200 + 32);
  let at = 0x100;
  names.forEach((name, i) => {
    bytes.writeUInt32LE(0x1000 + at, 0x240 + i * 4);
    at += bytes.write(`${name}\0`, 0x200 + at, 'latin1');
  });
  return bytes;
}

/** An ELF file of 64 bits that exports `classify`, has one symbol of data and needs one function of others. */
function elf(): Buffer {
  const bytes = Buffer.alloc(0x300);
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeBigUInt64LE(0x100n, 40);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(3, 60);
  const section = (n: number, type: number, offset: number, size: number, link: number) => {
    bytes.writeUInt32LE(type, 0x100 + n * 64 + 4);
    bytes.writeBigUInt64LE(BigInt(offset), 0x100 + n * 64 + 24);
    bytes.writeBigUInt64LE(BigInt(size), 0x100 + n * 64 + 32);
    bytes.writeUInt32LE(link, 0x100 + n * 64 + 40);
  };
  section(1, 11, 0x200, 4 * 24, 2);
  section(2, 3, 0x280, 0x40, 0);
  bytes.write('\0classify\0data\0malloc\0', 0x280, 'latin1');
  const symbol = (n: number, name: number, info: number, index: number) => {
    bytes.writeUInt32LE(name, 0x200 + n * 24);
    bytes[0x200 + n * 24 + 4] = info;
    bytes.writeUInt16LE(index, 0x200 + n * 24 + 6);
  };
  symbol(1, 1, 0x12, 5);
  symbol(2, 10, 0x11, 5);
  symbol(3, 15, 0x12, 0);
  return bytes;
}

describe('what a shared library exports', () => {
  test('is read from a DLL', () => expect(read(dll(['classify', 'other']))).toEqual({ format: 'pe', exports: ['classify', 'other'] }));
  test('may be nothing', () => expect(read(dll([]))).toEqual({ format: 'pe', exports: [] }));
  test('is read from ELF: functions that are defined there', () => expect(read(elf())).toEqual({ format: 'elf', exports: ['classify'] }));
  test('is not known of Mach-O', () => {
    expect(read(Buffer.concat([Buffer.from([0xcf, 0xfa, 0xed, 0xfe]), Buffer.alloc(100)]))).toEqual({ format: 'macho', exports: undefined });
  });
});

describe('a hostile file', () => {
  test.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('x'.repeat(200))],
    ['an ELF header alone', elf().subarray(0, 64)],
    ['half a DLL', dll(['classify']).subarray(0, 0x220)],
  ])('that is %s is refused', (_, bytes) => expect(() => read(bytes)).toThrow(SharedLibraryError));

  test('of random bytes behind a right header costs no memory, no time and no other error', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed;
    };
    for (const whole of [elf(), dll(['classify'])]) {
      for (let n = 0; n < 500; n++) {
        const bytes = Buffer.from(whole);
        for (let i = 0; i < 8; i++) bytes[8 + (random() % (bytes.length - 8))] = random() % 256;
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SharedLibraryError);
        }
      }
    }
  });
});
