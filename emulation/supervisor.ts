import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { Processes } from '../native-bindings/linux/processes.ts';
import type { Command } from '../platforms/command.ts';
import { Answering, type AnsweringMessage } from './answering.ts';
import { descendantsOf, killDescendants } from './descendants.ts';
import { errnoName } from './errno-name.ts';
import { forwardSignals } from './forwarded-signals.ts';
import type { Launch } from './launcher.ts';
import { linkOf } from './proc.ts';
import { stdioOf } from './starter-state.ts';
import type { Ended, Supervision, SupervisorMessage, SupervisorRequest } from './supervisor-protocol.ts';
import type { SyscallName } from './syscalls.ts';

const { SIGKILL, SIGCONT } = constants.signals;

/** Starts the program as a child of this process, answers its calls, and ends when it and all that it started have ended. `launcher` starts what becomes the program. */
export function runSupervisor(launcher: Command): void {
  process.once('message', (request: SupervisorRequest) => {
    if (request.type === 'begin') new Supervisor(launcher, request.supervision);
  });
}

const REAPED_AT_ONCE = 100;

type Exit = Omit<Ended, 'told'>;

class Supervisor {
  readonly #launcher: Command;
  readonly #supervision: Supervision;
  readonly #processes = new Processes();
  readonly #answering: Answering;
  /** The program's process, from the launcher on. */
  #program: number | undefined;
  #isListening = false;
  #exit: Exit | undefined;
  #hasEnded = false;
  #again: NodeJS.Immediate | undefined;
  /** Signals that came before there was a program. */
  #early: NodeJS.Signals[] = [];

  constructor(launcher: Command, supervision: Supervision) {
    this.#launcher = launcher;
    this.#supervision = supervision;
    // The command has died, and this process is to take the program with it.
    process.once('disconnect', () => this.#abandon());
    process.on('message', (request: SupervisorRequest) => {
      if (request.type === 'signal') this.#forward(request.signal);
      else if (request.type === 'tell') this.#answering.tell();
    });
    process.on('SIGUSR1', () => this.#answering.tell());
    process.on('SIGCHLD', () => this.#look());
    forwardSignals((signal) => this.#forward(signal));
    this.#processes.becomeSubreaper();
    this.#answering = new Answering(supervision.answeredBy, this.#processes, (message) => this.#heard(message));
  }

  #heard(message: AnsweringMessage): void {
    switch (message.type) {
      case 'ready':
        this.#launch(message.intercepts);
        return;
      case 'ended':
        this.#say({ type: 'ended', ended: { ...(this.#exit as Exit), told: message.told } }, finish);
        return;
      default:
        this.#say(message);
    }
  }

  #launch(intercepts: readonly SyscallName[]): void {
    const { command, args } = this.#launcher;
    const { program, starter } = this.#supervision;
    const launch: Launch = { ...starter, supervisor: process.pid, intercepts };
    const child = spawn(command, [...args, JSON.stringify(launch), ...program], { stdio: stdioOf(starter) });
    this.#program = child.pid;
    child.once('error', ({ message }) => this.#refused(`${command}: ${message}`));
    child.once('exit', (code, signal) => {
      this.#exit = { code, signal };
      this.#look();
    });
  }

  /** A child has stopped or ended. */
  #look(): void {
    const program = this.#program;
    if (program === undefined || this.#hasEnded) return;
    if (!this.#isListening && this.#processes.isStopped(program)) this.#begin(program);
    for (let reaped = 0; reaped < REAPED_AT_ONCE; reaped++) {
      const child = this.#processes.endedChild();
      if (child === 0) return;
      if (child === undefined) {
        this.#end();
        return;
      }
      // node reaps it, and tells.
      if (child === program && this.#exit === undefined) break;
      this.#processes.reap(child);
    }
    // More may end than can be reaped: whoever else wants something of this process has to be heard.
    this.#again ??= setImmediate(() => {
      this.#again = undefined;
      this.#look();
    });
  }

  /** The launcher has stopped itself, with the filter installed. */
  #begin(program: number): void {
    this.#isListening = true;
    const listener = this.#takeListener(program);
    if (listener === undefined) {
      this.#processes.kill(program, SIGKILL);
      return;
    }
    this.#answering.begin(listener);
    this.#processes.kill(program, SIGCONT);
    this.#say({ type: 'started', process: program });
    for (const signal of this.#early.splice(0)) this.#forward(signal);
  }

  #takeListener(program: number): number | undefined {
    const folder = `/proc/${program}/fd`;
    const fd = readdirSync(folder).find((name) => linkOf(`${folder}/${name}`) === 'anon_inode:seccomp notify');
    const pidfd = this.#processes.pidfdOfProcess(program);
    const copied = this.#processes.copyDescriptor(pidfd.ret, Number(fd));
    if (pidfd.ret !== -1) this.#processes.close(pidfd.ret);
    if (copied.ret !== -1) return copied.ret;
    this.#refused(`this machine does not let a process take its child's descriptors (pidfd_getfd: ${errnoName(copied.code)})`);
    return undefined;
  }

  #forward(signal: NodeJS.Signals): void {
    if (!this.#isListening) {
      this.#early.push(signal);
      return;
    }
    // What it had closed when the signal came, which may end it, is known.
    this.#answering.lookNow();
    // Once the program itself has ended, what it left running is what a signal can be for.
    const receivers = this.#exit === undefined ? [this.#program as number] : descendantsOf(process.pid);
    for (const pid of receivers) this.#processes.kill(pid, constants.signals[signal]);
  }

  /** No process is left below this one. */
  #end(): void {
    if (this.#exit === undefined) return;
    this.#hasEnded = true;
    if (this.#isListening) this.#answering.end();
    else this.#say({ type: 'ended', ended: this.#exit }, () => this.#abandon());
  }

  #refused(reason: string): void {
    this.#say({ type: 'refused', reason });
  }

  /** Takes all with it, and itself: node would wait for the thread that answers, and that waits for calls. */
  #abandon(): void {
    // From then on no process starts another.
    this.#answering.endNow();
    killDescendants(this.#processes);
    this.#processes.kill(process.pid, SIGKILL);
  }

  #say(message: SupervisorMessage, said: () => void = () => {}): void {
    process.send?.(message, said);
  }
}

function finish(): void {
  process.removeAllListeners('disconnect');
  process.exit(0);
}
