import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { chromiumProgram, siteOf } from './chromium.ts';

const site = siteOf();

const count = (page: Page) => page.locator('#status');
const row = (page: Page, name: string) => page.locator('#rows tr', { has: page.locator(`th a:text-is("${name}")`) });
const headings = (page: Page) => page.locator('#rows thead th').evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent));
const drawnRows = (page: Page) => page.locator('#rows tbody th[scope=row]').count();

describe.runIf(chromiumProgram !== undefined)('the matrix [needs Chromium]', () => {
  afterEach(() => site.expectQuiet());

  test('shows the stories, Linux first, and how each answer is known', async () => {
    const page = await site.open('matrix.html');
    expect(await count(page).textContent()).toMatch(/^87 of 1,605 scenarios$/);
    expect(await headings(page)).toEqual(['scenario', 'linux-6.18-x64', 'windows', 'wine-10.0-x64', 'wine-8.0-x64']);
    const cells = await row(page, 'unread-data').locator('td').allInnerTexts();
    expect(cells[0]).toMatch(/^data:10, ECONNRESET, then eof ×3\s+measured ×5$/);
    expect(cells[1]).toMatch(/^WSAECONNRESET every time ?≠ data lost\s+reported$/);
    expect(await row(page, 'unread-data').locator('td').nth(1).getAttribute('class')).toBe('is-reported differs');
  });

  test('finds words, numbers of codes and synonyms, and says how many there are', async () => {
    const page = await site.open('matrix.html');
    await page.fill('#find', 'recv windows rst unread');
    await expect.poll(() => count(page).textContent()).toMatch(/^\d of 1,605/);
    expect(await row(page, 'unread-data').count()).toBe(1);
    await page.fill('#find', '10054');
    await expect.poll(() => row(page, 'unread-data').count()).toBe(1);
    expect(await row(page, 'recv').count()).toBe(0);
    await page.fill('#find', 'no such thing');
    await expect.poll(() => count(page).textContent()).toMatch(/^0 of/);
  });

  test('shows one event, one call, one verdict', async () => {
    const page = await site.open('matrix.html');
    await page.selectOption('#event', 'udp/unreachable');
    expect(await page.locator('#rows .event').allInnerTexts()).toEqual([expect.stringMatching(/^udp\/unreachable: /)]);
    await page.selectOption('#event', '');
    await page.selectOption('#call', 'peek');
    for (const steps of await page.locator('#rows th code').allInnerTexts()) expect(steps).toContain('S peek');
    await page.selectOption('#call', '');
    await page.selectOption('#verdict', 'known-deviation');
    expect(await page.locator('#rows .verdict').count()).toBeGreaterThan(5);
    expect(await drawnRows(page)).toBeGreaterThan(5);
  });

  test('compares two platforms, and shows only what differs', async () => {
    const page = await site.open('matrix.html');
    await page.selectOption('#beside', 'windows');
    await page.check('#onlyDifferent');
    expect(await headings(page)).toEqual(['scenario', 'linux-6.18-x64', 'windows']);
    expect(await count(page).textContent()).toContain('differ from linux-6.18-x64');
    expect(await drawnRows(page)).toBe(await page.locator('#rows tr:has(td.differs)').count());
    await page.selectOption('#from', 'wine-8.0-x64');
    expect(await headings(page)).toEqual(['scenario', 'wine-8.0-x64', 'windows']);
  });

  test('has its state in the address: back, forward, and a link', async () => {
    const page = await site.open('matrix.html');
    await page.selectOption('#event', 'tcp/fin');
    await page.check('#onlyDifferent');
    const link = page.url();
    expect(link).toMatch(/#event=tcp%2Ffin&differs=1$/);
    await page.goBack();
    await expect.poll(() => page.isChecked('#onlyDifferent')).toBe(false);
    expect(await page.inputValue('#event')).toBe('tcp/fin');
    await page.goForward();
    await expect.poll(() => page.isChecked('#onlyDifferent')).toBe(true);
    const other = await site.open(`matrix.html${new URL(link).hash}`);
    expect(await other.inputValue('#event')).toBe('tcp/fin');
    expect(await count(other).textContent()).toBe(await count(page).textContent());
  });

  test('what is typed is one step back', async () => {
    const page = await site.open('matrix.html#event=tcp%2Freset');
    await page.locator('#find').pressSequentially('unread');
    await expect.poll(() => page.url()).toContain('q=unread');
    await page.goBack();
    await expect.poll(() => page.url()).not.toContain('q=');
    expect(await page.inputValue('#find')).toBe('');
    expect(await page.inputValue('#event')).toBe('tcp/reset');
  });

  test('with all pairs of calls few lines are in the page, and the last is reached', async () => {
    const page = await site.open('matrix.html');
    await page.check('#withPairs');
    expect(await count(page).textContent()).toMatch(/^1,605 of 1,605/);
    expect(await drawnRows(page)).toBeLessThan(100);
    // Heights of what was not yet seen are estimates: the end is where scrolling ends.
    await expect
      .poll(async () => {
        await page.locator('#matrix').evaluate((box) => box.scrollTo(0, box.scrollHeight));
        return page.locator('#rows tbody:last-child th[scope=row]').count();
      })
      .toBeGreaterThan(0);
    expect(await page.locator('#rows tr').last().innerText()).toContain('second=select');
    expect(await drawnRows(page)).toBeLessThan(100);
  });

  test('no gap is in sight, whatever the heights are', async () => {
    const page = await site.open('matrix.html#q=unread', { viewport: { width: 360, height: 1400 } });
    expect(await drawnRows(page)).toBe(12);
    expect(await page.locator('#rows tbody[aria-hidden]').count()).toBe(0);
  });

  test('a cell leads to its scenario, by a click beside its links too, and a code to its page', async () => {
    const page = await site.open('matrix.html');
    await row(page, 'unread-data').locator('td').first().locator('.known').click();
    await page.waitForURL(/scenarios\/tcp\.reset\.unread-data\.html$/);
    await page.goBack();
    await row(page, 'unread-data').locator('td').first().locator('.trace a').click();
    await page.waitForURL(/codes\/ECONNRESET\.html$/);
    await page.goBack();
    const cell = row(page, 'unread-data').locator('td').first();
    const { width = 0, height = 0 } = (await cell.boundingBox()) ?? {};
    await cell.click({ position: { x: width * 0.7, y: height - 8 } });
    await page.waitForURL(/scenarios\/tcp\.reset\.unread-data\.html$/);
  });

  test('by keyboard alone: find, into the table by one stop, along it, to a scenario', async () => {
    const page = await site.open('matrix.html');
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent');
    await page.locator('#find').focus();
    await page.keyboard.type('small-reads');
    await expect.poll(() => count(page).textContent()).toMatch(/^\d of/);
    for (let i = 0; i < 20 && (await focused()) !== 'matrix'; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/small-reads$/);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^E\w+|^measured/);
    await page.keyboard.press('End');
    expect(await focused()).toMatch(/^measured/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("#rows")')).toBe(null);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/scenarios\/tcp\.reset\.unread-data-small-reads\.html$/);
  });

  test('is a table with headers, and is printed whole', async () => {
    const page = await site.open('matrix.html');
    const table = page.getByRole('table');
    expect(await table.getAttribute('aria-rowcount')).toMatch(/^\d{3}$/);
    expect(await page.getByRole('columnheader').count()).toBeGreaterThanOrEqual(5);
    expect(await page.getByRole('rowheader', { name: 'unread-data P send 10' }).count()).toBeGreaterThan(0);
    expect(await drawnRows(page)).toBeLessThan(87);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await drawnRows(page)).toBe(87);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await drawnRows(page)).toBeLessThan(87);
  });

  test('a phone shows it without scrolling the page sideways', async () => {
    const page = await site.open('matrix.html', { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
