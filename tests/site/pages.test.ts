import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterEach, describe, expect, test } from 'vitest';
import { footerOf, headerOf, scenarioOf, serializeRun } from '../../results/lines.ts';
import { workplace } from '../fixtures/check.ts';
import { ASKED, failed, LINUX, measured, received } from '../fixtures/index.ts';
import { chromiumProgram, siteOf } from './chromium.ts';

/** Each kind of page, as one finds it and with something chosen. */
const PAGES = [
  'matrix.html',
  'matrix.html#q=reset&beside=windows&differs=1',
  'calls.html',
  'calls.html#state=unread&first=so_error&second=recv',
  'try.html',
  'try.html#steps=P+resett',
];

describe.runIf(chromiumProgram !== undefined)('the interactive pages [needs Chromium]', () => {
  const site = siteOf();
  afterEach(() => site.expectQuiet());

  describe.each(['light', 'dark'] as const)('in a %s theme', (colorScheme) => {
    test.each(PAGES)('axe finds nothing on %s', async (path) => {
      const page = await site.open(path, { colorScheme });
      await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
      await page.evaluate(axe.source);
      const found = (await page.evaluate(
        'axe.run({ preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
      )) as string[];
      expect(found).toEqual([]);
    });
  });
});

const EVIL = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  '\u202eevil\u2066',
] as const;

function hostileRun(): string {
  const [first, second] = EVIL;
  const platform = { ...LINUX, name: first, os: second, kernel: '__proto__' };
  const trace = EVIL.map((word) => ({ ...failed(word, 104), call: word, args: { [word]: word } }));
  const scenarios = [measured('tcp/reset/idle', trace, [received(0)]), measured('evil/proto/constructor', trace)].map((result) => ({
    ...scenarioOf(platform, result),
    steps: EVIL.join('; '),
    reason: first,
  }));
  return serializeRun({ header: headerOf(platform, new Date(0), ASKED), scenarios, timings: [], footer: footerOf(scenarios, { ms: 1, interrupted: false }) });
}

describe.runIf(chromiumProgram !== undefined)('a hostile run harms nothing [needs Chromium]', () => {
  const { folder } = workplace();
  const site = siteOf(() => {
    writeFileSync(join(folder, 'evil.jsonl'), hostileRun());
    return [join(folder, 'evil.jsonl')];
  });
  afterEach(() => site.expectQuiet());

  test('in the matrix: it is shown as it is written', async () => {
    const page = await site.open('matrix.html');
    const text = await page.locator('#matrix').innerText();
    for (const word of EVIL.slice(0, 5)) expect(text).toContain(word);
    expect(text).toContain('\\u202eevil\\u2066');
    expect(await page.locator('img, #matrix script').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    await page.fill('#find', '__proto__ constructor');
    await expect.poll(() => page.locator('#status').textContent()).toContain('2 of 2');
  });

  test('in the map of calls, which it has no pairs for', async () => {
    const page = await site.open('calls.html');
    expect(await page.locator('#maps table caption').allInnerTexts()).toEqual([]);
  });
});

const HOSTILE_HASHES = [
  '#q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E&event=__proto__&call=constructor&verdict=toString&from=__proto__&beside=javascript:alert(1)',
  '#end=__proto__&state=constructor&first=__proto__&second=toString',
  '#steps=%3Cimg%20src=x%20onerror=alert(1)%3E',
  '#steps=constructor%20__proto__%3B%20S%20toString',
  `#steps=${'%F0%9F%92%A9'.repeat(20_000)}`,
  '#steps=%E0%A4%A',
  '#=%00%FF&%%%',
  `#steps=${encodeURIComponent('S recv ×1000')}`,
];

describe.runIf(chromiumProgram !== undefined)('a hostile address harms nothing [needs Chromium]', () => {
  const site = siteOf();
  afterEach(() => site.expectQuiet());

  test.each(['matrix.html', 'calls.html', 'try.html'])('of %s', async (path) => {
    for (const hash of HOSTILE_HASHES) {
      const page = await site.open(path + hash);
      expect(await page.locator('#status').textContent()).not.toBe('');
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect(await page.evaluate('Object.keys(Object.prototype).length')).toBe(0);
      await page.close();
    }
  });
});
