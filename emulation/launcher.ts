import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { Processes } from '../native-bindings/linux/processes.ts';
import { Seccomp } from '../native-bindings/linux/seccomp.ts';
import { blanked } from '../platforms/printable.ts';
import { errnoName } from './errno-name.ts';
import { filterOf } from './filter.ts';
import type { StarterState } from './starter-state.ts';
import type { Architecture, SyscallName } from './syscalls.ts';

/** What a launcher has to know, as its first argument. */
export interface Launch extends StarterState {
  readonly supervisor: number;
  readonly intercepts: readonly SyscallName[];
}

const { ENOENT, EACCES } = constants.errno;
const { SIGKILL, SIGSTOP, SIGPIPE, SIGXFSZ } = constants.signals;

/**
 * Becomes the program, its calls filtered. In between it stops itself, so that the supervisor can take the listener, which is gone with execve.
 *
 * The filter is on the thread that calls execve, this one: node's others, which go on without, end with it.
 */
export function runLauncher(launch: Launch, [program, ...args]: readonly [string, ...string[]]): void {
  const processes = new Processes();
  processes.dieWithParent(SIGKILL);
  // It may have ended before.
  if (process.ppid !== launch.supervisor) process.exit(EXIT_LAUNCH);
  asStarted(processes, launch);
  const seccomp = new Seccomp();
  processes.setNoNewPrivileges();
  const { ret, code } = seccomp.install(filterOf(launch.intercepts, process.arch as Architecture));
  if (ret === -1) fail(`a filter of system calls is refused here (seccomp: ${errnoName(code)})`, EXIT_LAUNCH);
  processes.kill(process.pid, SIGSTOP);
  const failed = processes.exec(program, args).code;
  // As sh says it: 127 for what is not there, 126 for what cannot be run.
  fail(`${program}: ${failed === ENOENT ? 'not found' : failed === EACCES ? 'permission denied' : errnoName(failed)}`, failed === ENOENT ? 127 : 126);
}

const EXIT_LAUNCH = 3;

/**
 * Puts back what node changed, and libuv in between: both reset all signals to their default, and so nobody can know which ones the starter had set to be ignored (nohup) or
 * had blocked. The program gets none of either, as from a shell.
 */
function asStarted(processes: Processes, { nonBlocking, inherited, softFileLimit }: Launch): void {
  for (const signal of [SIGPIPE, SIGXFSZ]) processes.defaultSignal(signal);
  processes.unblockSignals();
  if (softFileLimit !== undefined) processes.setSoftFileLimit(softFileLimit);
  for (const fd of [0, 1, 2]) {
    processes.keepOverExec(fd);
    processes.setNonBlocking(fd, nonBlocking.includes(fd));
  }
  for (const fd of inherited) processes.keepOverExec(fd);
}

function fail(what: string, exitCode: number): never {
  writeSync(2, `sockatlas: ${blanked(what)}\n`);
  process.exit(exitCode);
}
