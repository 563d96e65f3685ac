import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validateStrict } from 'ctrf';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { runCommand } from '../../cli/program.ts';
import type { Format } from '../../report/format-names.ts';
import { formatRuns } from '../../report/formats.ts';
import { layoutOf } from '../../report/grid.ts';
import { viewOf } from '../../report/view.ts';
import { footerOf, headerOf, scenarioOf, timingOf } from '../../results/lines.ts';
import type { Measured } from '../../results/measured.ts';
import { shippedRuns } from '../../results/recorded.ts';
import type { Run } from '../../results/schema.ts';
import { captured } from '../fixtures/here.ts';
import { ASKED, failed, LINUX, measured, received } from '../fixtures/index.ts';

const xsd = { fileName: 'junit.xsd', contents: readFileSync(fileURLToPath(new URL('../fixtures/junit.xsd', import.meta.url)), 'utf8') };

function runOf(...all: readonly Measured[]): Run {
  const scenarios = all.map((one) => scenarioOf(LINUX, one));
  return { header: headerOf(LINUX, new Date(0), ASKED), scenarios, timings: all.map(timingOf), footer: footerOf(scenarios, { ms: 12, interrupted: false }) };
}

const formatted = (format: Format, ...runs: readonly Run[]) =>
  formatRuns(
    runs.map((run) => viewOf(run, [])),
    format,
    { ...layoutOf({}), verbose: false },
  );

const RESET = failed('ECONNRESET', 104);
const HOSTILE = '</failure>]]><script>\u001b[31m\u202e&"%0A::error::\ud800';
/** One of each kind: as expected, not so, trials that differ, a hang, a crash, none that is expected, one that the platform lacks. */
const mixed = runOf(
  measured('tcp/reset/idle', [RESET, received(0), received(0)]),
  measured('tcp/reset/unread-data', [received(0)]),
  measured('tcp/reset/send', [RESET], [received(0)]),
  { ...measured('tcp/reset/poll'), ended: { as: 'blocked', reason: HOSTILE } },
  { ...measured('tcp/fin/poll'), ended: { as: 'crashed', reason: 'SIGSEGV' } },
  measured('tcp/own/mine', [received(1)]),
  { ...measured('tcp/events/reset'), ended: { as: 'unsupported', reason: 'only on Winsock' } },
);
const shipped = shippedRuns().map(({ run }) => run);

async function xmlFaults(contents: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents }], schema: [xsd] });
  return errors.map(({ rawMessage }) => rawMessage);
}

describe('JUnit', () => {
  test.each([
    ['of one run', [mixed]],
    ['of several', shipped],
  ])('%s is valid', async (_, runs) => {
    expect(await xmlFaults(formatted('junit', ...runs))).toEqual([]);
  });

  test('its schema can refuse', async () => {
    expect(await xmlFaults(formatted('junit', mixed).replace('<testsuite ', '<testsuit '))).not.toEqual([]);
    expect(await xmlFaults(formatted('junit', mixed).replace(' tests="', ' test="'))).not.toEqual([]);
  });

  test('of check is valid too', async () => {
    expect(await xmlFaults((await captured(() => runCommand(['check', 'mongoose@7.16', '--format', 'junit']))).stdout)).toEqual([]);
  });

  test('what nothing is expected of did not pass', () => {
    const xml = formatted('junit', mixed);
    expect(xml).toContain('<testsuites name="sockatlas run" tests="7" failures="2" errors="2"');
    expect(xml.match(/<skipped /g)).toHaveLength(2);
    expect(xml).toContain('<skipped message="nothing is expected of it: it is recorded, and not judged" />');
    expect(xml).toMatch(/<failure type="deviation" message="tcp\/reset\/unread-data: recv #1 = eof, expected data:10 /);
  });
});

describe('CTRF', () => {
  test.each([
    ['of one run', [mixed]],
    ['of several', shipped],
  ])('%s is what its reference library accepts', (_, runs) => {
    expect(() => validateStrict(JSON.parse(formatted('ctrf', ...runs)))).not.toThrow();
  });

  test('counts each test once', () => {
    const { summary, tests } = JSON.parse(formatted('ctrf', mixed)).results;
    expect(summary).toMatchObject({ tests: 7, passed: 1, failed: 4, skipped: 2, pending: 0, other: 0 });
    expect(tests).toHaveLength(7);
  });
});

describe('a badge', () => {
  test('says what is not as expected, or how much is', () => {
    expect(JSON.parse(formatted('badge-json', mixed))).toEqual({
      ...{ schemaVersion: 1, label: 'sockatlas', message: 'linux-6.18: 4 not as expected', color: expect.stringMatching(/^#/), isError: true },
    });
    expect(JSON.parse(formatted('badge-json', ...shipped))).toMatchObject({ message: expect.stringMatching(/^3 platforms: \d+ as expected$/), isError: false });
  });

  test('of a run without scenarios is not green', () => {
    expect(JSON.parse(formatted('badge-json', runOf()))).toMatchObject({ isError: true });
  });

  test('as SVG is well-formed, and has its text for who cannot see it', async () => {
    const name = { ...mixed, header: { ...mixed.header, platform: { ...LINUX, name: HOSTILE } } };
    for (const run of [mixed, name]) {
      const { valid } = await validateXML({ xml: [{ fileName: 'badge.svg', contents: formatted('badge', run) }] } as unknown as Parameters<
        typeof validateXML
      >[0]);
      expect(valid).toBe(true);
    }
    expect(formatted('badge', mixed)).toContain('aria-label="sockatlas: linux-6.18: 4 not as expected"');
  });
});

describe('annotations', () => {
  test('are a command a line, whatever a message holds', () => {
    const lines = formatted('github', mixed).trimEnd().split('\n');
    expect(lines.map((line) => /^::(\w+) title=[^,:]*::/.exec(line)?.[1])).toEqual(['error', 'error', 'error', 'error', 'notice']);
    expect(lines.find((line) => line.includes('tcp/reset/poll'))).toContain('%250A');
  });

  test('of many there are ten, of which the last says how many more', () => {
    const many = runOf(...Array.from({ length: 30 }, (_, i) => ({ ...measured(`tcp/own/case-${i}`), ended: { as: 'crashed' as const, reason: 'x' } })));
    const errors = formatted('github', many)
      .split('\n')
      .filter((line) => line.startsWith('::error'));
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)).toContain('21 more are not as expected');
  });
});

test('Markdown fits a step summary: what is cut is said', () => {
  const many = runOf(...Array.from({ length: 20_000 }, (_, i) => measured(`tcp/own/case-${i}`, [received(1)])));
  const text = formatted('markdown', many);
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toMatch(/^\d+ more scenarios: the page would be too long/m);
  const hung = runOf(
    ...Array.from({ length: 20_000 }, (_, i) => ({ ...measured(`tcp/own/case-${i}`), ended: { as: 'blocked' as const, reason: 'x'.repeat(500) } })),
  );
  expect(Buffer.byteLength(formatted('markdown', hung))).toBeLessThan(1024 * 1024);
});
