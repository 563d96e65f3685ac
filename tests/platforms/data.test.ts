import os from 'node:os';
import { describe, expect, test } from 'vitest';
import { CODE_PLATFORMS, type Code, MEANINGS } from '../../language/code.ts';
import { codeNamed, codesOf, socketCode } from '../../platforms/codes.ts';
import { checkExpectations, EXPECTED_PLATFORMS, expectationFor, expectationsFor, expectedFile, patternsOf } from '../../platforms/expectation.ts';
import { readData } from '../../platforms/package-root.ts';
import { z } from '../../platforms/zod.ts';
import { stories as scenarios } from '../../suites/index.ts';
import { LINUX, WINDOWS, WINE_8 } from '../fixtures/index.ts';

const text = z.string().min(1);

/** What a `codes.json` holds. */
const codesSchema = z.array(
  z.strictObject({
    name: text,
    number: z.int(),
    domain: z.enum(['errno', 'winsock', 'win32', 'ntstatus']),
    meaning: z.enum(MEANINGS),
    text,
    aliases: z.array(text).readonly().exactOptional(),
    winsock: text.exactOptional(),
    win32: text.exactOptional(),
    sources: z.array(text).readonly().exactOptional(),
  }) satisfies { _output: Code },
);

describe.each(CODE_PLATFORMS)('the codes of %s', (platform) => {
  const codes = codesOf(platform);

  test('are of the schema', () => {
    expect(codesSchema.parse(codes)).toEqual(codes);
  });

  test('have each name once, aliases too', () => {
    const names = codes.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('have each number once: what a call leaves names one code', () => {
    const numbers = codes.map(({ number }) => number);
    expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
  });

  test('say something of each', () => {
    expect(codes.filter(({ text }) => !/^[A-Z].*\.$/.test(text))).toEqual([]);
  });
});

test.runIf(process.platform === 'linux')("Linux's numbers are this system's [needs Linux]", () => {
  for (const [name, number] of Object.entries(os.constants.errno)) {
    const known = codeNamed('linux', name);
    if (known !== undefined) expect([name, known.number]).toEqual([name, number]);
  }
});

test('each NTSTATUS is mapped to codes that are in the list', () => {
  const statuses = codesOf('windows').filter(({ domain }) => domain === 'ntstatus');
  expect(statuses.length).toBeGreaterThan(15);
  for (const { name, winsock, win32 } of statuses) {
    expect([name, codeNamed('windows', winsock ?? '')?.domain]).toEqual([name, expect.stringMatching(/^win(sock|32)$/)]);
    expect([name, codeNamed('windows', win32 ?? '')?.domain]).toEqual([name, expect.stringMatching(/^win/)]);
  }
});

test('numbers are named by platform, and an NTSTATUS never stands for a code', () => {
  expect(socketCode('linux', 104)?.name).toBe('ECONNRESET');
  expect(socketCode('windows', 10054)?.name).toBe('WSAECONNRESET');
  expect(socketCode('wine', 10054)?.name).toBe('WSAECONNRESET');
  expect(socketCode('windows', 0xc000020d)).toBeUndefined();
  expect(socketCode('linux', 99_999)).toBeUndefined();
});

const ids = new Set(scenarios.map(({ id }) => id));
const nameOf = (id: string) => id.split('/')[2] as string;

test('every case is a scenario', () => {
  expect(() => checkExpectations([...ids])).not.toThrow();
  expect(() => checkExpectations([...ids].slice(1))).toThrow(/^platforms\/expected\/tcp\/idle\.json:2: \/recv: no scenario is named "tcp\/idle\/recv"/);
});

test('the cases of each file are in the order of the suite', () => {
  for (const file of new Set([...ids].map(expectedFile))) {
    const cases = Object.keys(readData(...file.split('/')) as object);
    expect([file, cases]).toEqual([file, [...ids].filter((id) => expectedFile(id) === file && cases.includes(nameOf(id))).map(nameOf)]);
  }
});

describe.each(EXPECTED_PLATFORMS)('what is expected of %s', (platform) => {
  test('has for each scenario no entry behind one that always holds', () => {
    for (const id of ids) {
      const always = expectationsFor(platform, id).findIndex(({ when }) => when === undefined);
      expect([id, always]).toEqual([id, always === -1 ? -1 : expectationsFor(platform, id).length - 1]);
    }
  });

  test('is written in tokens of the contract', () => {
    const token =
      /^(data:\d+|eof|0|sent:\d+|ok|(WSA)?E[A-Z]+|so_error:(0|(WSA)?E[A-Z]+)|poll:(0|(IN|OUT|ERR|HUP)(\|(IN|OUT|ERR|HUP))*)|select:[r-][w-][x-]|status:(0|STATUS_[A-Z_]+)|events:(0|(READ|CLOSE)(=WSAE[A-Z]+)?(\|CLOSE(=WSAE[A-Z]+)?)?)|(ERROR|WAIT)_[A-Z_]+|SSL_ERROR_[A-Z_]+|blocked|\?)…?$/;
    for (const id of ids) {
      for (const expectation of expectationsFor(platform, id)) {
        for (const pattern of patternsOf(expectation))
          for (const written of pattern) expect(`${id}: ${written}`).toMatch(new RegExp(`: ${token.source.slice(1)}`));
      }
    }
  });
});

/** What only Winsock has. */
const WINDOWS_OWN = /^(tcp\/(overlapped|iocp|events|acceptex|connectex)\/|udp\/unreachable\/connreset-)/;

test('every scenario is known, or marked unknown, on Windows, and measured on Linux where Linux has it', () => {
  for (const id of ids) {
    expect([id, expectationFor(WINDOWS, id)?.expectation.evidence]).toEqual([id, expect.stringMatching(/^(asserted|documented|reported|inferred|unknown)$/)]);
    expect([id, expectationFor(LINUX, id)?.expectation.evidence]).toEqual([id, WINDOWS_OWN.test(id) ? undefined : 'measured']);
  }
});

test('a scenario with parameters inherits from the one without', () => {
  expect(expectationFor(LINUX, 'tcp/reset/select?family=inet6')?.expectation.id).toBe('tcp/reset/select');
});

test('Wine mirrors Windows but where it deviates, by version', () => {
  expect(expectationFor(WINE_8, 'tcp/reset/idle')?.expectation).toMatchObject({ trace: ['eof…'], deviates: expect.stringContaining('8.21') });
  expect(expectationFor({ ...WINE_8, wine: '10.0' }, 'tcp/reset/idle')).toEqual(expectationFor(WINDOWS, 'tcp/reset/idle'));
  expect(expectationFor(WINE_8, 'tcp/idle/recv')).toEqual(expectationFor(WINDOWS, 'tcp/idle/recv'));
});

test('nothing is known of Darwin, or of a scenario that does not exist', () => {
  expect(expectationFor({ ...LINUX, id: 'darwin' }, 'tcp/reset/idle')).toBeUndefined();
  expect(expectationFor(LINUX, 'tcp/no/such')).toBeUndefined();
});
