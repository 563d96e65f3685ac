import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { cli } from '../fixtures/index.ts';

/** The site in a real Chromium, opened from disk. */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program, where this machine has one. */
export const chromiumProgram = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

interface Site {
  /** Opens a page of the site. What it asks of anywhere else than the disk, and each error that it meets, is kept for `expectQuiet`. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Asserts that no page asked for anything, and that none met an error; a refusal by the page's own policy is one. */
  expectQuiet(): void;
}

/** Writes the site of some runs, of those that come with sockatlas where none are named, and starts a browser. */
export function siteOf(runs: () => readonly string[] = () => []): Site {
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas-site-'));
  const noises: string[] = [];
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (chromiumProgram === undefined) return;
    const { code, stderr } = cli(['site', ...runs(), '--out', join(folder, 'site')]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    // Root has no sandbox of Chromium's.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: chromiumProgram, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return {
    open: async (path, options = {}) => {
      const context = await (browser as Browser).newContext(options);
      const page = await context.newPage();
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) noises.push(`asks for ${request.url()}`);
      });
      page.on('requestfailed', (request) => noises.push(`has no ${request.url()}`));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') noises.push(message.text());
      });
      page.on('pageerror', (error) => noises.push(error.message));
      page.on('dialog', (dialog) => {
        noises.push(`says ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(`file://${folder}/site/${path}`);
      return page;
    },
    expectQuiet: () => expect(noises.splice(0)).toEqual([]),
  };
}
