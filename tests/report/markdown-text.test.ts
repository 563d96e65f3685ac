import { expect, test } from 'vitest';
import { code, markdownTable, text } from '../../report/markdown-text.ts';

test('text does not become markup; an underscore inside of a word is none', () => {
  expect(text('*a* _b_ MG_IO_ERR `c` [d](e) <f> |\n#1')).toBe('\\*a\\* \\_b\\_ MG_IO_ERR \\`c\\` \\[d\\](e) \\<f\\> \\| \\#1');
});

test('neither a pipe nor a backtick ends code', () => expect(code('poll:IN|OUT `x`\n_y_')).toBe("`poll:IN\\|OUT 'x' _y_`"));

test('a table has a rule below its header', () => {
  expect(markdownTable(['a', 'b'], [['1', '']])).toEqual(['| a | b |', '| --- | --- |', '| 1 |  |']);
  expect(markdownTable(['a'], [])).toEqual(['| a |', '| --- |']);
});
