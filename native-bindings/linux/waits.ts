import { systemCalls } from './system-calls.ts';

/** struct pollfd: int fd, short events, short revents. */
export const POLLFD_BYTES = 8;
/** struct epoll_event is packed on x64 alone (linux/eventpoll.h): u32 events, u64 data. */
export const EPOLL_EVENT = process.arch === 'x64' ? { bytes: 12, data: 4 } : { bytes: 16, data: 8 };

/** What is ready now: calls that do not wait. */
export class Ready {
  readonly #poll;
  readonly #epollWait;

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    const { def } = systemCalls();
    this.#poll = def('poll', 'int', ['void *', 'unsigned long', 'int']);
    this.#epollWait = def('epoll_wait', 'int', ['int', 'void *', 'int', 'int']);
  }

  /** Writes each one's events into `fds`, an array of struct pollfd; false where they are more than this process may poll. */
  poll(fds: Uint8Array): boolean {
    return this.#poll(fds, fds.length / POLLFD_BYTES, 0).ret !== -1;
  }

  /** How many events were written into `events`; -1 for what is no epoll instance. */
  epoll(instance: number, events: Uint8Array): number {
    return this.#epollWait(instance, events, Math.floor(events.length / EPOLL_EVENT.bytes), 0).ret;
  }
}
