// `npm test` by a Windows Node. On Windows that is vitest as it is. On Linux it runs under Wine 10, in a copy of this checkout that has the packages for Windows.
// What follows `--` goes to vitest: `npm run test:windows -- tests/cli/check.test.ts`.
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, cpSync, existsSync, openSync, readdirSync, readFileSync, readSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import spawn from 'cross-spawn';
import { EXIT } from '../cli/errors.ts';
import { interruptible } from '../cli/interruptible.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { startWine } from '../provisioning/agent.ts';
import { installed, isReady } from '../provisioning/installed.ts';
import { type Lane, lanesNamed } from '../provisioning/lanes.ts';
import { setupWine } from '../provisioning/setup.ts';
import { runTool, ToolFailed } from '../provisioning/tool.ts';
import { WineUnavailable } from '../provisioning/unavailable.ts';
import { wholeFolder } from '../provisioning/whole-folder.ts';
import type { Ended, EndedFile } from './ended-reporter.ts';
import { tellSkipped } from './skipped-reporter.ts';

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
/** A process takes about five times as long to start there. */
const TIMEOUT_MS = 120_000;
/** The project `wine` is about Linux programs that start Wine. */
const PROJECTS = ['--project=unit', '--project=conformance', '--project=action'];
/** On Windows, and so also where it writes to a file, vitest takes every output for one with colours. */
const COLOURS = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
const OWN_ARGUMENTS = process.argv.slice(2);
const ARGUMENTS = ['run', '--reporter=default'];
/** ms without the end of any test after which the run hangs: longer than the longest that a test may take. Under Wine, what Node waits for is sometimes never reported to it. */
const SILENCE_MS = 1.5 * TIMEOUT_MS;

process.exitCode = process.platform === 'win32' ? onWindows() : await interruptible(underWine);

function onWindows(): number {
  const args = [VITEST, ...ARGUMENTS, '--reporter=./scripts/skipped-reporter.ts', ...OWN_ARGUMENTS];
  return spawn.sync(process.execPath, args, { cwd: packageRoot, stdio: 'inherit' }).status ?? EXIT.environment;
}

async function underWine(signal: AbortSignal): Promise<number> {
  const say = (text: string) => console.error(`test:windows: ${text}`);
  try {
    const [lane] = lanesNamed('wine-10.0') as [Lane];
    if (!isReady(installed(lane))) await setupWine(lane, say, signal);
    return await testsUnder(lane, await windowsPackages(say, signal), say, signal);
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    if (!(error instanceof WineUnavailable || error instanceof ToolFailed)) throw error;
    say(error.message);
    return EXIT.environment;
  }
}

/** The lockfile's packages for Windows. They are kept until the lockfile changes, or `npm ci` removes them. @throws ToolFailed */
async function windowsPackages(say: (text: string) => void, signal: AbortSignal): Promise<string> {
  const lockfile = readFileSync(join(packageRoot, 'package-lock.json'));
  const target = join(packageRoot, 'node_modules', '.cache', 'windows', createHash('sha256').update(lockfile).digest('hex').slice(0, 12));
  const isWhole = () => existsSync(target);
  if (!isWhole()) {
    say('installing the packages for Windows with npm');
    await wholeFolder(target, isWhole, async (building) => {
      for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(packageRoot, file), join(building, file));
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      await runTool('npm', ['ci', '--os=win32', '--cpu=x64', ...quiet], { cwd: building, signal });
    });
  }
  return join(target, 'node_modules');
}

/** What hangs is run once more, in a Wine of its own, and said. The last line is `N passed, N failed`. */
async function testsUnder(lane: Lane, packages: string, say: (text: string) => void, signal: AbortSignal): Promise<number> {
  const first = await runUnder(lane, packages, OWN_ARGUMENTS, signal);
  const runs = [first];
  if (first.hangs) {
    say(`hangs: no test has ended for ${SILENCE_MS / 1000} s; ${first.open.join(', ') || 'all files have ended'}`);
    if (OWN_ARGUMENTS.length === 0 && first.open.length > 0) runs.push(await runUnder(lane, packages, first.open, signal));
  }
  if (signal.aborted) return EXIT.interrupted;
  const files = runs.flatMap(({ ended }) => ended);
  const haveReasons = tellSkipped(files.map(({ skipped }) => skipped));
  const sum = (what: 'passed' | 'failed') => files.reduce((total, file) => total + file[what], 0);
  const open = runs.at(-1)?.open ?? [];
  for (const file of open) console.log(`${file} has not ended`);
  const [passed, failed] = [sum('passed'), sum('failed') + open.length];
  console.log(`${passed} passed, ${failed} failed`);
  const isWell = haveReasons && passed > 0 && failed === 0 && runs.every(({ code, hangs }) => code === 0 || hangs);
  return isWell ? EXIT.conforms : EXIT.differs;
}

interface Run {
  /** Vitest's exit code; null where it was ended. */
  readonly code: number | null;
  readonly hangs: boolean;
  readonly ended: readonly EndedFile[];
  /** The files that have not ended. */
  readonly open: readonly string[];
}

/** The copy is on C: of a Wine of its own, and goes with it, as do the caches and temporary files of the tests. */
async function runUnder(lane: Lane, packages: string, args: readonly string[], signal: AbortSignal): Promise<Run> {
  const wine = startWine(lane);
  try {
    const {
      command,
      args: [node],
      env,
    } = wine.agent('');
    const drive = join(env?.WINEPREFIX as string, 'drive_c');
    const checkout = join(drive, 'checkout');
    for (const name of readdirSync(packageRoot)) {
      if (!['.git', 'dist', 'node_modules'].includes(name)) cpSync(join(packageRoot, name), join(checkout, name), { recursive: true });
    }
    symlinkSync(packages, join(checkout, 'node_modules'));
    const output = join(drive, 'output.txt');
    const written = openSync(output, 'w');
    const told = join(drive, 'ended.jsonl');
    writeFileSync(told, '');
    const child = spawn(
      command,
      [node as string, VITEST, ...ARGUMENTS, '--reporter=./scripts/ended-reporter.ts', ...PROJECTS, `--testTimeout=${TIMEOUT_MS}`, ...args],
      {
        cwd: checkout,
        // The user's folders are not Windows', and koffi is found where it is on Windows.
        env: {
          ...process.env,
          ...env,
          SOCKATLAS_CACHE: undefined,
          SOCKATLAS_RUNS: undefined,
          NODE_PATH: undefined,
          ...COLOURS,
          SOCKATLAS_ENDED: 'C:\\ended.jsonl',
        },
        // To a file: under Wine, stdio on a pipe or a terminal of Linux fails.
        stdio: ['ignore', written, written],
      },
    );
    closeSync(written);
    signal.addEventListener('abort', wine.stop);
    const [printed, ends] = [follow(output), follow(told)];
    const heard: Buffer[] = [];
    let last = performance.now();
    let hangs = false;
    const hear = () => {
      process.stdout.write(printed());
      const more = ends();
      if (more.length === 0) return;
      heard.push(more);
      last = performance.now();
    };
    const hearing = setInterval(() => {
      hear();
      if (performance.now() - last < SILENCE_MS) return;
      hangs = true;
      child.kill('SIGKILL');
    }, 200);
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
    clearInterval(hearing);
    hear();
    const lines: readonly Ended[] = Buffer.concat(heard)
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const ended = lines.filter((line): line is EndedFile => 'file' in line);
    const begun = lines.flatMap((line) => ('begun' in line ? line.begun : []));
    return { code, hangs, ended, open: begun.filter((name) => !ended.some(({ file }) => file === name)) };
  } finally {
    signal.removeEventListener('abort', wine.stop);
    wine.stop();
  }
}

/** Gives a function that gives what a file has more than when it was last called: also of one that was removed meanwhile, with its Wine. */
function follow(file: string): () => Buffer {
  const read = openSync(file, 'r');
  const chunk = Buffer.alloc(65536);
  return () => {
    const chunks: Buffer[] = [];
    for (let bytes = readSync(read, chunk); bytes > 0; bytes = readSync(read, chunk)) chunks.push(Buffer.from(chunk.subarray(0, bytes)));
    return Buffer.concat(chunks);
  };
}
