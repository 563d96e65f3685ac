import { existsSync } from 'node:fs';
import type { Processes } from '../native-bindings/linux/processes.ts';
import { statusOf } from './proc.ts';

interface Thread {
  readonly process: number;
  readonly pidfd: number;
}

type Pidfds = Pick<Processes, 'pidfdOfThread' | 'pidfdOfProcess' | 'copyDescriptor' | 'probe' | 'close'>;

const ESRCH = 3;
const EINVAL = 22;

/** As many pidfds as are kept at most. */
const MOST = 512;

/** The threads that calls come from: which process each is of, and a pidfd by which that one's descriptors are copied. */
export class Threads {
  readonly #processes: Pidfds;
  readonly #known = new Map<number, Thread>();
  #hasThreadPidfds = true;

  constructor(processes: Pidfds) {
    this.#processes = processes;
  }

  /** Undefined where it has ended. */
  of(thread: number): Thread | undefined {
    const known = this.#known.get(thread);
    if (known !== undefined) {
      if (this.#lives(thread, known)) return known;
      this.#forget(thread, known);
    }
    return this.#open(thread);
  }

  /**
   * A copy of one of a thread's descriptors, in this process; undefined where there is none. A thread's own pidfd fails with ESRCH once the thread has ended, whoever has its
   * id by then: it need not be asked before.
   */
  copyDescriptor(thread: number, fd: number): number | undefined {
    const known = this.#hasThreadPidfds ? this.#known.get(thread) : undefined;
    if (known !== undefined) {
      const { ret, code } = this.#processes.copyDescriptor(known.pidfd, fd);
      if (ret !== -1) return ret;
      if (code !== ESRCH) return undefined;
    }
    const pidfd = this.of(thread)?.pidfd;
    const ret = pidfd === undefined ? -1 : this.#processes.copyDescriptor(pidfd, fd).ret;
    return ret === -1 ? undefined : ret;
  }

  close(): void {
    for (const [thread, known] of this.#known) this.#forget(thread, known);
  }

  #open(thread: number): Thread | undefined {
    const process = processOf(thread);
    if (process === undefined) return undefined;
    const { ret: pidfd } = this.#pidfd(thread, process);
    if (pidfd === -1) return undefined;
    if (this.#known.size >= MOST) this.close();
    const opened = { process, pidfd };
    this.#known.set(thread, opened);
    return opened;
  }

  #pidfd(thread: number, process: number) {
    if (this.#hasThreadPidfds) {
      const opened = this.#processes.pidfdOfThread(thread);
      if (opened.code !== EINVAL) return opened;
      this.#hasThreadPidfds = false;
    }
    return this.#processes.pidfdOfProcess(process);
  }

  /** A thread's id may be another's later: its pidfd then says that it is gone; a process' pidfd cannot. */
  #lives(thread: number, { process, pidfd }: Thread): boolean {
    if (this.#hasThreadPidfds) return this.#processes.probe(pidfd).code !== ESRCH;
    return existsSync(`/proc/${process}/task/${thread}`);
  }

  #forget(thread: number, { pidfd }: Thread): void {
    this.#processes.close(pidfd);
    this.#known.delete(thread);
  }
}

/** The process that a thread is of. */
export function processOf(thread: number): number | undefined {
  const [, tgid] = /^Tgid:\s+(\d+)$/m.exec(statusOf(thread) ?? '') ?? [];
  return tgid === undefined ? undefined : Number(tgid);
}
