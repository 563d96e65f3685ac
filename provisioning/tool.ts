import type { ChildProcess } from 'node:child_process';
import spawn from 'cross-spawn';

export interface ToolOptions {
  readonly cwd?: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A program of the machine's (apt-get, dpkg-deb, npm) is not there or failed. The message names it and holds of what it wrote what says why. */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed';
}

/** What cmd.exe, by which cross-spawn starts what is no .exe, ends with for a command that it does not know. Where it ends with 1, cross-spawn says ENOENT. */
const UNKNOWN_COMMAND = 9009;
const KEPT = 64_000;
const SHOWN_LINES = 4;

/** Runs a program to its end and gives what it wrote to stdout. An abort ends the program. @throws ToolFailed */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    // LC_ALL: what they write is read here.
    const child = spawn(command, [...args], {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that an abort reaches the programs that it starts itself: dpkg-deb's tar and xz.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    const onAbort = () => endGroup(child);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    child.once('error', (error: NodeJS.ErrnoException) => {
      options.signal?.removeEventListener('abort', onAbort);
      reject(new ToolFailed(error.code === 'ENOENT' ? notInstalled(command) : error.message));
    });
    child.once('close', (code, signal) => {
      options.signal?.removeEventListener('abort', onAbort);
      if (code === 0) return resolve(stdout);
      if (code === UNKNOWN_COMMAND) return reject(new ToolFailed(notInstalled(command)));
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const words = wordsOf(stderr.trim() === '' ? stdout : stderr);
      reject(new ToolFailed(`${[command, ...args].join(' ').slice(0, 200)}: ${how}${words === '' ? '' : `:\n${words}`}`));
    });
  });
}

function notInstalled(command: string): string {
  return `${command} is not installed here`;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has ended by itself, or this is Windows, where there are no groups.
    child.kill();
  }
}

/** npm says first what happened, apt last. */
function wordsOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length <= 2 * SHOWN_LINES) return lines.join('\n');
  return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)].join('\n');
}
