/**
 * `npm run bench`: ratios, measured in one run on the same work. It asserts nothing. Usage: run.mjs [--format text|json] [--rounds N] [--ms N]
 * [--pairs N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './check.mjs';
import { emulated } from './emulated.mjs';
import { oneCall } from './one-call.mjs';
import { pairs } from './pairs.mjs';
import { throughput } from './throughput.mjs';
import { wholeRun } from './whole-run.mjs';

const { values } = parseArgs({
  options: {
    format: { type: 'string', default: 'text' },
    rounds: { type: 'string', default: '5' },
    /** How long each way is measured in a round. */
    ms: { type: 'string', default: '1000' },
    pairs: { type: 'string', default: '1000000' },
  },
});
const [rounds, ms, pairCount] = [values.rounds, values.ms, values.pairs].map(Number);
const asText = values.format === 'text';

const machine = {
  node: process.versions.node,
  os: `${platform()} ${release()} ${arch()}`,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  /** On a busy machine node, which has threads of its own, loses more than a C program does: the ratios come out too low. */
  load: loadavg()[0],
};
const folder = mkdtempSync(join(tmpdir(), 'sockatlas-bench-'));
const sections = [];
try {
  if (asText) console.log(`Node ${machine.node}, ${machine.os}, ${machine.cpu}, load ${machine.load.toFixed(1)}`);
  for (const measure of [
    () => throughput({ rounds, ms, folder }),
    () => oneCall({ rounds, ms: ms / 2, folder }),
    () => pairs({ pairs: pairCount }),
    () => check({ rounds: Math.min(rounds, 3), folder }),
    () => wholeRun({ rounds, folder }),
    () => emulated({ rounds, ms, folder }),
  ]) {
    const section = measure();
    sections.push(section);
    if (asText) console.log(`\n${table(section)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!asText) console.log(JSON.stringify({ ...machine, sections }, null, 2));

function table({ title, how, rows, notes }) {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.map(({ what, value, unit, ratio, of, goal }) => {
    const figure = `  ${what.padEnd(width)} ${Math.round(value).toLocaleString('en').padStart(9)} ${unit}`;
    const compared = ratio === undefined ? '' : `  ${ratio.toFixed(2)} × ${of}`;
    return `${figure}${compared}${goal === undefined ? '' : `  (goal ${goal})`}`;
  });
  return [title, `  ${how}`, ...lines, ...notes.map((note) => `  ${note}`)].join('\n');
}
