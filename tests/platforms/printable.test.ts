import { expect, test } from 'vitest';
import { blanked, plain, printable } from '../../platforms/printable.ts';

const HOSTILE = 'a\u001b[2Jb\u202ec\td\n\u2028e\ud800\r\nf';

test('what a terminal would obey, or a reader not see, is shown; a line ends where it ended', () => {
  expect(printable(HOSTILE)).toBe('a\\u001b[2Jb\\u202ec\\u0009d\n\\u2028e\\ud800\\u000d\nf');
  expect(printable('Grüße, 文字, \u{1f4a5}')).toBe('Grüße, 文字, \u{1f4a5}');
});

test('in one line', () => expect(plain(HOSTILE)).toBe('a\\u001b[2Jb\\u202ec d \\u2028e\\ud800 f'));

test('in one line, without them', () => expect(blanked(HOSTILE)).toBe('a [2Jb c d e f'));
