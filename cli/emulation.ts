import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { descendantsOf } from '../emulation/descendants.ts';
import { EMULATED } from '../emulation/emulated-platforms.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import type { EmulationDocument } from '../report/emulation.ts';
import { sibling } from '../runner/sibling.ts';
import type { HandedOver } from './emulate.ts';

type Stdio = 'pipe' | 'inherit' | 'ignore' | number | Readable | Writable;

export interface EmulateOptions {
  /** `windows`, `wine-8.0`, `wine-10.0`, `linux`; `none`: all answers are the kernel's own. */
  readonly platform: string;
  /** The program, as a shell would find it. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Where it runs; here where absent. */
  readonly cwd?: string;
  /** All that its environment has; this process's own where absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Its stdin, stdout and stderr; pipes where absent. A pipe that nobody reads fills up, and the program waits. */
  readonly stdio?: readonly [Stdio, Stdio, Stdio];
  /** Of poll, select and epoll_wait: the kernel's own answers, or what select or WSAPoll says of a connection there. */
  readonly readiness?: 'kernel' | 'select' | 'wsapoll';
  /** A file that gets a line for each call on a socket (report/schema/recorded-call.schema.json). */
  readonly record?: string;
  /** Stops it, as `stop` does. */
  readonly signal?: AbortSignal;
  /** ms from SIGTERM to SIGKILL, where it is stopped; 5000 where absent. */
  readonly grace?: number;
}

/** How a program ended, with what was found out about it. */
export interface EmulationEnd {
  /** Null where a signal ended it. As a shell gives it: 127 for a program that is not there, 126 for one that cannot be run. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly report: EmulationDocument;
}

/** A program that runs with a platform's answers. */
export interface Emulation {
  /**
   * What runs it: its stdin, stdout and stderr are the program's, and signals sent to it reach the program, but SIGKILL, which ends both without a report, and SIGUSR1, on
   * which it writes a report to stderr.
   */
  readonly child: ChildProcess;
  /**
   * Resolves when the program and all that it started have ended; what they wrote may still be in the pipes.
   *
   * It rejects with an EnvironmentError where this machine cannot emulate (the message says what is missing), where a file cannot be written, or where something else ended
   * sockatlas, and the program with it.
   */
  readonly ended: Promise<EmulationEnd>;
  /** Sends SIGTERM to the program; after a while SIGKILL to it and all that it started. Gives `ended`. */
  stop(): Promise<EmulationEnd>;
}

const GRACE_MS = 5000;
const KILL_AGAIN_MS = 50;
/** ms that sockatlas has for its report when the program's last process is gone. */
const REPORT_MS = 10_000;

/**
 * Starts a Linux program, unmodified, with a platform's answers to its socket calls. It ends with this process, or with the thread of it that calls this.
 *
 * @throws RangeError for a platform that cannot be emulated
 * @throws EnvironmentError where the temporary folder cannot be written
 * @throws the signal's reason where it is already aborted
 */
export function emulate(options: EmulateOptions): Emulation {
  const { platform, command, args = [], cwd, env, readiness = 'kernel', record, stdio = ['pipe', 'pipe', 'pipe'], signal, grace = GRACE_MS } = options;
  if (!EMULATED.includes(platform)) throw new RangeError(`no such platform to emulate: ${JSON.stringify(platform)}; choose from ${EMULATED.join(', ')}`);
  signal?.throwIfAborted();
  const folder = temporaryFolder();
  const handOver = join(folder, 'end.json');
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...[fileURLToPath(sibling(import.meta.url, 'main')), 'emulate', platform, '--readiness', readiness, '--hand-over', handOver],
      ...(record === undefined ? [] : ['--record', resolve(record)]),
      ...['--', command, ...args],
    ],
    { stdio: [...stdio], ...(cwd !== undefined && { cwd }), ...(env !== undefined && { env }) },
  );

  let isStopping = false;
  let killing: NodeJS.Timeout | undefined;
  const ended = new Promise<EmulationEnd>((resolved, rejected) => {
    child.once('error', ({ message }) => rejected(new EnvironmentError(`node cannot be started: ${message}`)));
    // Not 'close', which comes once all pipes are read.
    child.once('exit', (code, by) => {
      const end = handedOver(handOver);
      if (end === undefined) {
        const what = by ?? `exit code ${code}`;
        rejected(new EnvironmentError(isStopping ? `the program was stopped before it began, or could not be (${what})` : `sockatlas emulate ended: ${what}`));
      } else if ('reason' in end) rejected(new EnvironmentError(end.reason));
      else resolved({ code: end.report.exit?.code ?? null, signal: (end.report.exit?.signal ?? null) as NodeJS.Signals | null, report: end.report });
    });
  });
  const stop = () => {
    if (isStopping) return ended;
    isStopping = true;
    child.kill('SIGTERM');
    killing = setTimeout(() => {
      killing = killProgram(child, grace);
    }, grace);
    return ended;
  };
  signal?.addEventListener('abort', stop, { once: true });
  const over = () => {
    signal?.removeEventListener('abort', stop);
    clearTimeout(killing);
    rmSync(folder, { recursive: true, force: true });
  };
  // A rejection is the caller's, who may look at it later or never.
  ended.then(over, over);
  return { child, ended, stop };
}

/**
 * Its processes are those below the supervisor, which is the child's only one. It may start others meanwhile; where that goes on, all is ended, without a report. When none is
 * left the report is being written, for which a busy machine takes its time.
 */
function killProgram(child: ChildProcess, grace: number): NodeJS.Timeout {
  const begun = performance.now();
  let seen = begun;
  return setInterval(() => {
    const now = performance.now();
    const left = descendantsOf(child.pid as number).slice(1);
    if (left.length > 0) seen = now;
    if (left.length > 0 ? now - begun > grace : now - seen > REPORT_MS) child.kill('SIGKILL');
    for (const pid of left) kill(pid);
  }, KILL_AGAIN_MS);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'sockatlas-emulate-'));
  } catch (error) {
    throw new EnvironmentError((error as Error).message);
  }
}

function handedOver(file: string): HandedOver | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HandedOver;
  } catch {
    return undefined;
  }
}
