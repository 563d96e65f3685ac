import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes runs of platforms that do not exist, made of the recorded ones, into a folder: each has so many scenarios, and gives other traces in some. For measuring alone. The
 * same numbers give the same runs.
 * @param {{ recorded: string, folder: string, platforms: number, scenarios: number }} options
 */
export function variedRuns({ recorded, folder, platforms, scenarios }) {
  mkdirSync(folder, { recursive: true });
  const runs = readdirSync(recorded)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => lines(readFileSync(join(recorded, name), 'utf8')));
  const random = randomOf(1);
  for (let i = 0; i < platforms; i++) {
    const [header, ...rest] = runs[i % runs.length];
    const footer = rest.at(-1);
    const own = rest.filter(({ type }) => type === 'scenario').slice(0, scenarios);
    const platform = { ...header.platform, name: `${header.platform.name}-v${i}`, build: `${header.platform.build}.${i}` };
    const started = new Date(Date.parse(header.started) + i * 1000).toISOString();
    const text = [
      { ...header, platform, started },
      ...own.map((line) => varied(line, random)),
      { ...footer, scenarios: own.length, verdicts: verdictsOf(own), notRun: [] },
    ];
    writeFileSync(join(folder, `${i}.jsonl`), text.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

function verdictsOf(own) {
  const verdicts = {};
  for (const { verdict } of own) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return verdicts;
}

function lines(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** One in five gives its calls' answers in another order, and of these one in four in some trials only. */
function varied(line, random) {
  const [first] = line.traces;
  if (first === undefined || first.trace.length < 2 || random() > 0.2) return line;
  const at = 1 + Math.floor(random() * (first.trace.length - 1));
  const turned = { ...first, trace: turn(first.trace, at), observations: turn(first.observations, at) };
  if (random() > 0.25 || turned.trace.join() === first.trace.join()) return { ...line, traces: [turned] };
  return {
    ...line,
    traces: [
      { ...first, count: 3 },
      { ...turned, count: 2 },
    ],
  };
}

function turn(list, at) {
  return [...list.slice(at), ...list.slice(0, at)];
}

/** mulberry32. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
