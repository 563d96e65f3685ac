import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import type { Platform } from '../../platforms/platform.ts';
import { describeDeviation } from '../../report/deviation.ts';
import { formatRun } from '../../report/formats.ts';
import { painter } from '../../report/pretty.ts';
import { conforms, viewOf } from '../../report/view.ts';
import { judge, timingOf } from '../../results/judge.ts';
import { footerOf, headerOf } from '../../results/lines.ts';
import type { Measured } from '../../results/measured.ts';
import { scenariosPage } from '../../scripts/scenarios-page.ts';
import { failed, LINUX, measured, received, WINDOWS } from '../fixtures/index.ts';

function view(platform: Platform, ...results: Measured[]) {
  const scenarios = results.map((result) => judge(platform, result));
  return viewOf({ header: headerOf(platform, new Date(0)), scenarios, timings: results.map(timingOf), footer: footerOf(scenarios, false, 1234) });
}

const plain = { paint: painter({}), verbose: false };
const ONCE = [failed('ECONNRESET', 104), received(0), received(0), received(0), received(0)];
const ALWAYS = Array.from({ length: 5 }, () => failed('WSAECONNRESET', 10054));

describe('a deviation is described with the actual first', () => {
  const line = (platform: Platform, id: string, ...trace: Parameters<typeof measured>[1][]) => describeDeviation(judge(platform, measured(id, ...trace)));

  test('a call that failed, by its number, name and code', () => {
    expect(line(LINUX, 'tcp/reset/idle', [failed('ECONNRESET', 104), failed('ECONNRESET', 104)])).toBe(
      'tcp/reset/idle: recv #2 = -1 ECONNRESET (104), expected eof (platforms/linux/expected.json)',
    );
  });

  test('a call that succeeded, by its token', () => {
    expect(line(WINDOWS, 'tcp/reset/idle', ONCE.slice(1))).toBe('tcp/reset/idle: recv #1 = eof, expected WSAECONNRESET (platforms/windows/expected.json)');
  });

  test('a trace that is too short, or too long', () => {
    expect(line(LINUX, 'tcp/reset/idle', ONCE.slice(0, 1))).toBe('tcp/reset/idle: the trace ends after 1 calls, expected eof (platforms/linux/expected.json)');
    expect(
      line(LINUX, 'tcp/reset/recv-then-so-error', [failed('ECONNRESET', 104), { ...received(0), call: 'getsockopt', token: 'so_error:0' }, received(0)]),
    ).toBe('tcp/reset/recv-then-so-error: recv #2 = eof, expected no further call (platforms/linux/expected.json)');
  });
});

describe('the report', () => {
  const good = view(LINUX, measured('tcp/reset/idle', ONCE), measured('tcp/fin/idle', [received(0), received(0), received(0), received(0)]));

  test('has platform, traces, classes and a summary', () => {
    expect(formatRun(good, 'pretty', plain)).toBe(`linux-6.18: Debian GNU/Linux 12 (bookworm), kernel 6.18.44, glibc 2.36, x64, Node 20.0.0, koffi 3.3.4

       scenario        trace            mongoose 7.10–7.21      mongoose 7.22
match  tcp/reset/idle  ECONNRESET eof…  MG_IO_RESET MG_IO_ERR…  MG_IO_ERR…
match  tcp/fin/idle    eof…             MG_IO_ERR…              MG_IO_ERR…

2 scenarios × 1 trials in 1.2 s: 2 match; no wrong classes by mongoose 7.10–7.21, mongoose 7.22
`);
    expect(conforms(good)).toBe(true);
  });

  test('holds Windows against the tables of Winsock', () => {
    expect(formatRun(view(WINDOWS, measured('tcp/reset/idle', ALWAYS)), 'pretty', plain)).toContain(
      'match  tcp/reset/idle  WSAECONNRESET…  MG_IO_RESET…        MG_IO_ERR…',
    );
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
    const text = formatRun(bad, 'pretty', plain);
    expect(text).toContain('tcp/reset/idle: recv #2 = -1 ECONNRESET (104), expected eof (platforms/linux/expected.json)');
    expect(text).toContain('tcp/reset/peek: trials differ: 1× ECONNRESET eof…, 1× eof');
    expect(text).toContain('tcp/state/listening: blocked: the call had not returned after 5000 ms');
  });

  test('is coloured on a terminal, unless NO_COLOR says otherwise', () => {
    expect(painter({ isTTY: false })('red', 'x')).toBe('x');
    const before = { ...process.env };
    try {
      for (const name of ['NO_COLOR', 'FORCE_COLOR']) delete process.env[name];
      process.env.TERM = 'xterm';
      expect(painter({ isTTY: true })('red', 'x')).toBe('\x1b[31mx\x1b[39m');
      process.env.NO_COLOR = '1';
      expect(painter({ isTTY: true })('red', 'x')).toBe('x');
    } finally {
      process.env = before;
    }
  });

  test('as Markdown escapes what a run may have brought along', () => {
    const hostile = view(
      { ...LINUX, os: '<script>alert(1)</script> | [x](y)' },
      { ...measured('tcp/idle/recv'), ended: { as: 'unsupported', reason: '| </td><b>' } },
    );
    const text = formatRun(hostile, 'markdown', plain);
    expect(text).toContain('\\<script\\>alert(1)\\</script\\> \\| \\[x\\](y)');
    expect(text).toContain('| unsupported | `tcp/idle/recv` | \\| \\</td\\>\\<b\\> |');
    expect(text).not.toMatch(/[^\\]<\/?(script|td|b)/);
  });

  test('as Markdown keeps the pipes of poll inside of their cell', () => {
    const poll = { on: 'S' as const, call: 'poll', args: {}, ret: 1, code: 0, out: { revents: 29 }, token: 'poll:IN|OUT|ERR|HUP' };
    expect(formatRun(view(LINUX, measured('tcp/reset/poll', [poll])), 'markdown', plain)).toContain('`poll:IN\\|OUT\\|ERR\\|HUP`');
  });
});

test('docs/scenarios.md is in step with the suites and the expectations (npm run docs writes it)', () => {
  expect(readFileSync(join(packageRoot, 'docs', 'scenarios.md'), 'utf8')).toBe(scenariosPage());
});
