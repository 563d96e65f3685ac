import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tablesOf } from '../../classification/table.ts';
import { pairs as pairsOfCalls } from '../../language/pairs.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import type { Platform } from '../../platforms/platform.ts';
import { describeDeviation } from '../../report/deviation.ts';
import { formatRuns } from '../../report/formats.ts';
import { painter, written } from '../../report/paint.ts';
import { conforms, type View, viewOf } from '../../report/view.ts';
import { footerOf, headerOf, scenarioOf, timingOf } from '../../results/lines.ts';
import type { Measured } from '../../results/measured.ts';
import { atlasPicture } from '../../scripts/atlas-picture.tsx';
import { differencesPage } from '../../scripts/differences-page.ts';
import { errorPage } from '../../scripts/error-page.ts';
import { scenariosPage } from '../../scripts/scenarios-page.ts';
import { ASKED, failed, LINUX, measured, received, WINDOWS, WINE_8 } from '../fixtures/index.ts';

const mongoose = [...tablesOf('mongoose', 'posix'), ...tablesOf('mongoose', 'winsock')];

function viewWith(showsClasses: boolean, platform: Platform, ...results: Measured[]): View {
  const scenarios = results.map((result) => scenarioOf(platform, result));
  const run = {
    header: headerOf(platform, new Date(0), ASKED),
    scenarios,
    timings: results.map(timingOf),
    footer: footerOf(scenarios, { interrupted: false, ms: 1234 }),
  };
  return viewOf(run, mongoose, showsClasses);
}
const view = (platform: Platform, ...results: Measured[]) => viewWith(false, platform, ...results);

const options = (width: number, verbose = false) => ({ paint: painter({}), width, verbose });
const pretty = (views: View | readonly View[], width = 100, verbose = false) => formatRuns([views].flat(), 'pretty', options(width, verbose));
const ONCE = [failed('ECONNRESET', 104), received(0), received(0), received(0), received(0)];
const ALWAYS = Array.from({ length: 5 }, () => failed('WSAECONNRESET', 10054));
const ENDS = Array.from({ length: 4 }, () => received(0));

describe('a deviation is described with the actual first', () => {
  const line = (platform: Platform, id: string, ...trace: Parameters<typeof measured>[1][]) => describeDeviation(scenarioOf(platform, measured(id, ...trace)));

  test('a call that failed, by its number, name and code', () => {
    expect(line(LINUX, 'tcp/reset/idle', [failed('ECONNRESET', 104), failed('ECONNRESET', 104)])).toBe(
      'tcp/reset/idle: recv #2 = -1 ECONNRESET (104), expected eof (platforms/expected/tcp/reset.json)',
    );
  });

  test('a call that succeeded, by its token', () => {
    expect(line(WINDOWS, 'tcp/reset/idle', ONCE.slice(1))).toBe('tcp/reset/idle: recv #1 = eof, expected WSAECONNRESET (platforms/expected/tcp/reset.json)');
  });

  test('a trace that is too short, or too long', () => {
    expect(line(LINUX, 'tcp/reset/idle', ONCE.slice(0, 1))).toBe(
      'tcp/reset/idle: the trace ends after 1 calls, expected eof (platforms/expected/tcp/reset.json)',
    );
    expect(
      line(LINUX, 'tcp/reset/recv-then-so-error', [failed('ECONNRESET', 104), { ...received(0), call: 'getsockopt', token: 'so_error:0' }, received(0)]),
    ).toBe('tcp/reset/recv-then-so-error: recv #2 = eof, expected no further call (platforms/expected/tcp/reset.json)');
  });
});

describe('the report of one run', () => {
  const good = view(LINUX, measured('tcp/reset/idle', ONCE), measured('tcp/fin/idle', ENDS));

  test('shows what differs, beside what Windows does, and says what is the same', () => {
    expect(pretty(good, 110)).toBe(`linux-6.18: Debian GNU/Linux 12 (bookworm), kernel 6.18.44, glibc 2.36, x64, Node 20.0.0, koffi 3.3.4

tcp/reset: the peer has reset the connection
        linux-6.18, measured     windows, not measured
  idle  ECONNRESET, then eof ×4  WSAECONNRESET every time  ≠ every time

The same on both, not shown: tcp/fin (1).

2 scenarios × 1 trial in 1.2 s: 2 match.
1 differs from Windows: sockatlas diff linux windows
`);
    expect(conforms(good)).toBe(true);
  });

  test('counts pairs of calls apart, and says so', () => {
    const pairs = [...pairsOfCalls().keys()].filter((id) => id.startsWith('tcp/reset/pair?state=')).map((id) => measured(id, ONCE.slice(0, 2)));
    expect(pretty(view(LINUX, measured('tcp/reset/idle', ONCE), ...pairs)).replaceAll(/\s+/g, ' ')).toContain(
      '1 differs from Windows, besides the pairs of calls: sockatlas diff',
    );
  });

  test('is stacked where columns would be too narrow', () => {
    expect(pretty(good, 52)).toContain(`tcp/reset: the peer has reset the connection
  idle  ≠ every time
    linux-6.18, measured   ECONNRESET, then eof ×4
    windows, not measured  WSAECONNRESET every time
`);
  });

  test('on Windows is shown beside Linux', () => {
    const text = pretty(view(WINDOWS, measured('tcp/reset/idle', ALWAYS)));
    expect(text).toMatch(/windows-11-26100, measured {2}linux, measured\n {2}idle {2}WSAECONNRESET every time {4}ECONNRESET, then eof ×4 {2}≠ once\n/);
    expect(text).toContain('1 differs from Linux: sockatlas diff linux windows');
  });

  test('does not show what differs only by inference, and counts it', () => {
    const text = pretty(view(LINUX, measured('tcp/reset/idle', ONCE), measured('tcp/reset/peek', ONCE.slice(0, 4))));
    expect(text).toContain('not shown: 1 that differs by inference only (sockatlas run -v tcp/reset)');
    expect(text).toContain('2 differ from Windows, 1 of them by inference only');
  });

  test('with every call, where that is asked for', () => {
    const text = pretty(viewWith(true, LINUX, measured('tcp/reset/idle', ONCE)), 100, true);
    expect(text).toContain(`tcp/reset/idle  match
  linux-6.18, measured here, 1 of 1 trials: ECONNRESET, then eof ×4
    → class by mongoose 7.10–7.21 | mongoose 7.22
    S recv(length=4096) = -1 ECONNRESET (104)  → MG_IO_RESET | MG_IO_ERR
    S recv(length=4096) = 0  → MG_IO_ERR | MG_IO_ERR  ×4
  windows, asserted by a test that runs on Windows: WSAECONNRESET every time  ≠
`);
  });

  test('with the classes of tables, call by call, for every scenario', () => {
    const text = pretty(viewWith(true, LINUX, measured('tcp/reset/idle', ONCE), measured('tcp/fin/idle', ENDS)));
    expect(text).toContain('    mongoose 7.10–7.21: MG_IO_RESET, then MG_IO_ERR ×4\n    mongoose 7.22: MG_IO_ERR every time\n');
    expect(text).toMatch(/tcp\/fin: .*\n.*\n {2}idle +eof every time +eof every time\n/);
  });

  test('tells of a deviation, of trials that differ, of what hung', () => {
    const bad = view(
      LINUX,
      measured(
        'tcp/reset/idle',
        ALWAYS.map((o) => ({ ...o, name: 'ECONNRESET', token: 'ECONNRESET', code: 104 })),
      ),
      measured('tcp/reset/peek', ONCE, [received(0)]),
      { ...measured('tcp/state/listening', []), ended: { as: 'blocked', reason: 'the call had not returned after 5000 ms' } },
    );
    expect(conforms(bad)).toBe(false);
    const text = pretty(bad, 200);
    expect(text).toMatch(/idle +ECONNRESET every time .* deviation\n/);
    expect(text).toContain('tcp/reset/idle: recv #2 = -1 ECONNRESET (104), expected eof (platforms/expected/tcp/reset.json)');
    expect(text).toContain('tcp/reset/peek: trials differ: 1× ECONNRESET, then eof ×4; 1× eof');
    expect(text).toContain('tcp/state/listening: blocked: the call had not returned after 5000 ms');
  });

  test('tells of a wrong class', () => {
    const [table] = tablesOf('mongoose', 'posix', '7.16');
    const waits = {
      ...table,
      rows: [{ ret: 'negative' as const, codes: ['ECONNRESET'], class: 'MG_IO_WAIT' }, ...(table?.rows ?? [])],
    } as (typeof mongoose)[number];
    const wrong = viewOf(good.run, [waits]);
    expect(conforms(wrong)).toBe(false);
    const text = pretty(wrong, 200);
    expect(text).toContain('tcp/reset/idle: recv #1 = -1 ECONNRESET (104) means reset; mongoose@7.10–7.21/posix classifies it as MG_IO_WAIT');
    expect(text).toContain('Wrong classes by mongoose@7.10–7.21/posix: 1, listed above.');
  });
});

describe('the report of several runs', () => {
  const linux = view(LINUX, measured('tcp/reset/idle', ONCE), measured('tcp/fin/idle', ENDS));
  const wine = view(WINE_8, measured('tcp/reset/idle', [...ENDS, received(0)]), measured('tcp/fin/idle', ENDS));

  test('has a column for each, and one for Windows, and marks known deviations', () => {
    const text = pretty([linux, wine], 140);
    expect(text).toMatch(
      /linux-6\.18, measured +wine-8\.0, measured +windows, not measured\n {2}idle {2}ECONNRESET, then eof ×4 +eof every time \* +WSAECONNRESET every time +≠\n/,
    );
    expect(text).toContain('The same on all, not shown: tcp/fin (1).');
    expect(text).toContain('* known deviation from Windows');
    expect(text).toContain('wine-8.0: 2 scenarios × 1 trial in 1.2 s: 1 known-deviation, 1 match.');
  });

  test('says of a run that it was not asked for a scenario', () => {
    const some = view(WINE_8, measured('tcp/reset/idle', [...ENDS, received(0)]));
    const partial = { ...some, run: { ...some.run, footer: { ...some.run.footer, notRun: ['tcp/fin/idle'] } } };
    expect(pretty([viewWith(true, LINUX, measured('tcp/fin/idle', ENDS)), partial], 140)).toMatch(/ {2}idle +eof every time +not run +eof every time\n/);
    expect(formatRuns([linux, partial], 'markdown', options(140))).toContain('| `tcp/fin/idle` | match | `eof every time` | not run |  |');
    expect(formatRuns([linux, some], 'markdown', options(140))).toContain('| `tcp/fin/idle` | match | `eof every time` |  |  |');
  });

  test('has no column for what is expected of Windows where a run of it is there', () => {
    const text = pretty([linux, view(WINDOWS, measured('tcp/reset/idle', ALWAYS))], 140);
    expect(text).not.toContain('documented');
    expect(text).toContain('windows-11-26100, measured');
  });
});

describe('a painter', () => {
  test('paints on a terminal, unless NO_COLOR says otherwise', () => {
    expect(painter({ isTTY: false })('red', 'x')).toBe('x');
    const before = { ...process.env };
    try {
      for (const name of ['NO_COLOR', 'FORCE_COLOR']) delete process.env[name];
      process.env.TERM = 'xterm';
      expect(written(painter({ isTTY: true })('red', 'x'))).toBe('\x1b[31mx\x1b[39m');
      process.env.NO_COLOR = '1';
      expect(painter({ isTTY: true })('red', 'x')).toBe('x');
    } finally {
      process.env = before;
    }
  });

  test('changes no line but in its colours', () => {
    const plain = pretty(view(LINUX, measured('tcp/reset/idle', ONCE)));
    const coloured = formatRuns([view(LINUX, measured('tcp/reset/idle', ONCE))], 'pretty', { ...options(100), paint: (_, text) => `\x1b[31m${text}\x1b[39m` });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });
});

describe('as Markdown', () => {
  const markdown = (...views: View[]) => formatRuns(views, 'markdown', options(100));

  test('a run is a table, beside what Windows does', () => {
    expect(
      markdown(view(LINUX, measured('tcp/reset/idle', ONCE))),
    ).toContain(`| scenario | verdict | linux-6.18, measured here | windows, not measured | differs |
| --- | --- | --- | --- | --- |
| \`tcp/reset/idle\` | match | \`ECONNRESET, then eof ×4\` | \`WSAECONNRESET every time\` | ≠ |`);
  });

  test('escapes what a run may have brought along', () => {
    const hostile = view(
      { ...LINUX, os: '<script>alert(1)</script> | [x](y)' },
      { ...measured('tcp/idle/recv'), ended: { as: 'unsupported', reason: '| </td><b>' } },
    );
    const text = markdown(hostile);
    expect(text).toContain('\\<script\\>alert(1)\\</script\\> \\| \\[x\\](y)');
    expect(text).toContain('| `tcp/idle/recv` | unsupported | \\| \\</td\\>\\<b\\> |');
    expect(text).not.toMatch(/[^\\]<\/?(script|td|b)/);
  });

  test('keeps the pipes of poll inside of their cell', () => {
    const poll = { on: 'S' as const, call: 'poll', args: {}, ret: 1, code: 0, out: { revents: 29 }, token: 'poll:IN|OUT|ERR|HUP' };
    expect(markdown(view(LINUX, measured('tcp/reset/poll', [poll])))).toContain('`poll:IN\\|OUT\\|ERR\\|HUP`');
  });
});

test.each([
  ['scenarios.md', scenariosPage],
  ['atlas.svg', atlasPicture],
  ['differences.md', differencesPage],
  ['which-call-takes-the-error.md', errorPage],
])('docs/%s is in step with the suites, the expectations and the runs (npm run docs writes it)', (name, page) => {
  expect(readFileSync(join(packageRoot, 'docs', name), 'utf8')).toBe(page());
});
