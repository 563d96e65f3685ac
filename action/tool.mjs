// Gets sockatlas, and runs it.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { withoutCommands, write } from './github.mjs';

/** What always fails the step: an input or a file is wrong (2), or the machine (3), as in sockatlas itself. */
export class Failed extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const MAIN = join('dist', 'cli', 'main.js');
/** As much of stderr as a message may need. */
const KEPT = 16_384;

/**
 * The sockatlas to run, as a file for Node.
 *
 * @param {string} version a version or tag of npm's, a tarball, or the folder of a sockatlas that is installed or built; where empty, the version that belongs to this action
 * @param {string} folder where npm installs it
 */
export async function sockatlas(version, folder) {
  const there = version === '' ? undefined : statSync(version, { throwIfNoEntry: false });
  if (there?.isDirectory()) {
    const main = resolve(version, MAIN);
    if (!existsSync(main)) throw new Failed(`version: ${version} has no ${MAIN}: build it first (npm run build)`, 2);
    return main;
  }
  if (there === undefined && !/^(\w[\w.+-]*)?$/.test(version)) throw new Failed(`version: ${version} is no version, and no such file or folder`, 2);
  await install(there === undefined ? `sockatlas@${version || ownVersion()}` : resolve(version), folder);
  return join(folder, 'node_modules', 'sockatlas', MAIN);
}

function ownVersion() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

async function install(what, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const [command, ...args] = npm();
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const { code, stderr } = await withoutCommands(() => started(command, [...args, 'install', ...options, '--', what], { cwd: folder }));
  if (code !== 0) throw new Failed(`npm could not install ${what}: ${stderr.trim().slice(-1000)}`, 3);
}

/** On Windows npm is a batch file, which only a shell starts; the program behind it lies beside Node. */
function npm() {
  if (process.platform !== 'win32') return ['npm'];
  return [process.execPath, join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}

/**
 * Runs sockatlas. What it prints cannot give commands to GitHub, unless `asIs`.
 *
 * @returns 0 or 1 as its `code`, and what it printed where `quiet` keeps that from the log
 * @throws Failed with its message where it ends otherwise, and `allows` does not have that
 */
export async function run(main, args, { quiet = false, asIs = false, allows = [0, 1] } = {}) {
  const work = () => started(process.execPath, [main, ...args], { quiet });
  const ended = quiet || asIs ? await work() : await withoutCommands(work);
  if (!allows.includes(ended.code)) throw new Failed(messageOf(args[0], ended), ended.code === 2 ? 2 : 3);
  return ended;
}

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function started(command, args, { cwd = process.cwd(), quiet = false }) {
  // The token is for comments alone.
  const { INPUT_TOKEN: _, ...env } = process.env;
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'pipe'] });
    const stdout = [];
    let stderr = '';
    child.stdout?.on('data', (chunk) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (!quiet) write(text);
      stderr = (stderr + text).slice(-KEPT);
    });
    child.on('error', ({ message }) => fail(new Failed(message, 3)));
    child.on('close', (code) => done({ code: code ?? 3, stdout: Buffer.concat(stdout).toString(), stderr }));
  });
}

/** What a command said last of all is why it ended. */
function messageOf(command, { code, stderr }) {
  const from = stderr.lastIndexOf('sockatlas: ');
  return `sockatlas ${command} ended with exit code ${code}: ${(from === -1 ? stderr : stderr.slice(from + 'sockatlas: '.length)).trim()}`;
}
