import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Processes } from '../native-bindings/linux/processes.ts';
import type { Command } from '../platforms/command.ts';
import { EnvironmentError } from '../platforms/environment-error.ts';
import type { Told } from './answering.ts';
import { killDescendants } from './descendants.ts';
import { forwardSignals } from './forwarded-signals.ts';
import { stdioOf } from './starter-state.ts';
import type { Ended, Supervision, SupervisorMessage, SupervisorRequest } from './supervisor-protocol.ts';

/** What happens while the program runs. */
export interface EmulationListener {
  /** On SIGUSR1; and as often as the command asks by itself: `isWatch`. */
  told(told: Told, isWatch: boolean): void;
  /** Something for the user to read. */
  said(line: string): void;
}

interface Manner {
  /** ms between two reports that nobody asked for; undefined for none. */
  readonly everyMs?: number | undefined;
  /** Whether all ends where the thread that started this process does. */
  readonly diesWithParent?: boolean;
}

/**
 * Runs a program under a supervisor, and resolves when it and all that it started have ended. Signals to this process go to the program. Of the two, this process and the
 * supervisor, either one ends the program's processes where the other dies, of whatever.
 *
 * @throws EnvironmentError
 */
export function emulate(
  supervisor: Command,
  supervision: Supervision,
  listener: EmulationListener,
  { everyMs, diesWithParent = false }: Manner = {},
): Promise<Ended> {
  const processes = new Processes();
  processes.becomeSubreaper();
  if (diesWithParent) processes.dieWithParent(constants.signals.SIGKILL);
  return new Promise((resolve, reject) => {
    const child = spawn(supervisor.command, [...supervisor.args], { stdio: stdioOf(supervision.starter, 'ipc') });
    const ask = (request: SupervisorRequest) => child.connected && child.send(request, () => {});
    let outcome: Ended | EnvironmentError | undefined;
    let isAsked = false;
    const watching = everyMs === undefined ? undefined : setInterval(() => ask({ type: 'tell' }), everyMs);
    child.on('message', (message: SupervisorMessage) => {
      switch (message.type) {
        case 'started':
          return;
        case 'told':
          listener.told(message.told, watching !== undefined && !isAsked);
          isAsked = false;
          return;
        case 'foreign':
          return listener.said(
            `process ${message.process} was ended: it makes system calls of another architecture (32 bits), and what they are nobody here can tell`,
          );
        case 'fault':
          return listener.said(`a call could not be answered as the platform would, and was left to the kernel; this is a fault in sockatlas: ${message.text}`);
        case 'refused':
          outcome ??= new EnvironmentError(message.reason);
          return;
        case 'ended':
          outcome ??= message.ended;
      }
    });
    child.once('error', ({ message }) => reject(new EnvironmentError(`the supervisor cannot be started: ${message}`)));
    // 'close', not 'exit': what it said last has been read by then.
    child.once('close', (code, signal) => {
      clearInterval(watching);
      killDescendants(processes);
      outcome ??= new EnvironmentError(`the supervisor ended (${signal ?? `exit code ${code}`}), and the program was ended with it`);
      if (outcome instanceof EnvironmentError) reject(outcome);
      else resolve(outcome);
    });
    forwardSignals((signal) => ask({ type: 'signal', signal }));
    process.on('SIGUSR1', () => {
      isAsked = true;
      ask({ type: 'tell' });
    });
    ask({ type: 'begin', supervision });
  });
}
