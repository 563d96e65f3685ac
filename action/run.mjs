// What the step of action.yml runs. Plain Node without dependencies, so that no system needs a shell; inputs come as environment variables, and are part of no script.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { comment } from './comment.mjs';
import { annotate, fenced, setOutput, summarise, write } from './github.mjs';
import { Failed, run, sockatlas } from './tool.mjs';
import { words } from './words.mjs';

try {
  process.exitCode = await step();
} catch (error) {
  annotate('error', error.message);
  process.exitCode = error instanceof Failed ? error.code : 3;
}

async function step() {
  const mode = chosen('mode', ['run', 'merge']);
  const failOn = chosen('fail-on', ['deviation', 'never']);
  const temp = mkdtempSync(join(process.env.RUNNER_TEMP || tmpdir(), 'sockatlas-'));
  setOutput('name', artifactName(mode));
  const main = await sockatlas(input('version'), join(temp, 'installed'));
  const folder = mkdtempSync(join(temp, `${mode}-`));
  setOutput('folder', folder);
  const deviations = mode === 'run' ? await measured(main, folder, failOn) : await merged(main, folder);
  setOutput('deviates', String(deviations.length > 0));
  if (deviations.length === 0) return 0;
  const fails = failOn === 'deviation';
  annotate(fails ? 'error' : 'warning', `not as expected: ${deviations.join(', ')}. The summary of the job says what`);
  return fails ? 1 : 0;
}

/** Runs scenarios, and checks the user's own table, policy and program. Resolves to what was not as expected. */
async function measured(main, folder, failOn) {
  const deviations = [];
  const tell = ({ code }, what) => {
    if (code === 1) deviations.push(what);
  };

  const scenarios = lines('scenarios');
  if (scenarios.join() !== 'none') {
    const shard = input('shard');
    const file = join(folder, shard === '' ? 'run.jsonl' : `run-${shard.replace('/', '-of-').replaceAll(/[^\w-]/g, '')}.jsonl`);
    const options = ['shard', 'trials'].flatMap((name) => (input(name) === '' ? [] : [`--${name}=${input(name)}`]));
    const ran = await run(main, ['run', `--out=${file}`, ...options, '--', ...scenarios]);
    setOutput('run', file);
    // The title and the text of an annotation are escaped by sockatlas.
    write((await run(main, ['report', '--format=github', '--', file], { quiet: true })).stdout);
    summarise('sockatlas run', (await run(main, ['report', '--format=markdown', '--', file], { quiet: true })).stdout);
    tell(ran, 'the scenarios');
  }

  const tables = lines('table');
  if (tables.length > 0) {
    const sarif = join(folder, 'check.sarif');
    const checked = await run(main, ['check', `--out=${sarif}`, '--', ...tables]);
    setOutput('sarif', sarif);
    summarise('sockatlas check', (await run(main, ['check', '--format=markdown', '--', ...tables], { quiet: true })).stdout);
    tell(checked, 'the table');
  }

  const [policy, steps] = [input('policy'), lines('steps')];
  if (policy === '' && steps.length > 0) throw new Failed('steps: they are what a policy is played after; name it with policy', 2);
  if (policy !== '') {
    const options = [`--policy=${policy}`, ...steps.map((sequence) => `--steps=${sequence}`)];
    const played = await run(main, ['close', ...options]);
    summarise('sockatlas close', (await run(main, ['close', '--format=markdown', ...options], { quiet: true })).stdout);
    tell(played, 'the policy');
  }

  const program = emulatedProgram();
  if (program.length > 0) {
    // The program's own commands to GitHub (annotations of its tests) are its business.
    const emulated = await run(main, ['emulate', 'windows', `--fail-on=${failOn === 'never' ? 'never' : 'held'}`, '--', ...program], { asIs: true });
    const report = emulated.stderr.lastIndexOf('emulate windows: ');
    if (report !== -1) summarise('sockatlas emulate windows', fenced(emulated.stderr.slice(report)));
    tell(emulated, 'the program under emulate');
  }
  return deviations;
}

function emulatedProgram() {
  const line = input('emulate');
  if (line !== '' && process.platform !== 'linux') {
    annotate('notice', `emulate is for Linux; ${process.platform} runs the program with answers of its own, so there is nothing to emulate`);
    return [];
  }
  try {
    return words(line);
  } catch (error) {
    throw new Failed(`emulate: ${error.message}`, 2);
  }
}

/** The runs of a matrix as one atlas, its pages, and what differs, in the summary and on the pull request. Resolves to what was not as expected. */
async function merged(main, folder) {
  const runs = input('runs');
  const atlas = join(folder, 'atlas.json');
  // A file that cannot be read costs the others nothing: it fails the step at its end.
  const merging = await run(main, ['merge', `--out=${atlas}`, '--', runs], { allows: [0, 2] });
  if (!existsSync(atlas)) throw new Failed(`nothing to merge: ${merging.stderr.trim()}`, 2);
  // A job that failed before it had a run leaves none: what it would have measured is not in the atlas.
  for (const { key, missing } of JSON.parse(readFileSync(atlas, 'utf8')).platforms ?? []) {
    if (missing !== undefined)
      annotate('warning', `${key}: no run of part ${missing.parts.join(', ')} of ${missing.count}: the atlas is without its scenarios`);
  }
  await run(main, ['site', `--out=${join(folder, 'site')}`, '--', atlas]);

  const reports = [];
  for (const [name, files] of byPart(runs)) {
    const { code, stdout, stderr } = await run(main, ['report', '--format=markdown', '--', ...files], { quiet: true, allows: [0, 1, 2] });
    reports.push({ name, deviates: code === 1, markdown: code === 2 ? fenced(stderr) : stdout.trim() });
  }
  const markdown = reports.map(({ name, markdown }) => (reports.length === 1 ? markdown : `### ${name}\n\n${markdown}`)).join('\n\n');
  summarise('sockatlas: the systems side by side', markdown);
  await comment(markdown, input('token'));
  if (merging.code === 2) throw new Failed('a run file could not be read; the others are in the atlas. The log says which', 2);
  return reports.some(({ deviates }) => deviates) ? ['the runs'] : [];
}

/** Runs of the same part of the scenarios stand side by side: a step that runs a shard names its file so. */
function byPart(folder) {
  const parts = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.jsonl')) continue;
    const name = basename(entry.name, '.jsonl');
    parts.set(name, [...(parts.get(name) ?? []), join(entry.parentPath ?? entry.path, entry.name)].sort());
  }
  return [...parts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Two artifacts of one name are refused by GitHub, and so are some characters. */
function artifactName(mode) {
  const part = input('shard') === '' ? '' : `-${input('shard')}`;
  const name = input('name') || (mode === 'merge' ? 'sockatlas-atlas' : `sockatlas-run-${process.platform}-${process.arch}${part}`);
  return name.replaceAll(/[^\w.-]+/g, '-').slice(0, 200);
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim();
}

function lines(name) {
  return input(name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function chosen(name, choices) {
  const value = input(name);
  if (choices.includes(value)) return value;
  throw new Failed(`${name}: ${JSON.stringify(value)}: choose one of ${choices.join(', ')}`, 2);
}
