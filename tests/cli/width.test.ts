import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { check } from '../../cli/check.ts';
import { close } from '../../cli/close.ts';
import { compare } from '../../cli/diff.ts';
import { explain } from '../../cli/explain.ts';
import { list } from '../../cli/list.ts';
import { predictions } from '../../cli/predict.ts';
import { report } from '../../cli/report.ts';
import { show } from '../../cli/show.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';

/** A line that is wider than the terminal wraps, and a table that wraps is none. */
const WIDTHS = [80, 100, 120, 200];

const runs = ['linux-6.18', 'wine-8.0', 'wine-10.0'].map((name) => join(recordedFolder, `${name}-x64.jsonl`));
const [linux] = runs as [string];
const pretty = { format: 'pretty' as const };

const COMMANDS: Readonly<Record<string, () => Promise<number>>> = {
  'report RUN': () => report([linux], pretty),
  'report RUN -v': () => report([linux], { ...pretty, verbose: true }),
  'report RUN --classes mongoose@7.16': () => report([linux], { ...pretty, classes: ['mongoose@7.16'] }),
  'report RUN RUN RUN': () => report(runs, pretty),
  'diff linux windows': () => compare(['linux', 'windows'], { ...pretty, failOn: 'never' }),
  'diff linux wine-8.0 -v': () => compare(['linux', 'wine-8.0'], { ...pretty, failOn: 'never', verbose: true }),
  'check mongoose@7.16': () => check(['mongoose@7.16'], { ...pretty, level: 'warning' }),
  'check openssl --level note': () => check(['openssl'], { ...pretty, level: 'note' }),
  'close mongoose': () => close('mongoose', pretty),
  'close mongoose@7.16 --tls openssl': () => close('mongoose@7.16', { ...pretty, tls: 'openssl' }),
  list: () => list([], { ...pretty, skip: [] }),
  'list -v': () => list([], { ...pretty, skip: [], verbose: true }),
  'show tcp/reset/idle': () => show('tcp/reset/idle', pretty),
  'show tls/reset/write-waiting': () => show('tls/reset/write-waiting', pretty),
  'predict --why': () => predictions(['P send 10; P close; S send 8; S recv ×5', 'S recv &; P reset'], { format: 'pretty', why: true }),
  'explain 10054': () => explain('10054', pretty),
  'explain ECONNRESET': () => explain('ECONNRESET', pretty),
};

/** What a command prints, in this process: forty of them are quick so. */
async function printed(command: () => Promise<number>, env: Readonly<Record<string, string>>): Promise<string> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation(((chunk: string, done: () => void) => {
    text += chunk;
    done();
    return true;
  }) as typeof process.stdout.write);
  try {
    await command();
  } finally {
    spy.mockRestore();
    process.env = before;
  }
  return text;
}

function wide(text: string, width: number): string[] {
  return text.split('\n').filter((line) => stripVTControlCharacters(line).length > width);
}

describe.each(WIDTHS)('at %i columns', (width) => {
  test.each(Object.entries(COMMANDS))('%s', async (_, command) => {
    const text = await printed(command, { COLUMNS: String(width), NO_COLOR: '1' });
    expect(text.length).toBeGreaterThan(100);
    expect(wide(text, width)).toEqual([]);
  });
});

describe('at 80 columns', () => {
  const manuals = [
    'run',
    'report',
    'diff',
    'check',
    'close',
    'try',
    'list',
    'show',
    'explain',
    'setup',
    'doctor',
    'new',
    'predict',
    'fuzz',
    'coverage',
    'emulate',
  ].map((name) => [name, '--help']);
  test.each([['--help'], ...manuals])('%s %s', async (...args) => {
    const { stdout } = await here(present(args), { env: { COLUMNS: '80' } });
    expect(stdout.length).toBeGreaterThan(100);
    expect(wide(stdout, 80)).toEqual([]);
  });

  test.each([
    ['run', 'tcp/reset', '--trials', '1'],
    ['run', 'tcp/reset/unread-data'],
  ])('%s %s, of agents', async (...args) => {
    const { stdout } = await here(present(args), { env: { COLUMNS: '80' } });
    expect(stdout.length).toBeGreaterThan(100);
    expect(wide(stdout, 80)).toEqual([]);
  });

  function present(args: readonly (string | undefined)[]): string[] {
    return args.filter((arg) => arg !== undefined);
  }
});

test('colours take no room, and NO_COLOR takes them away', async () => {
  const command = COMMANDS['report RUN'] as () => Promise<number>;
  const coloured = await printed(command, { COLUMNS: '80', FORCE_COLOR: '1' });
  const plain = await printed(command, { COLUMNS: '80', FORCE_COLOR: '0' });
  expect(coloured).not.toBe(plain);
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

test('without a terminal and without COLUMNS it is 100', async () => {
  const text = await printed(COMMANDS['report RUN'] as () => Promise<number>, { COLUMNS: '', NO_COLOR: '1' });
  const widest = Math.max(...text.split('\n').map((line) => line.length));
  expect(widest).toBeLessThanOrEqual(100);
  expect(widest).toBeGreaterThan(80);
});
