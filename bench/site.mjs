/**
 * What the atlas of many platforms costs: merging, writing the site, the size of the matrix, and in Chromium the time until it can be used and that of a filter. It asserts
 * nothing. Usage: npm run build && node bench/site.mjs [--platforms N] [--scenarios N] [--chromium PROGRAM]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { median } from './rounds.mjs';
import { variedRuns } from './varied-runs.mjs';

const { values } = parseArgs({
  options: {
    platforms: { type: 'string', default: '40' },
    scenarios: { type: 'string', default: '1000' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const ROUNDS = 5;
const typed = (text) => `const find = document.querySelector('#find'); find.value = '${text}'; find.dispatchEvent(new Event('input', { bubbles: true }))`;
const ticked = (id) => `document.querySelector('#${id}').click()`;
const FILTERS = [
  ['all pairs too', ticked('withPairs')],
  ['find "recv windows rst"', typed('recv windows rst')],
  ['find "10054"', typed('10054')],
  ['find nothing, all rows again', typed('')],
  ['only what differs, first time', ticked('onlyDifferent')],
  ['only what differs, of what is found', typed('send')],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist', 'cli', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'sockatlas-bench-'));

try {
  const runs = join(folder, 'runs');
  variedRuns({ recorded: join(root, 'results', 'runs'), folder: runs, platforms: Number(values.platforms), scenarios: Number(values.scenarios) });
  console.log(`${values.platforms} platforms × ${values.scenarios} scenarios, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}`);
  const atlas = join(folder, 'atlas.json');
  const out = join(folder, 'site');
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  console.log(`merge: ${seconds(timed('merge', runs, '--out', atlas))}; the atlas has ${megabytes(atlas)}`);
  console.log(`site: ${seconds(timed('site', atlas, '--out', out))}`);
  const parts = ['matrix.html', 'matrix-data.js', 'style.css', 'interactive.css', 'script/matrix.js'];
  console.log(`matrix page: ${megabytes(...parts.map((part) => join(out, part)))}`);
  if (existsSync(values.chromium)) await inChromium(values.chromium, join(out, 'matrix.html'));
  else console.log(`in a browser: unsupported, there is no ${values.chromium}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function timed(...args) {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`sockatlas ${args[0]}: exit ${status}: ${stderr}`);
  return performance.now() - begun;
}

function megabytes(...paths) {
  return `${(paths.reduce((sum, path) => sum + statSync(path).size, 0) / 1e6).toFixed(2)} MB`;
}

async function inChromium(executablePath, file) {
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const usable = [];
  const filtered = new Map();
  let nodes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const page = await browser.newPage();
    await page.goto(`file://${file}`);
    // The script is deferred: what waits for it has the time at which rows are there, laid out.
    usable.push(await page.evaluate('performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd'));
    for (const [what, act] of FILTERS) {
      const ms = await page.evaluate(
        `(() => { const begun = performance.now(); ${act}; document.querySelector('#rows').offsetHeight; return performance.now() - begun; })()`,
      );
      filtered.set(what, [...(filtered.get(what) ?? []), ms]);
    }
    nodes = await page.evaluate('document.querySelectorAll("*").length');
    await page.close();
  }
  await browser.close();
  console.log(`usable after ${median(usable).toFixed(0)} ms; at most ${nodes} elements`);
  for (const [what, times] of filtered) console.log(`${what}: ${median(times).toFixed(0)} ms`);
}
