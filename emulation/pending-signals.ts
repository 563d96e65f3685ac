import { statusOf } from './proc.ts';

const NONE = 0n;

/**
 * Signals that have come for threads whose calls wait here. While a call is answered, the kernel wakes its thread for a signal that kills alone
 * (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV): for all others it is for the supervisor to end the call with EINTR, as they end poll and its like (man 7 signal).
 */
export class PendingSignals {
  /** The processes of which a thread was interrupted for a signal that any of them may take. */
  readonly #interrupted = new Set<number>();

  /** Whether the thread has to take one now. One thread alone of a process is told of a signal to the process. */
  interrupt(process: number, thread: number): boolean {
    const status = statusOf(thread);
    if (status === undefined) return false;
    const unblocked = ~maskOf(status, 'SigBlk');
    if ((maskOf(status, 'SigPnd') & unblocked) !== NONE) return true;
    if ((maskOf(status, 'ShdPnd') & unblocked) === NONE || this.#interrupted.has(process)) return false;
    this.#interrupted.add(process);
    return true;
  }
}

/** A set of signals, of /proc's status. */
function maskOf(status: string, name: string): bigint {
  const [, mask] = new RegExp(`^${name}:\\s+([0-9a-f]+)$`, 'm').exec(status) ?? [];
  return BigInt(`0x${mask ?? '0'}`);
}
