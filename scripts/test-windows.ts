// `npm test` by a Windows Node. On Windows that is vitest as it is. On Linux it runs under Wine 10, in a copy of this checkout that has the packages for Windows.
// What follows `--` goes to vitest: `npm run test:windows -- tests/cli/check.test.ts`.
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, cpSync, existsSync, openSync, readdirSync, readFileSync, readSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import spawn from 'cross-spawn';
import { EXIT } from '../cli/errors.ts';
import { interruptible } from '../cli/interruptible.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { startWine } from '../platforms/wine/agent.ts';
import { installed, isReady } from '../platforms/wine/installed.ts';
import { type Lane, lanesNamed } from '../platforms/wine/lanes.ts';
import { setupWine } from '../platforms/wine/setup.ts';
import { runTool, ToolFailed } from '../platforms/wine/tool.ts';
import { WineUnavailable } from '../platforms/wine/unavailable.ts';
import { wholeFolder } from '../platforms/wine/whole-folder.ts';

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
/** A process takes about five times as long to start there. */
const TIMEOUT_MS = 120_000;
/** The project `wine` is about Linux programs that start Wine. */
const PROJECTS = ['--project=unit', '--project=conformance'];
/** On Windows, and so also where it writes to a file, vitest takes every output for one with colours. */
const COLOURS = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
const ARGUMENTS = ['run', '--reporter=default', '--reporter=./scripts/skipped-reporter.ts', ...process.argv.slice(2)];

process.exitCode = process.platform === 'win32' ? onWindows() : await interruptible(underWine);

function onWindows(): number {
  return spawn.sync(process.execPath, [VITEST, ...ARGUMENTS], { cwd: packageRoot, stdio: 'inherit' }).status ?? EXIT.environment;
}

async function underWine(signal: AbortSignal): Promise<number> {
  const say = (text: string) => console.error(`test:windows: ${text}`);
  try {
    const [lane] = lanesNamed('wine-10.0') as [Lane];
    if (!isReady(installed(lane))) await setupWine(lane, say, signal);
    return await testUnder(lane, await windowsPackages(say, signal), signal);
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

/** Vitest's exit code. The copy is on C: of a Wine of its own, and goes with it, as do the caches and temporary files of the tests. */
async function testUnder(lane: Lane, packages: string, signal: AbortSignal): Promise<number> {
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
    const child = spawn(command, [node as string, VITEST, ...ARGUMENTS, ...PROJECTS, `--testTimeout=${TIMEOUT_MS}`], {
      cwd: checkout,
      // The user's folders are not Windows', and koffi is found where it is on Windows.
      env: { ...process.env, ...env, SOCKATLAS_CACHE: undefined, SOCKATLAS_RUNS: undefined, NODE_PATH: undefined, ...COLOURS },
      // To a file: under Wine, stdio on a pipe or a terminal of Linux fails.
      stdio: ['ignore', written, written],
    });
    closeSync(written);
    signal.addEventListener('abort', wine.stop);
    const show = follow(output);
    const shown = setInterval(show, 200);
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    clearInterval(shown);
    show();
    return signal.aborted ? EXIT.interrupted : (code ?? EXIT.environment);
  } finally {
    wine.stop();
  }
}

/** Gives a function that prints what a file has more than when it was last called. */
function follow(file: string): () => void {
  const read = openSync(file, 'r');
  const chunk = Buffer.alloc(65536);
  return () => {
    for (let bytes = readSync(read, chunk); bytes > 0; bytes = readSync(read, chunk)) process.stdout.write(Buffer.from(chunk.subarray(0, bytes)));
  };
}
