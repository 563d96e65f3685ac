import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { chromiumProgram, siteOf } from './chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** One of each kind. */
const PAGES = [
  'index.html',
  'scenarios/tcp.reset.after-half-close.html',
  'scenarios/tls.reset.write-waiting~reader=bio.html',
  'codes.html',
  'codes/WSAECONNRESET.html',
  'tables.html',
  'tables/mongoose-7.10-7.21-winsock.html',
  'policies/mongoose.html',
  'policies/mongoose-7.16.html',
];

describe.runIf(chromiumProgram !== undefined)('the pages without scripts [needs Chromium]', () => {
  const site = siteOf();
  afterEach(() => site.expectQuiet());

  describe.each(['light', 'dark'] as const)('in a %s theme', (colorScheme) => {
    test.each(PAGES)('axe finds nothing on %s, on a phone, and it does not scroll sideways', async (path) => {
      const page = await site.open(path, { colorScheme, viewport: { width: 360, height: 640 } });
      await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await page.evaluate(axe);
      const found = await page.evaluate('axe.run({ preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))');
      expect(found).toEqual([]);
    });
  });

  test.each(PAGES)('%s is printed dark on light in a dark theme too, and no wider than A4', async (path) => {
    // 210 mm less Chromium's margins of 1 cm, at 96 dots an inch.
    const page = await site.open(path, { colorScheme: 'dark', viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(20, 32, 43)');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(718);
  });

  test('by the keyboard, from the front page to what Windows returns when the peer resets while data is unread, and to the code', async () => {
    const page = await site.open('index.html');
    await follow('What does recv return when the peer resets while data is unread?');
    expect(await page.title()).toContain('tcp/reset/unread-data');
    expect(await page.locator('.calls').innerText()).toContain('WSAECONNRESET');
    await follow('WSAECONNRESET');
    expect(await page.title()).toContain('WSAECONNRESET (10054)');
    await follow('tcp/reset/unread-data');
    expect(await page.title()).toContain('tcp/reset/unread-data');

    /** By Tab alone, as one without a mouse finds it. */
    async function follow(text: string): Promise<void> {
      for (let i = 0; i < 300; i++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement.textContent')) !== text) continue;
        await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
        return;
      }
      throw new Error(`no link says ${text}`);
    }
  });
});
