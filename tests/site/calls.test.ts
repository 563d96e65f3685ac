import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { chromiumProgram, siteOf } from './chromium.ts';

const site = siteOf();

const map = (page: Page, platform: string) => page.getByRole('region', { name: `Map of ${platform}` });
const cell = (page: Page, platform: string, first: string, second: string) => map(page, platform).getByRole('button', { name: `${first}, then ${second}: ` });

describe.runIf(chromiumProgram !== undefined)('which call takes the error [needs Chromium]', () => {
  afterEach(() => site.expectQuiet());

  test('after a reset: on Linux SO_ERROR takes it from recv, on Windows nothing does', async () => {
    const page = await site.open('calls.html');
    expect(await cell(page, 'linux-6.18-x64', 'so_error', 'recv').textContent()).toBe('gone');
    expect(await cell(page, 'windows', 'so_error', 'recv').textContent()).toBe('error');
    expect(await cell(page, 'linux-6.18-x64', 'poll', 'recv').textContent()).toBe('error');
    expect(await cell(page, 'windows', 'shutdown-read', 'recv').textContent()).toBe('gone?');
  });

  test('on a phone the traces of a cell far below are in sight, and the cell stays where it is', async () => {
    const page = await site.open('calls.html', { viewport: { width: 390, height: 800 } });
    const cell = page.getByRole('button', { name: /^peek, then send/ }).last();
    await cell.scrollIntoViewIfNeeded();
    const before = await cell.boundingBox();
    await cell.click();
    await expect.poll(() => page.locator('#traces').innerText()).toContain('peek, then send');
    const panel = await page.locator('#traces').boundingBox();
    expect((panel?.y ?? 0) + (panel?.height ?? 0)).toBeLessThanOrEqual(800);
    expect(panel?.y).toBeGreaterThan(0);
    expect((await cell.boundingBox())?.y).toBe(before?.y);
  });

  test('a cell opens its traces, which lead to the scenario; the address has it', async () => {
    const page = await site.open('calls.html');
    await cell(page, 'linux-6.18-x64', 'so_error', 'recv').click();
    const traces = page.locator('#traces');
    await expect.poll(() => traces.innerText()).toContain('so_error:ECONNRESET, eof');
    expect(await traces.innerText()).toContain('P reset; S so_error; S recv');
    expect(page.url()).toContain('#first=so_error&second=recv');
    await traces.getByRole('link', { name: 'so_error, then recv' }).click();
    await page.waitForURL(/scenarios\/tcp\.reset\.pair~state=fresh\+first=so_error\+second=recv\.html$/);
    await page.goBack();
    await traces.getByRole('link', { name: 'Try it' }).click();
    await page.waitForURL(/try\.html#steps=/);
    expect(await page.inputValue('#steps')).toBe('P reset; S so_error; S recv');
  });

  test('another ending and another state', async () => {
    const page = await site.open('calls.html');
    await page.selectOption('#ending', 'tcp/fin/pair');
    await page.selectOption('#state', 'unread');
    expect(await page.locator('#status').textContent()).toBe('the peer has closed the connection; 10 bytes are unread');
    expect(await cell(page, 'linux-6.18-x64', 'recv', 'recv').textContent()).toBe('other');
    await page.goBack();
    await expect.poll(() => page.locator('#status').textContent()).toContain('nothing is unread');
  });

  test('by keyboard: one stop for a map, arrows along it, Enter opens, Escape closes', async () => {
    const page = await site.open('calls.html');
    await cell(page, 'linux-6.18-x64', 'recv', 'recv').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#traces').innerText()).toContain('recv-0, then peek');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#traces').innerText()).toBe('');
  });

  test('a phone shows it without scrolling the page sideways', async () => {
    const page = await site.open('calls.html#first=so_error&second=recv', { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
