/**
 * Answers classified, and held against every rule, in one process, beside a C switch. Usage: check.mjs [COUNT] prints the comparison (ten million where no
 * count is given); check.mjs classified|checked COUNT measures one way and prints JSON: ns an answer, seconds in all, and by how many MiB memory grew.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sightingsOf } from '../dist/classification/evidence.js';
import { returnFindings } from '../dist/classification/find.js';
import { checkedShipped, classifier, shippedFiles } from '../dist/classification/table.js';
import { socketCode } from '../dist/platforms/codes.js';
import { Absent, beside, compile, measured } from './programs.mjs';
import { alternate } from './rounds.mjs';

const COUNT = 10_000_000;
/** The same as in classify.c. */
// biome-ignore format: as there
const ANSWERS = [
  [-1, 10035], [-1, 10054], [5, 0], [0, 0], [-1, 10053], [-1, 10058], [-1, 10057], [-1, 10038],
  [-1, 10054], [10, 0], [0, 0], [-1, 10035], [-1, 10060], [-1, 10014], [-1, 10036], [-1, 10004],
];

function table() {
  return shippedFiles().find(({ file }) => file === 'mongoose-7.10-winsock.json');
}

function next(random) {
  return (Math.imul(random, 1664525) + 1013904223) >>> 0;
}

function classified(count) {
  const classify = classifier(table().table, 'windows');
  let random = 1;
  let waits = 0;
  for (let i = 0; i < count; i++) {
    random = next(random);
    const [ret, code] = ANSWERS[random >>> 28];
    if (classify(ret, code) === 'MG_IO_WAIT') waits++;
  }
  return waits;
}

function checked(count) {
  const observations = ANSWERS.map(([ret, code]) => {
    const name = socketCode('windows', code)?.name;
    return { on: 'S', call: 'recv', args: {}, ret, code, ...(name && { name }), token: name ?? (ret === 0 ? 'eof' : `data:${ret}`) };
  });
  const sightings = sightingsOf(observations, { codes: 'windows', platform: 'windows', measured: false, source: 'bench', scenario: 'tcp/bench/any' });
  function* stream() {
    let random = 1;
    for (let i = 0; i < count; i++) {
      random = next(random);
      yield sightings[random >>> 28];
    }
  }
  return returnFindings(checkedShipped(table()), stream()).length;
}

function measure(way, count) {
  way(Math.min(count, 100_000));
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const result = way(count);
  const ms = performance.now() - begun;
  return { ns: (ms * 1e6) / count, seconds: ms / 1000, grewMiB: (process.memoryUsage().rss - before) / 2 ** 20, result };
}

/** A section of `npm run bench`. */
export function check({ rounds, folder, count = COUNT }) {
  const notes = [];
  const latest = {};
  const ours = (what) => () => {
    latest[what] = measured(process.execPath, [beside('check.mjs'), what, String(count)]);
    return latest[what].ns;
  };
  const asked = { 'classified and checked': ours('checked'), classified: ours('classified') };
  try {
    const program = compile('classify', folder);
    asked['a C switch'] = () => measured(program, [String(count)]).ns;
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    notes.push(`C: ${error.message}`);
  }
  const { median, ratio } = alternate(rounds, asked);
  notes.push(
    `${count.toLocaleString('en')} return values classified and checked: ${latest.checked.seconds.toFixed(2)} s, memory grew by ${latest.checked.grewMiB.toFixed(0)} MiB`,
  );
  return {
    title: 'one return value, classified and checked, ns',
    how: `median of ${rounds} rounds; for each program a new process per round, with ${count.toLocaleString('en')} return values`,
    rows: Object.keys(asked).map((what) => ({
      what,
      value: median(what),
      unit: 'ns',
      ...(what !== 'a C switch' && 'a C switch' in asked && { ratio: ratio(what, 'a C switch'), of: 'a C switch' }),
      ...(what === 'classified and checked' && { goal: '≤ 1,000' }),
    })),
    notes,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, count] = process.argv.slice(2);
  if (what === 'classified' || what === 'checked') console.log(JSON.stringify(measure(what === 'checked' ? checked : classified, Number(count))));
  else {
    const folder = mkdtempSync(join(tmpdir(), 'sockatlas-bench-'));
    try {
      const { title, how, rows, notes } = check({ rounds: 3, folder, ...(what !== undefined && { count: Number(what) }) });
      console.log(
        [
          title,
          how,
          ...rows.map((row) => `  ${row.what.padEnd(24)} ${row.value.toFixed(1)} ns${row.ratio ? `  ${row.ratio.toFixed(1)} × ${row.of}` : ''}`),
          ...notes,
        ].join('\n'),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
