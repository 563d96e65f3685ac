import type { Returned } from '../sockets.ts';
import { systemCalls } from './system-calls.ts';

/** linux/prctl.h */
const PR_SET_PDEATHSIG = 1;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_SET_NO_NEW_PRIVS = 38;
/** bits/waitflags.h, linux/wait.h */
const P_ALL = 0;
const P_PID = 1;
const WNOHANG = 1;
const WSTOPPED = 2;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
/** siginfo_t (asm-generic/siginfo.h): three ints, alignment, then the process' id. */
const SIGINFO_BYTES = 128;
const SI_PID = 16;
/** asm-generic/fcntl.h */
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const RLIMIT_NOFILE = 7;
const SIG_DFL = 0;
const SIG_SETMASK = 2;
/** sigset_t of glibc and of musl; the kernel reads eight bytes of it. */
const SIGSET_BYTES = 128;
const EFD_CLOEXEC = 0o2000000;
/** linux/pidfd.h, since Linux 6.9: a pidfd of one thread. O_EXCL. */
const PIDFD_THREAD = 0o200;

/** What one process can ask of itself and of its children. Each function gives what the call returned, with its errno. */
export class Processes {
  readonly #prctl;
  readonly #waitid;
  readonly #waitpid;
  readonly #fcntl;
  readonly #kill;
  readonly #prlimit;
  readonly #signal;
  readonly #sigprocmask;
  readonly #execvp;
  readonly #eventfd;
  readonly #close;
  readonly #pidfdOpen;
  readonly #pidfdGetfd;
  readonly #pidfdSendSignal;
  readonly #siginfo = new DataView(new ArrayBuffer(SIGINFO_BYTES));
  readonly #siginfoBytes = new Uint8Array(this.#siginfo.buffer);
  readonly #rlimit = new BigUint64Array(2);
  readonly #status = new Int32Array(1);

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    const { def, syscall } = systemCalls();
    this.#prctl = def('prctl', 'int', ['int', 'unsigned long', 'unsigned long', 'unsigned long', 'unsigned long']);
    this.#waitid = def('waitid', 'int', ['int', 'uint32_t', 'void *', 'int']);
    this.#waitpid = def('waitpid', 'int', ['int', 'void *', 'int']);
    this.#fcntl = def('fcntl', 'int', ['int', 'int', 'long']);
    this.#kill = def('kill', 'int', ['int', 'int']);
    this.#prlimit = def('prlimit', 'int', ['int', 'int', 'void *', 'void *']);
    this.#signal = def('signal', 'intptr_t', ['int', 'intptr_t']);
    this.#sigprocmask = def('pthread_sigmask', 'int', ['int', 'void *', 'void *']);
    this.#execvp = def('execvp', 'int', ['str', 'const char **']);
    this.#eventfd = def('eventfd', 'int', ['uint32_t', 'int']);
    this.#close = def('close', 'int', ['int']);
    this.#pidfdOpen = syscall('pidfd_open', ['long', 'long']);
    this.#pidfdGetfd = syscall('pidfd_getfd', ['long', 'long', 'long']);
    this.#pidfdSendSignal = syscall('pidfd_send_signal', ['long', 'long', 'void *', 'long']);
  }

  /** Orphans among its descendants become its children, as they would those of init. */
  becomeSubreaper(): Returned {
    return this.#prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }

  /** It gets `signal` when the thread that started it ends; kept over execve, not inherited by its children. */
  dieWithParent(signal: number): Returned {
    return this.#prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
  }

  setNoNewPrivileges(): Returned {
    return this.#prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  }

  /** Whether a child is stopped. */
  isStopped(child: number): boolean {
    return this.#waited(P_PID, child, WSTOPPED) === child;
  }

  /** A child that has ended and is not reaped yet: its id, 0 where all run, undefined where there is no child. */
  endedChild(): number | undefined {
    return this.#waited(P_ALL, 0, WEXITED);
  }

  reap(child: number): Returned {
    return this.#waitpid(child, this.#status, WNOHANG);
  }

  kill(process: number, signal: number): Returned {
    return this.#kill(process, signal);
  }

  keepOverExec(fd: number): Returned {
    return this.#fcntl(fd, F_SETFD, 0);
  }

  setNonBlocking(fd: number, on: boolean): Returned {
    const flags = this.#fcntl(fd, F_GETFL, 0);
    return flags.ret === -1 ? flags : this.#fcntl(fd, F_SETFL, on ? flags.ret | O_NONBLOCK : flags.ret & ~O_NONBLOCK);
  }

  /** How many descriptors it may have open, and poll may be given. */
  softFileLimit(): number {
    return this.#prlimit(0, RLIMIT_NOFILE, null, this.#rlimit).ret === -1 ? 0 : Number(this.#rlimit[0]);
  }

  setSoftFileLimit(soft: number): Returned {
    const got = this.#prlimit(0, RLIMIT_NOFILE, null, this.#rlimit);
    if (got.ret === -1) return got;
    this.#rlimit[0] = BigInt(soft);
    return this.#prlimit(0, RLIMIT_NOFILE, this.#rlimit, null);
  }

  defaultSignal(signal: number): Returned {
    return this.#signal(signal, SIG_DFL);
  }

  unblockSignals(): Returned {
    return this.#sigprocmask(SIG_SETMASK, new Uint8Array(SIGSET_BYTES), null);
  }

  /** Becomes another program, as a shell would start it; returns only where that fails. */
  exec(program: string, args: readonly string[]): Returned {
    return this.#execvp(program, [program, ...args, null]);
  }

  eventfd(): Returned {
    return this.#eventfd(0, EFD_CLOEXEC);
  }

  close(fd: number): Returned {
    return this.#close(fd);
  }

  pidfdOfProcess(process: number): Returned {
    const { call, number } = this.#pidfdOpen;
    return call(number, process, 0);
  }

  /** EINVAL before Linux 6.9. */
  pidfdOfThread(thread: number): Returned {
    const { call, number } = this.#pidfdOpen;
    return call(number, thread, PIDFD_THREAD);
  }

  /** A copy of another process' descriptor, here. */
  copyDescriptor(pidfd: number, fd: number): Returned {
    const { call, number } = this.#pidfdGetfd;
    return call(number, pidfd, fd, 0);
  }

  /** Fails with ESRCH where what the pidfd means has ended. */
  probe(pidfd: number): Returned {
    const { call, number } = this.#pidfdSendSignal;
    return call(number, pidfd, 0, null, 0);
  }

  #waited(type: number, id: number, what: number): number | undefined {
    this.#siginfo.setInt32(SI_PID, 0, true);
    const { ret } = this.#waitid(type, id, this.#siginfoBytes, what | WNOHANG | WNOWAIT);
    return ret === -1 ? undefined : this.#siginfo.getInt32(SI_PID, true);
  }
}
