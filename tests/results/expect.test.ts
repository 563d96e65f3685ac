import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectationsSchema } from '../../platforms/expectation.ts';
import { expectedText } from '../../platforms/expected-text.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import type { Platform } from '../../platforms/platform.ts';
import { type ExpectedFile, expectedFrom } from '../../results/expect.ts';
import { footerOf, headerOf, scenarioOf } from '../../results/lines.ts';
import type { Observation, Run } from '../../results/schema.ts';
import { ASKED, failed, LINUX, measured, received, WINDOWS, WINE_8 } from '../fixtures/index.ts';

const IDLE = 'tcp/reset/idle';
const INET6 = 'tcp/reset/idle?family=inet6';
const RESET = failed('WSAECONNRESET', 10054);
const ABORTED = failed('WSAECONNABORTED', 10053);
const END = received(0);
const MEASURED = 'measured: Windows 11, 10.0.26100, x86-64';

const documented = { trace: ['WSAECONNRESET…'], evidence: 'documented' as const, sources: ['a page'], note: 'why' };

function runOf(platform: Platform, id: string, ...traces: readonly (readonly Observation[])[]): Run {
  const scenarios = [scenarioOf(platform, measured(id, ...traces))];
  const header = headerOf(platform, new Date(0), ASKED);
  return { header, scenarios, timings: [], footer: footerOf(scenarios, { ms: 1, interrupted: false }) };
}

/** What becomes of a file with this content, and what is said. */
function changed(run: Run, content: ExpectedFile) {
  const expected = expectedFrom(run, new Set([IDLE, INET6]), () => content);
  const file = expected.files.get('platforms/expected/tcp/reset.json');
  if (file !== undefined) expectationsSchema.parse(file);
  return { kinds: expected.changes.map(({ kind }) => kind), file, leftOut: expected.leftOut };
}

describe('a run changes the expectations', () => {
  test('what it confirms is measured now; sources and the note stay', () => {
    const { kinds, file } = changed(runOf(WINDOWS, IDLE, [RESET, RESET]), { idle: { windows: documented } });
    expect(kinds).toEqual(['confirmed']);
    expect(file?.idle?.windows).toEqual({ ...documented, evidence: 'measured', sources: [MEASURED, 'a page'] });
  });

  test('what was only read gives way, in its place', () => {
    const { kinds, file } = changed(runOf(WINDOWS, IDLE, [RESET, END, END]), { idle: { windows: documented } });
    expect(kinds).toEqual(['changed']);
    expect(JSON.stringify(file?.idle?.windows)).toBe(
      JSON.stringify({ trace: ['WSAECONNRESET', 'eof…'], evidence: 'measured', sources: [MEASURED, 'a page'], note: 'why' }),
    );
  });

  test('what was measured on another version stays; the new one is for its own', () => {
    const old = { ...documented, evidence: 'measured' as const };
    const { kinds, file } = changed(runOf(WINDOWS, IDLE, [ABORTED]), { idle: { windows: old } });
    expect(kinds).toEqual(['added']);
    expect(file?.idle?.windows).toEqual([{ when: { build: '10.0.26100' }, trace: ['WSAECONNABORTED'], evidence: 'measured', sources: [MEASURED] }, old]);
  });

  test('where nothing is known, or there is no entry for this version', () => {
    expect(changed(runOf(WINDOWS, IDLE, [RESET]), { idle: { windows: { evidence: 'unknown', sources: [] } } }).file?.idle?.windows).toEqual({
      trace: ['WSAECONNRESET'],
      evidence: 'measured',
      sources: [MEASURED],
    });
    expect(changed(runOf(WINDOWS, IDLE, [RESET]), {}).file?.idle?.windows).toEqual({ trace: ['WSAECONNRESET'], evidence: 'measured', sources: [MEASURED] });
    const other = { ...documented, when: { build: '<10.0.9000' } };
    expect(changed(runOf(WINDOWS, IDLE, [RESET]), { idle: { windows: other } }).file?.idle?.windows).toMatchObject([other, { when: { build: '10.0.26100' } }]);
  });

  test('a scenario with parameters gets an entry of its own where it differs, and else confirms the one without', () => {
    expect(changed(runOf(WINDOWS, INET6, [RESET]), { idle: { windows: documented } }).file).toMatchObject({ idle: { windows: { evidence: 'measured' } } });
    const { kinds, file } = changed(runOf(WINDOWS, INET6, [END]), { idle: { windows: documented } });
    expect({ kinds, file }).toMatchObject({ kinds: ['added'], file: { idle: { windows: documented }, 'idle?family=inet6': { windows: { trace: ['eof'] } } } });
  });

  test('Wine gets an entry where it differs from Windows, for its version', () => {
    expect(changed(runOf(WINE_8, IDLE, [RESET]), { idle: { windows: documented } }).kinds).toEqual(['same']);
    const { file } = changed(runOf(WINE_8, IDLE, [END]), { idle: { windows: documented } });
    expect(file?.idle?.wine).toEqual({ when: { wine: '8.0' }, trace: ['eof'], evidence: 'measured', sources: ['measured: Wine 8.0, x86-64'] });
  });

  test('trials that differ are each expected', () => {
    expect(changed(runOf(LINUX, IDLE, [END, END], [END]), {}).file?.idle?.linux).toMatchObject({ anyOf: [['eof…'], ['eof']] });
  });

  test('what did not complete, or is no scenario of this version, is left out', () => {
    const crashed = {
      ...runOf(WINDOWS, IDLE),
      scenarios: [scenarioOf(WINDOWS, { id: IDLE, trials: 0, traces: [], ms: 1, ended: { as: 'crashed', reason: 'SIGSEGV' } })],
    };
    expect(changed(crashed, {}).leftOut).toEqual([{ id: IDLE, reason: 'crashed: SIGSEGV' }]);
    expect(changed(runOf(WINDOWS, 'tcp/own/mine', [RESET]), {}).leftOut).toEqual([{ id: 'tcp/own/mine', reason: 'this version has no such scenario' }]);
  });
});

test('the files of expectations are written as they are laid out', () => {
  const folder = join(packageRoot, 'platforms', 'expected');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    expect(expectedText(JSON.parse(text))).toBe(text);
  }
});
