import { describe, expect, test } from 'vitest';
import { differenceWords } from '../../report/difference.ts';
import { paragraph, terminalWidth, wrap } from '../../report/text.ts';
import { columnWidths, tableLines } from '../../report/text-table.ts';
import { traceWords } from '../../report/trace-words.ts';

describe('a trace in words', () => {
  test.each([
    ['EAGAIN', 'EAGAIN'],
    ['EAGAIN EAGAIN', 'EAGAIN every time'],
    ['ECONNRESET eof eof eof eof', 'ECONNRESET, then eof ×4'],
    ['data:10 ECONNRESET eof eof eof', 'data:10, ECONNRESET, then eof ×3'],
    ['data:4 data:4 data:2 ECONNRESET eof eof', 'data:4 ×2, data:2, ECONNRESET, then eof ×2'],
    ['data:5 ECONNRESET eof', 'data:5, ECONNRESET, eof'],
    ['sent:4 ECONNREFUSED sent:4 ECONNREFUSED', '(sent:4, ECONNREFUSED) every time'],
    ['ECONNRESET WANT eof WANT eof WANT', 'ECONNRESET, WANT, then (eof, WANT) ×2'],
    ['poll:IN|OUT eof poll:IN|OUT', 'poll:IN|OUT, eof, poll:IN|OUT'],
    ['eof blocked', 'eof, never returns'],
    ['', ''],
  ])('%s', (trace, words) => expect(traceWords(trace === '' ? [] : trace.split(' '))).toBe(words));

  test('a pattern that repeats, with and without the number of calls', () => {
    expect(traceWords(['WSAECONNRESET…'])).toBe('WSAECONNRESET every time');
    expect(traceWords(['ECONNRESET', 'eof…'])).toBe('ECONNRESET, then eof every time');
    expect(traceWords(['ECONNRESET', 'eof…'], 5)).toBe('ECONNRESET, then eof ×4');
    expect(traceWords(['WSAECONNRESET…'], 5)).toBe('WSAECONNRESET every time');
  });

  test('never ends in dots', () => {
    for (const trace of [['a…'], ['a', 'b…'], ['a', 'b', 'b'], ['a', 'b', 'a', 'b']]) expect(traceWords(trace)).not.toMatch(/…/);
  });
});

describe('a difference in words', () => {
  test.each([
    ['ECONNRESET eof eof', 'WSAECONNRESET WSAECONNRESET WSAECONNRESET', 'every time'],
    ['WSAECONNRESET WSAECONNRESET', 'ECONNRESET eof', 'once'],
    ['data:10 ECONNRESET eof', 'WSAECONNRESET WSAECONNRESET WSAECONNRESET', 'data lost'],
    ['WSAECONNRESET WSAECONNRESET', 'data:10 ECONNRESET', 'data kept'],
    ['eof eof', 'WSAECONNRESET WSAECONNRESET', 'error'],
    ['EPIPE', 'WSAESHUTDOWN', 'other code'],
    ['so_error:ECONNRESET', 'so_error:0', 'no error'],
    ['poll:IN', 'poll:OUT', 'readiness'],
    ['EINVAL', 'WSAEWOULDBLOCK', 'would block'],
    ['EINPROGRESS', 'WSAEWOULDBLOCK', 'other code'],
    ['ENOTCONN', 'blocked', 'never returns'],
  ])('%s against %s: %s', (a, b, words) => expect(differenceWords(a.split(' '), b.split(' '))).toBe(words));
});

describe('text', () => {
  test('wraps at spaces, and hangs', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(paragraph('one two three four', 9, '  ')).toBe('one two\n  three\n  four');
    expect(wrap('unbreakable', 3)).toEqual(['unbreakable']);
  });

  test('is as wide as the terminal, as COLUMNS where there is none, else 100', () => {
    const before = process.env.COLUMNS;
    try {
      delete process.env.COLUMNS;
      expect(terminalWidth({ columns: 80 })).toBe(80);
      expect(terminalWidth({})).toBe(100);
      process.env.COLUMNS = '120';
      expect(terminalWidth({})).toBe(120);
      process.env.COLUMNS = 'wide';
      expect(terminalWidth({})).toBe(100);
      expect(terminalWidth({ columns: 3 })).toBe(40);
    } finally {
      if (before === undefined) delete process.env.COLUMNS;
      else process.env.COLUMNS = before;
    }
  });
});

describe('a table', () => {
  const paint = (_: unknown, text: string) => text;

  test('keeps its lines within the width: the widest columns give way and wrap', () => {
    const rows = [
      ['name', 'one two three four five six', 'seven eight'],
      ['n', 'a', 'b'],
    ];
    for (const width of [24, 30, 40, 80]) {
      const lines = tableLines(rows, { width, paint }) ?? [];
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.join(' ').split(/\s+/).sort()).toEqual(rows.flat().join(' ').split(' ').sort());
    }
  });

  test('is none where not even the longest words fit', () => {
    expect(columnWidths([['unbreakable', 'unbreakable']], 20)).toBeUndefined();
    expect(tableLines([['unbreakable', 'unbreakable']], { width: 20, paint })).toBeUndefined();
  });

  test('paints each line of a cell, and pads without colours', () => {
    const lines = tableLines([[{ text: 'one two', style: 'red' }, 'x']], { width: 6, paint: (_, text) => `<${text}>` });
    expect(lines).toEqual(['<one>  x', '<two>']);
  });
});
